import { now as present } from './clock';
import { useEffect, useMemo, useState } from 'react';
import type { Schemas } from './api';
import { digitsOf, moneyFormat } from './digits';
import { useI18n } from './i18n';

type Sum = Schemas['Money'];

/** money writes minor units in their currency, as the language does. */
export function money(language: string, sum: Sum): string {
  return moneyFormat(language, sum.currency).format(sum.amount / 10 ** digitsOf(sum.currency));
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** duration writes whole seconds with its two largest units: "1 hr 20 min". */
export function duration(language: string, seconds: number, style: 'short' | 'long' = 'short'): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const n = Math.floor(rest / size);
    if ((n > 0 || (unit === 'second' && parts.length === 0)) && parts.length < 2) {
      parts.push(new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: style }).format(n));
    } else if (parts.length) break;
    rest -= n * size;
  }
  return parts.join(' ');
}

/** relative writes a moment seen from now: "in 5 minutes", "yesterday". */
export function relative(language: string, at: number, now: number): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const seconds = (at - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return format.format(0, 'second');
  if (size < 3_570) return format.format(Math.round(seconds / 60), 'minute');
  if (size < 84_600) return format.format(Math.round(seconds / 3_600), 'hour');
  return format.format(Math.round(seconds / 86_400), 'day');
}

/** The language's way with moneys, times and numbers, in the viewer's zone. */
export function useFormat() {
  const { locale: language } = useI18n();
  return useMemo(
    () => ({
      money: (sum: Sum) => money(language, sum),
      number: (n: number) => new Intl.NumberFormat(language).format(n),
      percent: (share: number) => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(share),
      duration: (seconds: number, style?: 'short' | 'long') => duration(language, seconds, style),
      relative: (at: number, now: number) => relative(language, at, now),
      day: (at: string | number) => new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(at)),
      time: (at: string | number) => new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(new Date(at)),
      moment: (at: string | number) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at)),
      language: (tag: string) => nameOf(language, 'language', tag),
      country: (code: string) => nameOf(language, 'region', code),
      list: (items: string[]) => new Intl.ListFormat(language, { type: 'conjunction' }).format(items),
    }),
    [language],
  );
}

function nameOf(language: string, type: Intl.DisplayNamesType, code: string): string {
  try {
    return new Intl.DisplayNames([language], { type }).of(code) ?? code;
  } catch {
    return code;
  }
}

// One timer for each pace, however many look at it.
const tickers = new Map<number, { ears: Set<(now: number) => void>; timer: ReturnType<typeof setInterval> }>();

function listen(pace: number, ear: (now: number) => void) {
  let ticker = tickers.get(pace);
  if (!ticker) {
    const ears = new Set<(now: number) => void>();
    ticker = { ears, timer: setInterval(() => ears.forEach((e) => e(present())), pace) };
    tickers.set(pace, ticker);
  }
  const { ears, timer } = ticker;
  ears.add(ear);
  return () => {
    ears.delete(ear);
    if (ears.size) return;
    clearInterval(timer);
    tickers.delete(pace);
  };
}

/** The present moment, anew every so many milliseconds. */
export function useNow(pace = 1000): number {
  const [now, setNow] = useState(present);
  useEffect(() => listen(pace, setNow), [pace]);
  return now;
}

/** A sum of money that is read as one and never broken over two lines. */
export function Money({ of, big }: { of: Sum; big?: boolean }) {
  const { money } = useFormat();
  return <span className={big ? 'kh-money kh-money-big' : 'kh-money'}>{money(of)}</span>;
}

/** A moment: how long ago or how soon, with the whole of it on demand. */
export function When({ at, absolute }: { at: string; absolute?: boolean }) {
  const format = useFormat();
  const now = useNow(30_000);
  const moment = Date.parse(at);
  const far = Math.abs(moment - now) > 6 * 86_400_000;
  return (
    <time dateTime={at} title={format.moment(at)}>
      {absolute ? format.moment(at) : far ? format.day(at) : format.relative(moment, now)}
    </time>
  );
}
