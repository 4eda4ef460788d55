// What the page that carries the script says about it, by data- attributes of
// its one tag.

export interface Config {
  base: URL; // where the script came from: the API is there too
  program: string;
  mode: 'launcher' | 'page';
  locale: string;
  topic: string;
  title: string;
  body: string;
  product: string;
  context: string; // "key: value" lines of the page's own
  identity: string; // a token the brand signed
  at: Element; // where the page shows it, in mode page
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** configOf reads the tag; it throws an Error that names what is missing. */
export function configOf(script: HTMLScriptElement): Config {
  const data = script.dataset;
  if (!uuid.test(data.program ?? '')) throw new Error('knowhow: data-program must be the id of a program');
  return {
    base: new URL('.', script.src),
    program: data.program!,
    mode: data.mode === 'page' ? 'page' : 'launcher',
    locale: data.locale || document.documentElement.lang || navigator.language || 'en',
    topic: data.topic ?? '',
    title: data.title ?? '',
    body: data.body ?? '',
    product: data.product ?? '',
    context: data.context ?? '',
    identity: data.identity ?? '',
    at: script,
  };
}

/** contextOf is what experts are told of the page, one "key: value" a line: no
 * query and no fragment, which may say who somebody is. */
export function contextOf(config: Config, page: { title: string; url: string }): string {
  const { origin, pathname } = new URL(page.url);
  const lines = [config.product && `product: ${config.product}`];
  if (config.mode === 'launcher') lines.push(`page: ${origin}${pathname}`, page.title && `page title: ${oneLine(page.title)}`);
  return [...lines, config.context].filter(Boolean).join('\n').slice(0, 4000);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 200);
}
