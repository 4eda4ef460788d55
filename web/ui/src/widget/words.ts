// The widget's words, in the visitor's language: fetched once, from the same
// place as the script, so that a new language is a new file and no new code.

import { now } from './api';

export interface Words {
  lang: string;
  dir: 'ltr' | 'rtl';
  messages: Record<string, string | Record<string, string>>;
}

export type T = (key: string, values?: Record<string, string | number>) => string;

/** translator says a key in words. A key with plural forms goes by `n`. */
export function translator(words: Words): T {
  const plural = new Intl.PluralRules(words.lang);
  return (key, values = {}) => {
    let text = words.messages[key];
    if (typeof text === 'object') text = text[plural.select(Number(values.n))] ?? text.other;
    return (text ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  };
}

export async function fetchWords(base: URL, locale: string): Promise<Words> {
  const answer = await fetch(new URL(`widget/messages.json?lang=${encodeURIComponent(locale)}`, base), { credentials: 'omit' });
  if (!answer.ok) throw new Error(`knowhow: no words: ${answer.status}`);
  return answer.json();
}

/** inTime says a number of seconds as people do: "in 6 minutes". */
export function inTime(lang: string, seconds: number): string {
  const format = new Intl.RelativeTimeFormat(lang, { numeric: 'always' });
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 100) return format.format(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48 ? format.format(hours, 'hour') : format.format(Math.round(hours / 24), 'day');
}

/** span says how long: "6 minutes". */
export function span(lang: string, seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const [n, unit] =
    minutes < 100 ? [minutes, 'minute'] : minutes < 48 * 60 ? [Math.round(minutes / 60), 'hour'] : [Math.round(minutes / 1440), 'day'];
  return new Intl.NumberFormat(lang, { style: 'unit', unit: unit as string, unitDisplay: 'long' }).format(n as number);
}

/** clock says a time of day, with the day where it is not today's. */
export function clock(lang: string, at: string): string {
  const date = new Date(at);
  const sameDay = date.toDateString() === new Date(now()).toDateString();
  return new Intl.DateTimeFormat(lang, sameDay ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}
