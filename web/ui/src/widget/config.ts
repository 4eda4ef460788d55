// What the page that carries the script says about it, by data- attributes of
// its one tag.

export interface Config {
  base: URL; // where the script came from: the API is there too
  program: string;
  mode: 'launcher' | 'page';
  locale: string;
  topic?: string;
  title?: string;
  body?: string;
  product?: string;
  context?: string; // "key: value" lines of the page's own
  identity?: string; // a token the brand signed
  accent?: string; // the program's colour, before the program is asked
}

const uuid = /^[\da-f-]{36}$/i;

/** configOf reads the tag; it throws an Error that names what is missing. */
export function configOf(script: HTMLScriptElement): Config {
  const { program = '', mode, locale } = script.dataset;
  if (!uuid.test(program)) throw new Error('knowhow: data-program must be the id of a program');
  return {
    ...script.dataset,
    base: new URL('.', script.src),
    program,
    mode: mode === 'page' ? mode : 'launcher',
    locale: locale || document.documentElement.lang || navigator.language || 'en',
  };
}

/** ownerOf tells whose a signed token is, by a number made of its subject: what
 * one customer left in this browser is not shown to the next. */
export function ownerOf(token = ''): string {
  try {
    let n = 0;
    for (const c of JSON.parse(atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))).sub) n = (n * 65599 + c.charCodeAt(0)) | 0;
    return `:${n}`;
  } catch {
    return ''; // nobody's
  }
}

/** contextOf is what experts are told of the page, one "key: value" a line: no
 * query and no fragment, which may say who somebody is. */
export function contextOf(config: Config, page: { title: string; url: string }): string {
  const { origin, pathname } = new URL(page.url);
  const lines = [config.product && `product: ${config.product}`];
  if (config.mode === 'launcher') lines.push(`page: ${origin === config.base?.origin ? '' : origin}${pathname}`, page.title && `page title: ${oneLine(page.title)}`);
  return [...lines, config.context].filter(Boolean).join('\n').slice(0, 4000);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 200);
}
