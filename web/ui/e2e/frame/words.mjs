// What the apps say, to find things on a page by in any language.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the apps say in a language, or other parts, by key; values fill it in, plural says which form. */
export function wordsOf(lang, parts = ['kit', 'work', 'console']) {
  const words = Object.assign({}, ...parts.map((part) => JSON.parse(readFileSync(join(import.meta.dirname, `../../../messages/${lang}/${part}.json`), 'utf8'))));
  return (key, values = {}) => {
    const found = words[key] ?? assert.fail(`there are no words for ${key}`);
    return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), found);
  };
}
