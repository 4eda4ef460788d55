import { createContext, Fragment, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { choose, directionOf, type Key, pattern, say, sayCode, type Values, type Words } from './words';

export type { Key } from './words';

const files = import.meta.glob<Words>('../../../messages/*/{kit,work,console}.json', { import: 'default' });
const kept = 'knowhow.language';

/** The languages there is a folder of messages for. */
export const languages = [...new Set(Object.keys(files).map((path) => path.split('/').at(-2) as string))].sort();

type I18n = {
  language: string;
  /** The language with the browser's region, where it has one: for numbers, times and moneys. */
  locale: string;
  dir: 'ltr' | 'rtl';
  t: (key: Key, values?: Values) => string;
  /** Whether there is such a message; for keys made of codes that may grow. */
  has: (key: string) => boolean;
  codes: (group: string, code: string, values?: Values) => string;
  /** The message with parts of the page in place of its placeholders. */
  rich: (key: Key, values: Record<string, ReactNode>) => ReactNode;
  choose: (language: string) => void;
};

const Context = createContext<I18n | null>(null);

export async function loadWords(language: string, parts: readonly string[]): Promise<Words> {
  const loaded = await Promise.all(
    parts.map((part) => {
      const load = files[`../../../messages/${language}/${part}.json`];
      return load ? load() : Promise.resolve({} as Words);
    }),
  );
  return Object.assign({}, ...loaded) as Words;
}

export function firstLanguage(): string {
  let saved: string | null = null;
  try {
    saved = localStorage.getItem(kept);
  } catch {
    // the browser's languages decide then
  }
  return choose(languages, [new URLSearchParams(location.search).get('lang'), saved, ...navigator.languages]);
}

/** Has the words of the parts for everything below it. */
export function Language({ first, words: firstWords, parts, children }: { first: string; words: Words; parts: readonly string[]; children: ReactNode }) {
  const [{ language, words }, setNow] = useState({ language: first, words: firstWords });
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
  }, [language]);
  const pick = useCallback(
    (next: string) => {
      try {
        localStorage.setItem(kept, next);
      } catch {
        // it holds until the page is left
      }
      void loadWords(next, parts).then((loaded) => setNow({ language: next, words: loaded }));
    },
    [parts],
  );
  const i18n = useMemo<I18n>(
    () => ({
      language,
      locale: navigator.languages.find((tag) => tag.split('-')[0] === language.split('-')[0]) ?? language,
      dir: directionOf(language),
      t: (key, values) => say(language, words, key, values),
      has: (key) => key in words,
      codes: (group, code, values) => sayCode(language, words, group, code, values),
      rich: (key, values) => fill(pattern(language, words, key, values), values),
      choose: pick,
    }),
    [language, words, pick],
  );
  return <Context.Provider value={i18n}>{children}</Context.Provider>;
}

export function useI18n(): I18n {
  const i18n = useContext(Context);
  if (!i18n) throw new Error('there is no Language above');
  return i18n;
}

/** The text of a code of the API, or the code itself, made readable, where no message knows it. */
export function useCodes() {
  return useI18n().codes;
}

function fill(text: string, values: Record<string, ReactNode>): ReactNode {
  return text.split(/(\{\w+\})/).map((part, i) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return <Fragment key={i}>{name && name in values ? values[name] : part}</Fragment>;
  });
}
