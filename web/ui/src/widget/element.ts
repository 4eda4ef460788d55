// The element: a button that opens a panel, or, on a page of its own, the panel
// alone. Everything is in a shadow tree, so the page's styles and ours keep to
// themselves.
import { Api, Refusal, type Program } from './api';
import { askView, type Place } from './ask';
import { dark } from '../kit/color';
import type { Config } from './config';
import { fill, h, icon, icons, press } from './dom';
import { Store } from './store';
import { listen, type Notice } from './stream';
import css from './style.css?inline';
import { threadView, type Thread } from './thread';
import { clock, fetchWords, translator, type T } from './words';

const narrow = matchMedia('(max-width: 480px)');

export class Widget extends HTMLElement {
  private config!: Config;
  private store!: Store;
  private api!: Api;
  private t: T = (key) => key;
  private language = 'en';
  private program?: Program;
  private thread?: Thread;
  private hears = false;
  private readonly badge = h('span', { class: 'badge', hidden: true });
  private readonly launcher = press('launcher', () => this.toggle(), { 'aria-haspopup': 'dialog', 'aria-expanded': 'false' }, icon(icons.chat), this.badge);
  private readonly heading = h('h2', { id: 'h', tabindex: -1 });
  private readonly back = press('bare', () => this.home(), {}, icon(icons.back));
  private readonly shut = press('bare', () => this.close(), {}, icon(icons.close));
  private readonly view = h('div', { class: 'view' });
  private readonly error = h('p', { class: 'error', role: 'alert', hidden: true });
  private readonly panel = h(
    'dialog',
    { 'aria-labelledby': 'h', class: 'panel' },
    h('header', {}, this.back, this.heading, this.shut),
    this.error,
    this.view,
  );

  /** begin puts the widget on the page. */
  async begin(config: Config): Promise<void> {
    this.config = config;
    this.store = new Store(`knowhow:${config.program}`);
    this.api = new Api(config, this.store);
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    this.paint(config.accent);
    const words = await fetchWords(config.base, config.locale);
    this.language = words.lang;
    this.t = translator(words);
    this.dir = words.dir;
    this.setAttribute('lang', words.lang);
    this.launcher.setAttribute('aria-label', this.t('launcher'));
    this.back.setAttribute('aria-label', this.t('back'));
    this.shut.setAttribute('aria-label', this.t('close'));
    this.panel.addEventListener('keydown', (e) => {
      if (e.key === 'Escape' && config.mode === 'launcher') {
        e.preventDefault();
        this.close();
      }
    });
    this.panel.addEventListener('close', () => this.launcher.setAttribute('aria-expanded', 'false'));
    if (config.mode === 'page') {
      this.className = 'page';
      root.append(this.panel);
      this.panel.setAttribute('open', '');
      this.shut.remove();
      await this.start();
      return;
    }
    root.append(this.launcher, this.panel);
    if (this.api.known && this.store.get('open')) this.hear();
  }

  private toggle(): void {
    if (this.panel.open) return this.close();
    if (narrow.matches) this.panel.showModal();
    else this.panel.show();
    this.heading.focus();
    this.launcher.setAttribute('aria-expanded', 'true');
    void this.start();
  }

  private close(): void {
    this.leave();
    this.panel.close();
    this.launcher.focus();
  }

  private async start(): Promise<void> {
    this.heading.textContent = this.t('heading');
    try {
      this.program ??= await this.api.program();
    } catch (err) {
      fill(this.view, h('p', {}, this.t(err instanceof Refusal && err.status === 404 ? 'closed' : 'error.offline')));
      return;
    }
    this.brand(this.program);
    const open = this.store.get('open');
    if (open && this.api.known) await this.show(open);
    else await this.home();
  }

  private brand(program: Program): void {
    this.heading.textContent = program.brand_name;
    this.paint(program.branding?.accent);
  }

  private paint(accent?: string): void {
    if (accent) {
      this.style.setProperty('--accent', accent);
      this.style.setProperty('--on-accent', dark(accent) ? '#fff' : '#000');
    }
  }

  private place(): Place {
    const busy: Place['busy'] = async (button, work) => {
      const root = this.shadowRoot!;
      const had = root.activeElement === button;
      button.disabled = true;
      this.error.hidden = true;
      try {
        return await work();
      } catch (err) {
        this.fail(err);
      } finally {
        button.disabled = false;
        if (had && !root.activeElement) (button.isConnected ? button : (this.view.querySelector<HTMLElement>('h3[tabindex]') ?? this.heading)).focus();
      }
    };
    return {
      api: this.api,
      config: this.config,
      store: this.store,
      t: this.t,
      lang: this.language,
      over: (el) => this.over(el),
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
  private over(el: HTMLElement): () => void {
    const had = this.shadowRoot!.activeElement as HTMLElement | null;
    const cover = h('dialog', { class: 'over', 'aria-label': this.t('blur.canvas') }, el);
    cover.addEventListener('keydown', (e) => e.stopPropagation());
    const close = () => {
      cover.close();
      cover.remove();
      had?.focus();
    };
    cover.addEventListener('cancel', close);
    this.shadowRoot!.append(cover);
    cover.showModal();
    return close;
  }

  private fail(err: unknown): void {
    const known =
      err instanceof Refusal
        ? `error.${err.status === 429 || err.code === 'cap_reached' ? 'many' : err.code}`
        : 'error.other';
    const said = this.t(known);
    this.error.textContent = said !== known ? said : (err instanceof Refusal && err.status < 500 && err.detail) || this.t('error.other');
    this.error.hidden = false;
  }

  /** home lists what was asked, and asks. */
  private async home(): Promise<void> {
    const here = this.shadowRoot!.activeElement !== null;
    this.leave();
    this.store.set('open', undefined);
    this.back.hidden = true;
    const ask = askView(
      this.place(),
      (q) => void this.show(q.id),
      () => void this.home(),
    );
    const greeting = this.greeting();
    const paused = this.program?.state === 'paused';
    fill(this.view, greeting && h('p', { class: 'greeting' }, greeting), paused ? h('p', {}, this.t('closed')) : ask);
    if (here) this.heading.focus(); // what had it is gone
    if (!this.api.known) return;
    try {
      const asked = await this.api.questions();
      if (asked.length) this.view.append(this.list(asked));
    } catch (err) {
      this.fail(err);
    }
    this.hear();
  }

  private greeting(): string {
    const all = this.program?.branding?.greeting ?? {};
    return all[this.language] ?? all.en ?? '';
  }

  private list(asked: Awaited<ReturnType<Api['questions']>>): HTMLElement {
    const { t } = this;
    const make = async () => {
      const { url } = await this.api.link();
      const field = h('input', { readonly: true, value: url, 'aria-label': t('device.link'), onfocus: () => field.select() });
      fill(other, h('p', { class: 'hint' }, t('device.hint')), field);
      field.focus();
    };
    const link = press('quiet', () => this.place().busy(link, make), {}, t('device.link'));
    const other = h('div', {}, link);
    const items = asked.map((q) => {
      const state = h('small', {}, t(`state.${q.state}`), ' · ', clock(this.language, q.asked_at), this.unread(q) && h('b', {}, t('unread')));
      return h('li', {}, press('', () => this.show(q.id), {}, h('span', { dir: 'auto' }, q.title), state));
    });
    return h('section', {}, h('h3', {}, t('yours')), h('ul', { class: 'list' }, ...items), other);
  }

  private unread(q: { id: string; messages: number }): boolean {
    return q.messages > Number(this.store.get(`seen ${q.id}`) ?? q.messages);
  }

  private async show(id: string): Promise<void> {
    this.leave();
    this.store.set('open', id);
    this.back.hidden = false;
    this.thread = threadView(this.place(), id, (n) => this.saw(id, n));
    fill(this.view, this.thread.el);
    try {
      await this.thread.refresh();
      this.thread.el.querySelector('h3')!.focus();
    } catch (err) {
      if (err instanceof Refusal && err.status === 404) return this.home();
      this.fail(err);
    }
    this.hear();
  }

  private saw(id: string, positions: number): void {
    this.store.set(`seen ${id}`, String(positions));
    this.count(0);
  }

  private count(n: number): void {
    this.badge.hidden = n === 0;
    this.badge.textContent = String(n);
    this.launcher.setAttribute('aria-label', n ? this.t('launcher_unread', { n }) : this.t('launcher'));
  }

  private leave(): void {
    this.error.hidden = true;
    this.thread?.close();
    this.thread = undefined;
  }

  /** hear keeps the panel true, and counts what is new while it is closed. */
  private hear(): void {
    if (!this.hears) void listen(this.api, (notice) => void this.heard(notice));
    this.hears = true;
  }

  private async heard(notice: Notice): Promise<void> {
    const id = notice.question ?? notice.id;
    try {
      if (this.thread && (notice.type === 'ready' || id === this.thread.id)) {
        if (notice.type === 'question.typing') this.thread.typing();
        else await this.thread.refresh();
      } else if (notice.type !== 'question.typing' && !this.panel.open) {
        const fresh = (await this.api.questions()).filter((q) => this.unread(q));
        this.count(fresh.length);
      }
    } catch {
      // the next notice, or opening it, reads anew
    }
  }
}
