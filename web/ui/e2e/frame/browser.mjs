// The browser, and what nobody may see in it: a console error, a violation of
// a policy, a request to a third party, a server's failure. Each is collected
// on every page of every test, and `faults` lists them at the end.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { password } from './house.mjs';

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const quiet = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
export const phone = { width: 390, height: 844 };
export const desk = { width: 1280, height: 860 };

/** Chromium, with a window per person. */
export class Browser {
  #chromium;
  #own = new Set();
  #expected = [];
  faults = [];

  static async open(...origins) {
    const executablePath = places.find((path) => path && existsSync(path));
    if (!executablePath) throw new Error('Chromium is not there: scripts/deps.sh installs it, or set CHROMIUM to its path');
    const browser = new Browser();
    browser.trust(...origins);
    browser.#chromium = await chromium.launch({ executablePath, args: quiet });
    return browser;
  }

  /** Names the origins that pages may ask. */
  trust(...origins) {
    for (const origin of origins) this.#own.add(new URL(origin).origin);
  }

  /** Says that faults which match are part of the test, such as a refusal that is provoked. */
  expect(...patterns) {
    this.#expected.push(...patterns);
  }

  /** A window of its own: cookies, storage, size, language, colours. */
  async window({ size = desk, lang = 'en', scheme = 'light', ...more } = {}) {
    const context = await this.#chromium.newContext({ viewport: size, locale: lang, colorScheme: scheme, reducedMotion: 'reduce', timezoneId: 'Europe/Berlin', hasTouch: size.width < 600, ...more });
    context.setDefaultTimeout(30_000);
    context.on('console', (m) => m.type() === 'error' && this.#fault(`console on ${m.page()?.url()}: ${m.text()} ${m.location().url}`));
    context.on('weberror', (e) => this.#fault(`exception on ${e.page()?.url()}: ${e.error().stack}`));
    context.on('dialog', (d) => {
      this.#fault(`dialog: ${d.message()}`);
      void d.dismiss();
    });
    context.on('request', (r) => this.#asked(r.url()));
    context.on('response', (r) => r.status() >= 500 && this.#fault(`${r.status()} of ${r.url()}`));
    return context;
  }

  /** A window in which one of the demo's people is signed in. */
  async person(house, who, options = {}) {
    const context = await this.window(options);
    const email = who.includes('@') ? who : `${who}@brindlewave.example`;
    const answer = await context.request.post(`${house.url}/api/v1/sign_in`, { data: { email, password } });
    if (!answer.ok()) throw new Error(`sign in as ${who}: ${await answer.text()}`);
    return context;
  }

  #asked(url) {
    if (/^(data|blob|about|chrome):/.test(url)) return;
    if (!this.#own.has(new URL(url).origin)) this.#fault(`request to a third party: ${url}`);
  }

  #fault(text) {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.faults.push(text);
  }

  /** Keeps what every window shows, for whoever looks into a failure. */
  async photograph(name) {
    const dir = join(import.meta.dirname, '../../.screens/failed', name.replace(/[^\p{L}\d]+/gu, '-'));
    const pages = this.#chromium.contexts().flatMap((context) => context.pages());
    await Promise.all(pages.map((page, i) => page.screenshot({ path: join(dir, `${i + 1}.png`), timeout: 10_000 }).catch(() => undefined)));
    console.error(`What the windows showed is in ${dir}`);
  }

  async close() {
    await this.#chromium.close();
  }
}

/** Waits until the page shows what it has to show. */
export async function settled(page) {
  await page.waitForLoadState('domcontentloaded');
  await page.waitForFunction(
    () => document.readyState === 'complete' && document.querySelector('h1, h2, knowhow-widget') && !document.querySelector('[aria-busy="true"], .mantine-Skeleton-root, .mantine-Loader-root'),
    undefined,
    { timeout: 30_000 },
  );
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}
