const week = 7 * 24;

/** An hour of the week in UTC, Monday first, as the hours of the viewer's week begin there. */
export function hereOf(byHour: readonly (readonly number[])[], offset: number): number[][] {
  const flat = byHour.flat();
  const at = (n: number) => flat[(((n - Math.round(offset)) % week) + week) % week] ?? 0;
  return Array.from({ length: 7 }, (_, day) => Array.from({ length: 24 }, (_, h) => at(day * 24 + h)));
}
