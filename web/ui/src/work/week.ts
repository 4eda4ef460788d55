import type { Schemas } from '@kit/index';

type Days = Schemas['Hours']['days'];
const day = 1440;

/** Minutes of a day as a field for times has them; the day's end is midnight. */
export function clockOf(minutes: number): string {
  const m = minutes % day;
  return `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;
}

/** A time as minutes; an end at midnight is the day's. null: it is none. */
export function minutesOf(clock: string, end = false): number | null {
  const found = /^(\d{2}):(\d{2})/.exec(clock);
  if (!found) return null;
  const minutes = Number(found[1]) * 60 + Number(found[2]);
  return end && minutes === 0 ? day : minutes;
}

/** The first day, from 0, whose spans are out of order, or overlap; -1: none is. */
export function wrongDay(days: Days): number {
  return days.findIndex((spans) => spans.some((span, i) => span.from >= span.to || (i > 0 && span.from < (spans[i - 1]?.to ?? 0))));
}

/** Spans in the order of their beginnings. */
export function inOrder(days: Days): Days {
  return days.map((spans) => [...spans].sort((a, b) => a.from - b.from));
}

/** All hours of a week together. */
export function hoursOf(days: Days): number {
  return days.flat().reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0) / 60;
}
