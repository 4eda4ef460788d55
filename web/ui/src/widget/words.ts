// The widget's words, in the visitor's language: fetched once, from the same
// place as the script, so that a new language is a new file and no new code.

import { now } from './api';

export interface Words {
  lang: string;
  dir: 'ltr' | 'rtl';
  messages: Record<string, string | Record<string, string>>;
}

/** What is compiled into the script: what the button is called before the words are here, and what is said where they do not come. */
export type First = [launcher: string, lost: string];

/** first is what is said in the language of a locale, such as de-AT, DE or de_AT; English where there is none. */
export function first(said: Record<string, First>, locale: string): First {
  const lang = locale.toLowerCase().split(/[-_]/)[0]!;
  return said[Object.hasOwn(said, lang) ? lang : 'en']!;
}

export type T = (key: string, values?: Record<string, string | number>) => string;

/** translator says a key in words. A key with plural forms goes by `n`. */
export function translator(words: Words): T {
  const plural = new Intl.PluralRules(words.lang);
  return (key, values = {}) => {
    let text = words.messages[key];
    if (typeof text === 'object') text = text[plural.select(values.n as number)] ?? text.other;
    return (text ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => (values[name] ?? whole) as string);
  };
}

export async function fetchWords(base: URL, locale: string): Promise<Words> {
  const answer = await fetch(new URL(`widget/messages.json?lang=${encodeURIComponent(locale)}`, base), { credentials: 'omit' });
  if (!answer.ok) throw new Error();
  return answer.json();
}

/** Says a number of seconds as people do: of minutes, hours or days. */
function amount(seconds: number): [number, Intl.RelativeTimeFormatUnit] {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 100) return [minutes, 'minute'];
  return minutes < 2880 ? [Math.round(minutes / 60), 'hour'] : [Math.round(minutes / 1440), 'day'];
}

/** inTime says when: "in 6 minutes". */
export const inTime = (lang: string, seconds: number) => new Intl.RelativeTimeFormat(lang).format(...amount(seconds));

/** span says how long: "6 minutes". */
export function span(lang: string, seconds: number): string {
  const [n, unit] = amount(seconds);
  return n.toLocaleString(lang, { style: 'unit', unit, unitDisplay: 'long' });
}

/** clock says a time of day, with the day where it is not today's. */
export function clock(lang: string, at: string): string {
  const date = new Date(at);
  const today = date.toDateString() === new Date(now()).toDateString();
  return date.toLocaleString(lang, { timeStyle: 'short', dateStyle: today ? undefined : 'medium' });
}
