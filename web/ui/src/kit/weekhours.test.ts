import { expect, test } from 'vitest';
import { hereOf } from './weekhours';

const utc = Array.from({ length: 7 }, (_, d) => Array.from({ length: 24 }, (_, h) => d * 24 + h));

test('an hour of the week is shown where it falls for the viewer', () => {
  expect(hereOf(utc, 0)).toEqual(utc);
  expect(hereOf(utc, 2)[0]!.slice(0, 3)).toEqual([166, 167, 0]); // Sunday, 22:00 UTC
  expect(hereOf(utc, -5)[6]!.slice(-2)).toEqual([3, 4]); // Monday, 04:00 UTC
});
