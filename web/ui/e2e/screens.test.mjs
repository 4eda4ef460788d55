// Every page, at both sizes, in light and dark, in English and in Arabic from
// right to left: no violation of WCAG 2.2 A and AA.
import assert from 'node:assert/strict';
import { violations } from './frame/axe.mjs';
import { desk, phone, settled } from './frame/browser.mjs';
import { everyPage, lived, windowFor } from './frame/pages.mjs';
import { scene } from './frame/scene.mjs';

const all = [
  { size: phone, scheme: 'dark', lang: 'ar' },
  { size: desk, scheme: 'light', lang: 'en' },
  { size: desk, scheme: 'dark', lang: 'de' },
  { size: phone, scheme: 'light', lang: 'en' },
  { size: desk, scheme: 'light', lang: 'ar' },
];
const looks = process.env.KNOWHOW_E2E === 'core' ? all.slice(0, 1) : all;

for (const look of looks) {
  const name = `${look.size.width} px, ${look.scheme}, ${look.lang}`;
  scene(`every page is for everybody: ${name}`, async ({ house, browser }) => {
    browser.expect(/\b404\b.*\/not\/there/, /\b404\b.*\/programs\/[^/]+\/application/);
    const stage = await lived(house);
    const { pages } = await everyPage(house, stage);
    const wrong = [];
    for (const who of new Set(pages.map((p) => p.who))) {
      const page = await (await windowFor(browser, house, who, stage, look)).newPage();
      for (const { path } of pages.filter((p) => p.who === who)) {
        await page.goto(house.url + path);
        await settled(page).catch(() => wrong.push(`${path}: still loading`));
        const found = await violations(page);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (wide > 0) found.push(`${wide} px wider than the window`);
        const dir = await page.evaluate(() => document.documentElement.dir || 'ltr');
        if (dir !== (look.lang === 'ar' ? 'rtl' : 'ltr')) found.push(`runs ${dir}`);
        wrong.push(...found.map((text) => `${path}: ${text}`));
      }
      await page.context().close();
    }
    assert.deepEqual(wrong, []);
  });
}
