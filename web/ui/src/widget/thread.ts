// One question: its conversation, how long it will still take, and what its
// customer can do about it.
import { type Message, now, type Question } from './api';
import type { Place } from './ask';
import { fill, h, icon, icons, press } from './dom';
import { pictures, view } from './pictures';
import { recommend } from './recommend';
import { clock, inTime } from './words';

export interface Thread {
  el: HTMLElement;
  refresh(): Promise<void>;
  typing(): void;
  close(): void;
  readonly id: string;
}

const reasons = ['wrong', 'incomplete', 'unclear', 'unfriendly', 'waiting_time', 'product_defect', 'policy'];
const waits = ['asked', 'offered', 'assigned'];
const open = [...waits, 'answered', 'escalated'];
const ends = ['abusive', 'threat', 'unlawful', 'spam']; // why an expert may end it

export function threadView(p: Place, id: string, saw: (positions: number) => void): Thread {
  const { t, api } = p;
  const heading = h('h3', { tabindex: -1, dir: 'auto' });
  const status = h('p', { class: 'status', role: 'status' });
  const log = h('div', { role: 'log', 'aria-label': t('thread.log'), class: 'log' });
  const typing = h('p', { class: 'hint typing' });
  const actions = h('div', { class: 'actions' });
  const write = composer(p, id, refresh);
  const el = h('div', { class: 'thread' }, heading, status, log, typing, h('div', { class: 'foot' }, actions, write));
  let question: Question | undefined;
  let shown = '';
  let rests: ReturnType<typeof setTimeout>; // when typing is said no more
  let ticks = 0;
  const tick = setInterval(() => {
    if (!question) return;
    // nothing tells of a forecast that moves: it is read again each minute
    if (++ticks % 4 || !waits.includes(question.state)) sayStatus(question);
    else refresh().catch(() => {});
  }, 15_000);

  async function refresh(): Promise<void> {
    const q = await api.question(id);
    question = q;
    heading.textContent = q.title;
    sayStatus(q);
    const known = log.childElementCount;
    for (const m of q.messages.slice(known)) log.append(bubble(p, m, q.title));
    const last = q.messages.at(-1)!; // there is the question itself
    marks(q);
    if (q.messages.length > known) {
      typing.textContent = '';
      saw(last.position);
      if (last.author !== 'customer') api.read(id, last.position).catch(() => {}); // a mark is worth no error
    }
    if ((write.hidden = !open.includes(q.state))) write.reset(); // what was not sent will not be
    const kind = (waits.includes(q.state) ? 'waits' : q.state) + q.messages.some((m) => m.author !== 'customer');
    if (kind !== shown) {
      const focused = actions.matches(':focus-within');
      shown = kind;
      fill(actions, ...choices(p, q, refresh));
      if (focused) heading.focus(); // what had it is gone
    }
    if (q.messages.length > known) typing.scrollIntoView({ block: 'nearest' });
  }

  function marks(q: Question): void {
    const read = q.read?.expert ?? 0;
    const mine = q.messages.findLastIndex((m) => m.author === 'customer' && m.position <= read);
    log.querySelector('.seen')?.remove();
    log.children[mine]?.append(h('small', { class: 'seen' }, t('thread.seen')));
  }

  function sayStatus(q: Question): void {
    const { median_at: half, p90_at: most } = q.forecast ?? {};
    fill(
      status,
      h('strong', {}, t(ends.includes(q.end_reason) ? 'state.ended' : `state.${q.state}`)),
      ' ',
      half &&
        Date.parse(most ?? half) > now() &&
        waits.includes(q.state) &&
        t(most ? 'thread.forecast' : 'thread.forecast_half', { median: inTime(p.lang, (Date.parse(half) - now()) / 1000), p90: most ? clock(p.lang, most) : '' }),
    );
  }

  return {
    el,
    id,
    refresh,
    typing() {
      typing.textContent = t('thread.typing');
      clearTimeout(rests);
      rests = setTimeout(() => (typing.textContent = ''), 5000);
    },
    close() {
      clearInterval(tick);
    },
  };
}

/** bubble shows a message; one without words is a question that its title says. */
function bubble(p: Place, m: Message, title: string): HTMLElement {
  const text = m.text || (!m.pictures?.length && title);
  return h(
    'div',
    { class: `bubble ${m.author}` },
    h('small', {}, p.t(`author.${m.author}`), ' · ', h('time', { datetime: m.at }, clock(p.lang, m.at))),
    text && h('p', { dir: 'auto' }, text),
    ...(m.pictures ?? []).map((picture, i) => view(p.api, p.t, picture, i + 1)),
  );
}

/** composer writes a message; what is written survives a reload, and no reset. */
function composer(p: Place, id: string, sent: () => Promise<void>): HTMLFormElement {
  const { t, api, store } = p;
  const name = `draft ${id}`;
  let typed = 0;
  let key = crypto.randomUUID();
  const text = h('textarea', {
    dir: 'auto',
    rows: 2,
    maxlength: 8000,
    'aria-label': t('thread.write'),
    placeholder: t('thread.write'),
    oninput: () => {
      key = crypto.randomUUID(); // other words are another message, though a try with these may have arrived
      store.set(name, text.value);
      if (Date.now() - typed > 3000 && text.value) {
        typed = Date.now();
        api.act(id, 'typing').catch(() => {}); // only a courtesy
      }
    },
    onkeydown: (e: KeyboardEvent) => {
      if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) form.requestSubmit();
    },
  });
  text.value = store.get(name) ?? '';
  const chosen = pictures(p, name);
  const button = h('button', { class: 'main', 'aria-label': t('thread.send') }, icon(icons.send));
  const send = async () => {
    const message = { text: text.value.trim(), pictures: await chosen.upload() };
    if (message.text || message.pictures[0]) {
      await api.act(id, 'messages', message, key);
      key = crypto.randomUUID();
      form.reset();
      await sent();
    }
    text.focus();
  };
  const form = p.form(button, send, 'composer', text, button, chosen.el);
  form.onreset = () => {
    store.set(name);
    chosen.clear();
  };
  return form;
}

/** choices are what the customer can do now. */
function choices(p: Place, q: Question, done: () => Promise<void>): HTMLElement[] {
  const { t, api } = p;
  const act = (verb: string, kind = 'quiet', sure = false) => {
    const said = t(`act.${verb}`);
    const go = (e: MouseEvent) => {
      if (sure && e.detail > 1) return; // a double click is not sure
      if (sure && button.textContent === said) {
        button.textContent = t(`act.${verb}_sure`);
        setTimeout(() => fill(button, said), 5000);
        return;
      }
      void p.busy(button, async () => {
        await api.act(q.id, verb);
        await done();
      });
    };
    const button = press(kind, go, {}, said);
    return button;
  };
  const list: HTMLElement[] = [];
  const answered = q.messages.some((m) => m.author !== 'customer');
  if (q.state === 'answered' || (q.state === 'escalated' && answered)) list.push(act('resolve', 'main'));
  if (q.state === 'answered' || (q.state === 'resolved' && !ends.includes(q.end_reason)))
    list.push(reopen(p, q.id, done));
  if (q.state === 'resolved') list.push(rating(p, q, done), recommend(p, q));
  if (q.state === 'answered' || waits.includes(q.state) || ends.includes(q.end_reason)) list.push(act('escalate', 'quiet', true));
  if (open.includes(q.state)) list.push(act('withdraw', 'quiet', true));
  if (q.state === 'resolved') list.push(receipt(p, q));
  return list;
}

/** reopen opens a line to say why. */
function reopen({ t, api, form }: Place, id: string, done: () => Promise<void>): HTMLElement {
  const why = t('act.reopen_why');
  const text = h('textarea', { dir: 'auto', rows: 2, maxlength: 1000, required: true, 'aria-label': why, placeholder: why });
  const button = h('button', { class: 'main' }, t('act.reopen'));
  const send = async () => {
    await api.act(id, 'reopen', { reason: text.value.trim() });
    await done();
  };
  return h('details', {}, h('summary', {}, t('act.reopen')), form(button, send, '', text, button));
}

function rating(p: Place, q: Question, done: () => Promise<void>): HTMLElement {
  const { t } = p;
  const key = `rated ${q.id}`;
  const was = +(p.store.get(key) ?? 0);
  const reason = h(
    'select',
    { 'aria-label': t('rate.reason') },
    h('option', { value: '' }, t('rate.reason')),
    ...reasons.map((r) => h('option', { value: r }, t(`reason.${r}`))),
  );
  const comment = h('textarea', { rows: 2, maxlength: 4000, 'aria-label': t('rate.comment'), placeholder: t('rate.comment') });
  const button = h('button', { class: 'main' }, t('rate.send'));
  const solved = h('input', { type: 'checkbox' });
  const more = h('div', { class: 'more', hidden: true }, h('label', { class: 'check' }, solved, t('rate.solved')), reason, comment, button);
  const stars = [1, 2, 3, 4, 5].map((n) =>
    h(
      'label',
      { class: 'star' },
      h('input', {
        type: 'radio',
        name: 'csat',
        value: n,
        checked: n === was,
        onchange: () => {
          if (more.hidden) solved.checked = n > 2; // theirs to change
          more.hidden = false;
          reason.required = n < 3;
          more.scrollIntoView({ block: 'nearest' });
        },
      }),
      h('i', { 'aria-hidden': 'true' }),
      h('span', { class: 'sr' }, t('rate.stars', { n })),
    ),
  );
  const said = h('p', { class: 'hint', role: 'status' }, was && t('rate.thanks'));
  const send = async () => {
    const csat = +new FormData(form).get('csat')!;
    await p.api.rate(q.id, {
      solved: solved.checked,
      csat,
      reason: reason.value || undefined,
      comment: comment.value.trim() || undefined,
    });
    p.store.set(key, `${csat}`);
    more.hidden = true;
    said.textContent = t('rate.thanks');
    await done();
  };
  const form = p.form(
    button,
    send,
    'rating',
    h('fieldset', {}, h('legend', {}, t('rate.heading')), h('div', { class: 'stars' }, ...stars)),
    more,
    said,
  );
  return form;
}

/** receipt makes a link to the answer receipt, if its customer wants one. */
function receipt(p: Place, q: Question): HTMLElement {
  const button = h('button', { class: 'main' }, p.t('receipt.share'));
  const make = async () => {
    const { url } = await p.api.share(q.id);
    const link = h('a', { href: url, target: '_blank', rel: 'noopener' }, p.t('receipt.open'));
    fill(form, link);
    link.focus();
  };
  const form = p.form(button, make, '', h('p', { class: 'hint' }, p.t('receipt.consent')), button);
  return h('details', {}, h('summary', {}, p.t('receipt.heading')), form);
}
