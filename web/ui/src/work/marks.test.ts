import { expect, test } from 'vitest';
import { marks } from './marks';

test('time that runs out is said a few times, never at the very beginning', () => {
  expect(marks(120)).toEqual([60, 30, 10]);
  expect(marks(30)).toEqual([15, 10]);
  expect(marks(12)).toEqual([6]);
  expect(marks(5)).toEqual([]);
});
