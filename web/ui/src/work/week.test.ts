import { expect, test } from 'vitest';
import { clockOf, hoursOf, inOrder, minutesOf, wrongDay } from './week';

test('times are minutes of a day, whose end is midnight', () => {
  expect(clockOf(0)).toBe('00:00');
  expect(clockOf(545)).toBe('09:05');
  expect(clockOf(1440)).toBe('00:00');
  expect(minutesOf('09:05')).toBe(545);
  expect(minutesOf('00:00')).toBe(0);
  expect(minutesOf('00:00', true)).toBe(1440);
  expect(minutesOf('')).toBeNull();
});

test('spans that overlap or end before they begin are found', () => {
  const week = (...spans: { from: number; to: number }[]) => [[], spans, [], [], [], [], []];
  expect(wrongDay(week({ from: 540, to: 600 }, { from: 660, to: 1440 }))).toBe(-1);
  expect(wrongDay(week({ from: 540, to: 600 }, { from: 600, to: 660 }))).toBe(-1);
  expect(wrongDay(week({ from: 540, to: 601 }, { from: 600, to: 660 }))).toBe(1);
  expect(wrongDay(week({ from: 600, to: 540 }))).toBe(1);
  expect(wrongDay(inOrder(week({ from: 660, to: 720 }, { from: 540, to: 600 })))).toBe(-1);
  expect(hoursOf(week({ from: 540, to: 600 }, { from: 660, to: 750 }))).toBe(2.5);
});
