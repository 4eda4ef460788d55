// How soon the widget and the public pages can be used by somebody with a slow
// phone and a slow line: a processor four times slower, 1.6 Mbit/s, 150 ms, and
// nothing in the cache. The tab stands ready before its address is opened, as a
// browser in use does: starting one takes the same processor a second. All are
// looked at in turns, and the least of ten goes, since what else a machine does
// only adds to it, for a while; over the limit it fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Browser, phone } from './frame/browser.mjs';
import { fill, House } from './frame/house.mjs';
import { shop } from './frame/shop.mjs';
import { trusted } from './frame/trust.mjs';

const limit = 500; // ms
const times = 10;
const settled = 1000; // ms until a tab that was opened is at rest

async function slow(browser) {
  const context = await browser.window({ size: phone });
  const page = await context.newPage();
  const line = await context.newCDPSession(page);
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 });
  await line.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await sleep(settled);
  return page;
}

/**
 * Until the page is drawn and stands whole, from the address being opened: it
 * needs no script to be used. It is left alone until it has loaded, since what
 * we have it do would slow it down as well.
 */
async function page(browser, url) {
  const tab = await slow(browser);
  await tab.goto(url, { waitUntil: 'load' });
  await tab.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
  const ms = await tab.evaluate(() => Math.max(performance.getEntriesByType('navigation')[0].domInteractive, performance.getEntriesByName('first-contentful-paint')[0].startTime));
  await tab.context().close();
  return ms;
}

/** Until the widget's button can be pressed, from its script being asked for. */
async function widget(browser, url) {
  const tab = await slow(browser);
  await tab.addInitScript(() => {
    const look = () => {
      if (document.querySelector('knowhow-widget')?.shadowRoot?.querySelector('.launcher')) window.ready = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await tab.goto(url);
  await tab.waitForFunction(() => window.ready, undefined, { timeout: 60_000 });
  const ms = await tab.evaluate(() => window.ready - performance.getEntriesByType('resource').find((r) => r.name.endsWith('/widget.js')).startTime);
  await tab.context().close();
  return ms;
}

const dir = mkdtempSync(join(tmpdir(), 'knowhow-filled-'));
let house, browser, site;
try {
  process.env.KNOWHOW_FILLED ??= await fill(dir);
  house = await House.start();
  site = await shop(house);
  browser = await Browser.open(house.url, site.url);
  await trusted(house, site);
  const measured = { widget: () => widget(browser, site.url) };
  for (const path of ['/', '/sign-in', '/sign-up', '/my/questions', `/join/${house.program}`, `/ask/${house.program}`]) measured[path] = () => page(browser, house.url + path);
  const least = Object.fromEntries(Object.keys(measured).map((name) => [name, Infinity]));
  for (let i = 0; i < times; i++) {
    for (const [name, measure] of Object.entries(measured)) least[name] = Math.min(least[name], Math.round(await measure()));
  }
  console.log(`Interactive with 4× slower processor, 1.6 Mbit/s, 150 ms; the least of ${times}, limit ${limit} ms:`);
  for (const [name, ms] of Object.entries(least)) console.log(`  ${String(ms).padStart(5)} ms  ${name}${ms > limit ? '  too slow' : ''}`);
  process.exitCode = Object.values(least).every((ms) => ms <= limit) ? 0 : 1;
} finally {
  await site?.close();
  await browser?.close();
  await house?.close();
  rmSync(dir, { recursive: true, force: true });
}
