// Asking: what is written survives a reload, and before anything is sent its
// writer sees what experts will see and can hide more of it.
import type { Api, Hidden, Question } from './api';
import { contextOf, type Config } from './config';
import { fill, h, press, type Child } from './dom';
import { pieces, type Range } from './pieces';
import { pictures } from './pictures';
import type { Store } from './store';
import { span, type T } from './words';

export interface Place {
  api: Api;
  config: Config;
  store: Store;
  t: T;
  lang: string;
  over(el: HTMLElement): () => void; // shows el over everything, until the function it returns is called
  busy<A>(button: HTMLButtonElement, work: () => Promise<A>): Promise<A | undefined>;
  form(button: HTMLButtonElement, work: () => Promise<unknown>, kind: string, ...children: Child[]): HTMLFormElement; // sent, it works
}

interface Texts {
  title: string;
  body: string;
}

interface Draft extends Texts {
  key: string;
}

/** askView asks; arrived is called when an earlier try turns out to have arrived. */
export function askView(p: Place, asked: (q: Question) => void, arrived: () => void): HTMLElement {
  const { t } = p;
  const draft = draftOf(p);
  const keep = () => {
    draft.title = title.value;
    draft.body = body.value;
    p.store.set('draft', JSON.stringify(draft));
  };
  const title = h('input', {
    id: 'title',
    dir: 'auto',
    maxlength: 300,
    required: true,
    autocomplete: 'off',
    oninput: keep,
    placeholder: t('ask.title_hint'),
  });
  const body = h('textarea', { id: 'body', dir: 'auto', rows: 5, maxlength: 8000, oninput: keep, placeholder: t('ask.body_hint') });
  title.value = draft.title;
  body.value = draft.body;
  const chosen = pictures(p, 'draft');
  const context = contextOf(p.config, { title: document.title, url: location.href });
  const withContext = h('input', { type: 'checkbox', id: 'context' });
  withContext.checked = true;
  const wait = h('p', { class: 'hint' });
  p.api
    .wait()
    .then((w) => {
      if (w.median_s !== null)
        wait.textContent = t(w.p90_s === null ? 'ask.wait_half' : 'ask.wait', { median: span(p.lang, w.median_s), p90: span(p.lang, w.p90_s ?? 0) });
    })
    .catch(() => wait.remove());

  const next = h('button', { class: 'main' }, t('ask.next'));
  const form = p.form(
    next,
    review,
    '',
    h('label', { for: 'title' }, t('ask.title')),
    title,
    h('label', { for: 'body' }, t('ask.body')),
    body,
    chosen.el,
    context && h('div', { class: 'check' }, withContext, h('label', { for: 'context' }, t('ask.context')), h('pre', { dir: 'auto' }, context)),
    wait,
    next,
  );
  const el = h('div', {}, form);

  async function review(): Promise<void> {
    const texts = { title: title.value.trim(), body: body.value.trim() };
    const shown = await preview(p, texts);
    const change = () => {
      fill(el, form);
      title.focus();
    };
    fill(el, shown.el, h('div', { class: 'row' }, press('quiet', change, {}, t('preview.change')), sendButton(texts, shown.hidden)));
    shown.el.querySelector('h3')!.focus();
  }

  function sendButton(texts: Texts, hidden: () => object): HTMLElement {
    const send = async () => {
      const question = {
        ...texts,
        ...hidden(),
        context: withContext.checked ? context : '',
        topic: p.config.topic || undefined,
        pictures: await chosen.upload(),
      };
      const sent = await p.api.ask(question, draft.key).catch((err) => {
        if (err.code === 'key_reused') {
          draft.key = crypto.randomUUID();
          keep();
          arrived();
        }
        throw err;
      });
      p.store.set('draft');
      chosen.clear();
      p.store.set('asked', 'yes');
      asked(sent);
    };
    const button = press('main', () => p.busy(button, send), {}, t('preview.send'));
    return button;
  }
  return el;
}

/** draftOf is what was being written; the key makes sending it twice ask once. */
function draftOf(p: Place): Draft {
  try {
    return JSON.parse(p.store.get('draft')!);
  } catch {
    const first = !p.store.get('asked'); // what the page suggests is for who has not asked yet
    const { title = '', body = '' } = first ? p.config : {};
    return { title, body, key: crypto.randomUUID() };
  }
}

/** preview shows what experts will see. A tap on a word hides it, too. */
async function preview(p: Place, texts: Texts): Promise<{ el: HTMLElement; hidden: () => object }> {
  const { t } = p;
  const [title, body] = await Promise.all([p.api.preview(texts.title), p.api.preview(texts.body)]);
  const found = title.spans.length + body.spans.length;
  const count = h('p', { class: 'hint', role: 'status' });
  const say = () => {
    const own = first.hidden().length + second.hidden().length;
    fill(count, found ? t('preview.found', { n: found }) : !own && t('preview.none'), ' ', own > 0 && t('preview.own', { n: own }));
  };
  const first = words(t, texts.title, title.spans, say);
  const second = words(t, texts.body, body.spans, say);
  say();
  const el = h(
    'section',
    { class: 'preview' },
    h('h3', { tabindex: -1 }, t('preview.heading')),
    count,
    h('p', { class: 'card strong', dir: 'auto' }, ...first.nodes),
    texts.body && h('p', { class: 'card', dir: 'auto' }, ...second.nodes),
    h('p', { class: 'hint' }, t('preview.tap')),
  );
  return { el, hidden: () => ({ hide_title: first.hidden(), hide_body: second.hidden() }) };
}

/** words makes every word of a text a switch that hides it; what is hidden for
 * sure stays hidden. */
function words(t: T, text: string, spans: Hidden[], changed: () => void): { nodes: Child[]; hidden: () => Range[] } {
  const hidden = new Set<Range>();
  const nodes = pieces(text, spans).map((piece) => {
    if (piece.kind === 'hidden') return h('mark', {}, piece.text);
    if (piece.kind === 'plain') return piece.text;
    const turn = () => {
      if (!hidden.delete(piece.range)) hidden.add(piece.range);
      word.ariaPressed = `${hidden.has(piece.range)}`;
      changed();
    };
    const word = press('word', turn, { 'aria-pressed': 'false', title: t('preview.hide') }, piece.text);
    return word;
  });
  return { nodes, hidden: () => [...hidden] };
}
