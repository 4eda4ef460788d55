import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Schemas } from '../api';
import { duration, relative } from '../format';
import { Language, languages, loadWords } from '../i18n';
import type { Words } from '../words';
import { Why } from './why';

type Reason = Schemas['Reason'];

const day = 86_400_000;
const asked = Date.parse('2026-11-22T12:00:00Z');
const ago = (days: number) => new Date(asked - days * day).toISOString();
const of = (similar: [number, number?], tagged: [number, number?], all: [number, number, number?]): Reason => ({
  similar: { answered: similar[0], resolved: similar[0], ...(similar[1] && { last: ago(similar[1]) }) },
  tagged: { answered: tagged[0], resolved: tagged[0], ...(tagged[1] && { last: ago(tagged[1]) }) },
  all: { answered: all[0], resolved: all[1], ...(all[2] && { last: ago(all[2]) }) },
});

// Each record with what is said of it: to the expert, to others, and the days since.
const records: { name: string; reason: Reason; own: number[]; others: number[]; days?: number }[] = [
  { name: 'solved like this', reason: of([14, 3], [2, 2], [40, 31, 2]), own: [14], others: [14], days: 3 },
  { name: 'and more on the subject', reason: of([14, 3], [22, 4], [40, 31, 2]), own: [14, 22], others: [14], days: 3 },
  { name: 'on the subject alone', reason: of([0], [22, 4], [40, 31, 5]), own: [22], others: [31], days: 5 },
  { name: 'solved anything', reason: of([0], [0], [40, 31, 5]), own: [31], others: [31], days: 5 },
  { name: 'answered only', reason: of([0], [0], [17, 0, 6]), own: [17], others: [17], days: 6 },
  { name: 'is new', reason: of([0], [0], [0, 0]), own: [], others: [] },
];

beforeAll(() => {
  vi.stubGlobal('navigator', { languages: [] });
  vi.setSystemTime(asked);
  return () => vi.useRealTimers();
});

function told(language: string, words: Words, props: Parameters<typeof Why>[0]): string {
  const page = createElement(Language, { first: language, words, parts: ['kit'], children: createElement(Why, props) });
  return renderToStaticMarkup(page).replace(/<[^>]*>/g, '').trim();
}

/** Every number of a text, whatever the script its digits are of. */
const numbers = (text: string) => (text.match(/\p{Nd}+/gu) ?? []).map((digits) => Number([...digits].map((d) => (/[0-9]/.test(d) ? d : (d.codePointAt(0)! - 0x660) % 10)).join('')));

describe.each(languages)('why somebody is asked, in %s', (language) => {
  it.each(records)('tells one who $name', async ({ reason, own, others, days }) => {
    const words = await loadWords(language, ['kit']);
    for (const [counts, props] of [
      [own, { of: reason, own: true }],
      [own, { of: reason, own: true, at: ago(0) }],
      [others, { of: reason }],
      [others, { of: reason, at: ago(0) }],
    ] as const) {
      const text = told(language, words, props);
      expect(text).not.toMatch(/[{}]|why\./);
      expect(numbers(text).sort()).toEqual([...counts, ...(days ? [days] : [])].sort());
      for (const count of counts) expect(text).toContain(new Intl.NumberFormat(language).format(count));
      if (days) expect(text).toContain('at' in props ? duration(language, days * 86_400, 'long') : relative(language, asked - days * day, asked));
      if (!counts.length) expect(text).toBe(words['why.new']);
    }
  });

  it('says it of others as of others', async () => {
    const words = await loadWords(language, ['kit']);
    for (const { reason, own } of records) {
      if (own.length) expect(told(language, words, { of: reason })).not.toBe(told(language, words, { of: reason, own: true }));
    }
  });

  it('has words for one and for many', async () => {
    const words = await loadWords(language, ['kit']);
    for (const count of [1, 2, 3, 11, 100]) {
      for (const reason of [of([count, 2], [0], [count, count, 2]), of([0], [count, 2], [count, 0, 2]), of([0], [0], [count, count, 2]), of([0], [0], [count, 0, 2])]) {
        for (const own of [true, false]) expect(told(language, words, { of: reason, own })).not.toMatch(/[{}]|why\./);
      }
    }
  });
});
