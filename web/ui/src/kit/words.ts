import type consoleWords from '@messages/en/console.json';
import type kitWords from '@messages/en/kit.json';
import type workWords from '@messages/en/work.json';

/** Every key of the parts the apps use; en has them all. */
export type Key = keyof typeof kitWords | keyof typeof workWords | keyof typeof consoleWords;

/** A text, or one per plural category of its language. */
export type Message = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Words = Record<string, Message>;
export type Values = Record<string, string | number>;

const rightToLeft = ['ar', 'he', 'fa', 'ur'];

export function directionOf(language: string): 'rtl' | 'ltr' {
  return rightToLeft.includes(language.split('-')[0] ?? '') ? 'rtl' : 'ltr';
}

/**
 * say fills a message in: the plural by the value named count, placeholders by
 * their names; numbers as the language writes them. A key without a message is
 * shown as it is.
 */
export function say(language: string, words: Words, key: string, values: Values = {}): string {
  return pattern(language, words, key, values).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (typeof value === 'number') return new Intl.NumberFormat(language).format(value);
    return value ?? whole;
  });
}

/** sayCode says a code of the API; where no message knows it, the code itself, made readable, with the number of what is counted. */
export function sayCode(language: string, words: Words, group: string, code: string, values: Values = {}): string {
  const key = `${group}.${code}`;
  if (key in words) return say(language, words, key, values);
  const readable = code.replaceAll('_', ' ');
  return values.count === undefined ? readable : say(language, { readable: '{readable}: {count}' }, 'readable', { readable, count: values.count });
}

/** pattern is the message for the plural of the value named count, not yet filled in. */
export function pattern(language: string, words: Words, key: string, values: Record<string, unknown> = {}): string {
  const message = words[key];
  if (message === undefined) return key;
  if (typeof message === 'string') return message;
  const category = new Intl.PluralRules(language).select(Number(values.count ?? 0));
  return message[category] ?? message.other ?? key;
}

/** choose picks the language: asked for in the address, chosen before, the browser's; else English. */
export function choose(have: readonly string[], wanted: readonly (string | null | undefined)[]): string {
  for (const tag of wanted) {
    if (!tag) continue;
    const exact = have.find((language) => language.toLowerCase() === tag.toLowerCase());
    const base = have.find((language) => language === tag.split('-')[0]?.toLowerCase());
    if (exact ?? base) return (exact ?? base) as string;
  }
  return 'en';
}
