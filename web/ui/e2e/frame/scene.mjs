// A scene is what each test stands on: a house, a browser, and at the end the
// list of faults, which must be empty.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Browser } from './browser.mjs';
import { House } from './house.mjs';

/** Registers a test; act gets the house, the browser, and later(f): f runs at the end. */
export function scene(name, act, { flags } = {}) {
  test(name, { timeout: 600_000 }, async () => {
    const house = await House.start(flags);
    let browser;
    const ends = [];
    try {
      browser = await Browser.open(house.url);
      await act({ house, browser, later: (end) => ends.push(end) });
      assert.deepEqual(browser.faults, [], 'what nobody may see in a browser');
      assert.deepEqual(house.errors, [], 'what the server logged as errors');
    } catch (err) {
      await browser?.photograph(name);
      throw err;
    } finally {
      for (const end of ends.reverse()) await end();
      await browser?.close();
      await house.close();
    }
  });
}
