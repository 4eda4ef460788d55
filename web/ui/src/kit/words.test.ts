import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { choose, directionOf, say, sayCode, type Words } from './words';

const words: Words = {
  plain: 'Hello, {name}',
  few: { one: 'one offer', other: '{count} offers' },
};
const arabic: Words = { few: { zero: 'لا', one: 'واحد', two: 'اثنان', few: '{count} عروض', many: '{count} عرضاً', other: '{count} عرض' } };

describe('saying', () => {
  it('fills placeholders, and leaves unknown ones', () => {
    expect(say('en', words, 'plain', { name: 'Ada' })).toBe('Hello, Ada');
    expect(say('en', words, 'plain', { nam: 'Ada' })).toBe('Hello, {name}');
    expect(say('en', words, 'plain', { name: '{name}' })).toBe('Hello, {name}');
    expect(say('en', words, 'none')).toBe('none');
  });

  it('counts as the language does', () => {
    expect([1, 2, 1234].map((count) => say('en', words, 'few', { count }))).toEqual(['one offer', '2 offers', '1,234 offers']);
    expect(say('de', words, 'few', { count: 1234 })).toBe('1.234 offers');
    expect([0, 1, 2].map((count) => say('ar', arabic, 'few', { count }))).toEqual(['لا', 'واحد', 'اثنان']);
    expect(say('ar', arabic, 'few', { count: 3 })).toContain('عروض');
    expect(say('ar', arabic, 'few', { count: 11 })).toContain('عرضاً');
  });

  it('says a code that no message knows by its name, and how many', () => {
    const kinds: Words = { 'hidden.name': { one: '{count} name', other: '{count} names' } };
    expect(sayCode('en', kinds, 'hidden', 'name', { count: 2 })).toBe('2 names');
    expect(sayCode('en', kinds, 'hidden', 'tax_number', { count: 1234 })).toBe('tax number: 1,234');
    expect(sayCode('en', kinds, 'state', 'tax_number')).toBe('tax number');
  });

  it('chooses among what there is', () => {
    const have = ['ar', 'de', 'en', 'pt-BR'];
    expect(choose(have, [null, 'de-AT', 'en'])).toBe('de');
    expect(choose(have, ['xx', 'pt-br'])).toBe('pt-BR');
    expect(choose(have, ['pt-PT', 'fr'])).toBe('en');
    expect(choose(have, [])).toBe('en');
  });

  it('knows which languages go from right to left', () => {
    expect(['ar', 'ar-EG', 'he', 'fa', 'ur', 'en', 'de'].map(directionOf)).toEqual(['rtl', 'rtl', 'rtl', 'rtl', 'rtl', 'ltr', 'ltr']);
  });
});

const root = join(import.meta.dirname, '../../../messages');
const languages = readdirSync(root, { withFileTypes: true })
  .filter((item) => item.isDirectory())
  .map((item) => item.name);
const load = (language: string, part: string) => JSON.parse(readFileSync(join(root, language, part), 'utf8')) as Words;
const holes = (message: Words[string]) => [...new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? [])].filter((hole) => hole !== '{count}').sort();

describe.each(readdirSync(join(root, 'en')))('messages %s', (part) => {
  it.each(languages.filter((language) => language !== 'en'))('are whole in %s', (language) => {
    expect(existsSync(join(root, language, part))).toBe(true);
    const [english, other] = [load('en', part), load(language, part)];
    expect(Object.keys(other).sort()).toEqual(Object.keys(english).sort());
    for (const [key, message] of Object.entries(english)) {
      expect({ key, holes: holes(other[key]!) }).toEqual({ key, holes: holes(message) });
      if (typeof message === 'object') {
        const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
        const has = other[key]!;
        if (typeof has === 'object') expect({ key, has: needed.filter((category) => category in has) }).toEqual({ key, has: needed });
      }
    }
  });
});
