// The element: a button that opens a panel, or, on a page of its own, the panel
// alone. Everything is in a shadow tree, so the page's styles and ours keep to
// themselves.
import { Api, type Program, type Refusal } from './api';
import { askView, type Place } from './ask';
import { dark } from '../kit/color';
import { type Config, ownerOf } from './config';
import { fill, h, icon, icons, press } from './dom';
import { Store } from './store';
import { listen, type Notice } from './stream';
import css from './style.css?inline';
import { threadView, type Thread } from './thread';
import { clock, fetchWords, first, translator, type First, type T } from './words';

/** What is said before the other words are here, by language. */
declare const __FIRST__: Record<string, First>;

const narrow = matchMedia('(max-width: 480px)');

export class Widget extends HTMLElement {
  #config!: Config;
  #store!: Store;
  #api!: Api;
  #t: T = (key) => key;
  #language = 'en';
  #program?: Program;
  #thread?: Thread;
  #hears?: Promise<never>;
  #spoken?: Promise<boolean>;
  readonly #badge = h('span', { class: 'badge', hidden: true });
  readonly #launcher = press('launcher', () => this.#toggle(), { 'aria-haspopup': 'dialog', 'aria-expanded': 'false' }, icon(icons.chat), this.#badge);
  readonly #lost = h('p', { class: 'card lost', role: 'alert', hidden: true });
  readonly #heading = h('h2', { id: 'h', tabindex: -1 });
  readonly #back = press('bare', () => this.#home(), {}, icon(icons.back));
  readonly #shut = press('bare', () => this.#close(), {}, icon(icons.close));
  readonly #view = h('div', { class: 'view' });
  readonly #error = h('p', { class: 'error', role: 'alert', hidden: true });
  readonly #panel = h(
    'dialog',
    {
      'aria-labelledby': 'h',
      class: 'panel',
      onclose: () => (this.#launcher.ariaExpanded = 'false'),
      onkeydown: (e: KeyboardEvent) => {
        if (e.key === 'Escape' && this.#config.mode === 'launcher') {
          e.preventDefault();
          this.#close();
        }
      },
    },
    h('header', {}, this.#back, this.#heading, this.#shut),
    this.#error,
    this.#view,
  );

  /** begin puts the widget on the page. */
  async begin(config: Config): Promise<void> {
    this.#config = config;
    this.#store = new Store(`knowhow:${config.program}${ownerOf(config.identity)}`);
    this.#api = new Api(config, this.#store);
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    this.#paint(config.accent);
    [this.#launcher.ariaLabel, this.#lost.textContent] = first(__FIRST__, config.locale);
    root.append(this.#lost);
    if (config.mode === 'launcher') {
      root.append(this.#launcher, this.#panel);
      await this.#speak();
      return;
    }
    this.className = 'page';
    if (!(this.#lost.hidden = await this.#speak())) return;
    root.append(this.#panel);
    this.#panel.open = true;
    this.#shut.remove();
    await this.#start();
  }

  /** speak fetches the words, once, and is whether they came; where they did not, the next press tries again. */
  #speak(): Promise<boolean> {
    return (this.#spoken ??= fetchWords(this.#config.base, this.#config.locale).then(
      (words) => {
        this.#language = words.lang;
        this.#t = translator(words);
        this.dir = words.dir;
        this.lang = words.lang;
        this.#launcher.ariaLabel = this.#t('launcher');
        this.#back.ariaLabel = this.#t('back');
        this.#shut.ariaLabel = this.#t('close');
        if (this.#api.known && this.#store.get('open')) this.#hear();
        return true;
      },
      () => {
        this.#spoken = undefined;
        return false;
      },
    ));
  }

  async #toggle(): Promise<void> {
    if (this.#panel.open) return this.#close();
    this.#lost.hidden = true;
    this.#lost.hidden = await this.#speak();
    if (!this.#lost.hidden || this.#panel.open) return; // an earlier press opened it
    if (narrow.matches) this.#panel.showModal();
    else this.#panel.show();
    this.#heading.focus();
    this.#launcher.ariaExpanded = 'true';
    void this.#start();
  }

  #close(): void {
    this.#leave();
    this.#panel.close();
    this.#launcher.focus();
  }

  async #start(): Promise<void> {
    this.#heading.textContent = this.#t('heading');
    try {
      this.#program ??= await this.#api.program();
    } catch (err) {
      fill(this.#view, h('p', {}, this.#t((err as Refusal).status === 404 ? 'closed' : 'error.offline')));
      return;
    }
    this.#heading.textContent = this.#program.brand_name;
    this.#paint(this.#program.branding?.accent);
    const open = this.#store.get('open');
    if (open && this.#api.known) await this.#show(open);
    else await this.#home();
  }

  #paint(accent?: string): void {
    if (accent) {
      this.style.setProperty('--accent', accent);
      this.style.setProperty('--on-accent', dark(accent) ? '#fff' : '#000');
    }
  }

  #place(): Place {
    const busy: Place['busy'] = async (button, work) => {
      const root = this.shadowRoot!;
      const had = root.activeElement === button;
      button.disabled = true;
      this.#error.hidden = true;
      try {
        return await work();
      } catch (err) {
        this.#fail(err);
      } finally {
        button.disabled = false;
        if (had && !root.activeElement) (button.isConnected ? button : (this.#view.querySelector<HTMLElement>('h3[tabindex]') ?? this.#heading)).focus();
      }
    };
    return {
      api: this.#api,
      config: this.#config,
      store: this.#store,
      t: this.#t,
      lang: this.#language,
      over: (el) => this.#over(el),
      busy,
      form: (button, work, kind, ...children) => {
        const go = (e: Event) => {
          e.preventDefault();
          void busy(button, work);
        };
        return h('form', { class: kind, onsubmit: go }, ...children);
      },
    };
  }

  /** over shows an element over the panel, and gives the focus back after. */
  #over(el: HTMLElement): () => void {
    const had = this.shadowRoot!.activeElement as HTMLElement | null;
    const close = () => {
      cover.close();
      cover.remove();
      had?.focus();
    };
    const cover = h('dialog', { class: 'over', 'aria-label': this.#t('blur.canvas'), oncancel: close, onkeydown: (e: Event) => e.stopPropagation() }, el);
    this.shadowRoot!.append(cover);
    cover.showModal();
    return close;
  }

  #fail(err: unknown): void {
    const { status, code, message } = (err ?? {}) as Refusal; // other errors have no status, and a code that nothing is known by
    const known = `error.${status === 429 || code === 'cap_reached' ? 'many' : code}`;
    const said = this.#t(known);
    this.#error.textContent = said !== known ? said : (status < 500 && message) || this.#t('error.other');
    this.#error.hidden = false;
  }

  /** home lists what was asked, and asks. */
  async #home(): Promise<void> {
    const here = this.shadowRoot!.activeElement;
    this.#leave();
    this.#store.set('open');
    this.#back.hidden = true;
    const ask = askView(
      this.#place(),
      (q) => this.#show(q.id),
      () => this.#home(),
    );
    const { branding, state } = this.#program!;
    const greeting = branding?.greeting?.[this.#language] ?? branding?.greeting?.en;
    fill(this.#view, greeting && h('p', { class: 'greeting' }, greeting), state === 'paused' ? h('p', {}, this.#t('closed')) : ask);
    if (here) this.#heading.focus(); // what had it is gone
    if (!this.#api.known) return;
    try {
      const asked = await this.#api.questions();
      if (asked.length) this.#view.append(this.#list(asked));
    } catch (err) {
      this.#fail(err);
    }
    this.#hear();
  }

  #list(asked: Awaited<ReturnType<Api['questions']>>): HTMLElement {
    const t = this.#t;
    const make = async () => {
      const { url } = await this.#api.link();
      const field = h('input', { readonly: true, value: url, 'aria-label': t('device.link'), onfocus: () => field.select() });
      fill(other, h('p', { class: 'hint' }, t('device.hint')), field);
      field.focus();
    };
    const link = press('quiet', () => this.#place().busy(link, make), {}, t('device.link'));
    const other = h('div', {}, link);
    const items = asked.map((q) => {
      const state = h('small', {}, t(`state.${q.state}`), ' · ', clock(this.#language, q.asked_at), this.#unread(q) && h('b', {}, t('unread')));
      return h('li', {}, press('', () => this.#show(q.id), {}, h('span', { dir: 'auto' }, q.title), state));
    });
    return h('section', {}, h('h3', {}, t('yours')), h('ul', { class: 'list' }, ...items), other);
  }

  #unread(q: { id: string; messages: number }): boolean {
    return q.messages > +(this.#store.get(`seen ${q.id}`) ?? q.messages);
  }

  async #show(id: string): Promise<void> {
    this.#leave();
    this.#store.set('open', id);
    this.#back.hidden = false;
    this.#thread = threadView(this.#place(), id, (n) => this.#saw(id, n));
    fill(this.#view, this.#thread.el);
    try {
      await this.#thread.refresh();
      this.#thread.el.querySelector('h3')!.focus();
    } catch (err) {
      if ((err as Refusal).status === 404) return this.#home();
      this.#fail(err);
    }
    this.#hear();
  }

  #saw(id: string, positions: number): void {
    this.#store.set(`seen ${id}`, `${positions}`);
    this.#count(0);
  }

  #count(n: number): void {
    this.#badge.hidden = !n;
    this.#badge.textContent = `${n}`;
    this.#launcher.ariaLabel = this.#t(n ? 'launcher_unread' : 'launcher', { n });
  }

  #leave(): void {
    this.#error.hidden = true;
    this.#thread?.close();
    this.#thread = undefined;
  }

  /** hear keeps the panel true, and counts what is new while it is closed. */
  #hear(): void {
    this.#hears ??= listen(this.#api, (notice) => this.#heard(notice));
  }

  async #heard(notice: Notice): Promise<void> {
    const id = notice.question ?? notice.id;
    try {
      if (this.#thread && (notice.type === 'ready' || id === this.#thread.id)) {
        if (notice.type === 'question.typing') this.#thread.typing();
        else await this.#thread.refresh();
      } else if (notice.type !== 'question.typing' && !this.#panel.open) {
        const fresh = (await this.#api.questions()).filter((q) => this.#unread(q));
        this.#count(fresh.length);
      }
    } catch {
      // the next notice, or opening it, reads anew
    }
  }
}
