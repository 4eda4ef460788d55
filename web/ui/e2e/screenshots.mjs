// Takes every page in light and dark at both sizes, and in Arabic, into
// web/ui/.screens: to be looked at. `node e2e/screenshots.mjs console` takes
// those whose name has that in it, with ar-dark-390 behind it in that look
// alone, `node e2e/screenshots.mjs readme` the three that the README shows.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser, desk, phone, settled } from './frame/browser.mjs';
import { fill, House } from './frame/house.mjs';
import { everyPage, lived, windowFor } from './frame/pages.mjs';
import { shop } from './frame/shop.mjs';
import { trusted } from './frame/trust.mjs';

const out = join(import.meta.dirname, '../.screens');
const only = process.argv[2]; // part of a page's name
const asked = /^(\w+)-(light|dark)-(\d+)$/.exec(process.argv[3] ?? '');
const looks = asked ? [{ size: asked[3] === `${phone.width}` ? phone : desk, scheme: asked[2], lang: asked[1] }] : [
  { size: desk, scheme: 'light', lang: 'en' },
  { size: desk, scheme: 'dark', lang: 'en' },
  { size: phone, scheme: 'light', lang: 'en' },
  { size: phone, scheme: 'dark', lang: 'en' },
  { size: phone, scheme: 'light', lang: 'ar' },
  { size: desk, scheme: 'light', lang: 'ar' },
];

async function shoot(page, look, name) {
  const dir = join(out, `${look.lang}-${look.scheme}-${look.size.width}`);
  mkdirSync(dir, { recursive: true });
  await page.evaluate(() => {
    const all = new CSSStyleSheet(); // what is drawn only when it is come to as well
    all.replaceSync('* { content-visibility: visible !important; }');
    document.adoptedStyleSheets.push(all);
  });
  await page.screenshot({ path: join(dir, `${name}.png`), fullPage: true });
}

/** The widget on a shop's page, closed, asking, with the preview, and waiting. */
async function widget(browser, house, look) {
  const site = await shop(house, { lang: look.lang, product: 'Brindle Box', title: '4K turns blurry, only on the Box', body: 'I am Dana Whitlow, dana@whitlow.example. It is fine on the phone.' });
  try {
    browser.trust(site.url);
    await trusted(house, site);
    const page = await (await browser.window(look)).newPage();
    await page.goto(site.url);
    const parts = page.locator('knowhow-widget');
    await parts.locator('.launcher').click();
    await parts.locator('form .main').waitFor();
    await shoot(page, look, 'widget-1-ask');
    await parts.locator('form .main').click();
    await parts.locator('.preview').waitFor();
    await shoot(page, look, 'widget-2-preview');
    await parts.locator('.row .main').last().click();
    await parts.locator('.bubble').first().waitFor();
    await page.waitForTimeout(700);
    await shoot(page, look, 'widget-3-waits');
    await page.context().close();
  } finally {
    await site.close();
  }
}

/** What the README shows: the preview, the offer that comes of it, and the figures. */
async function forReadme(browser, house) {
  const dir = join(import.meta.dirname, '../../../docs/screens');
  mkdirSync(dir, { recursive: true });
  const take = (page, name) => page.screenshot({ path: join(dir, `${name}.png`) });
  const small = { size: { width: 390, height: 720 }, lang: 'en', scheme: 'light' };
  const asker = await (await browser.window(small)).newPage();
  await asker.goto(`${house.url}/demo/shop`);
  await asker.getByRole('link', { name: 'Ask somebody who knows' }).click();
  const parts = asker.locator('knowhow-widget');
  const title = await parts.getByLabel('Your question, in one line').inputValue();
  await parts.locator('form .main').click();
  await parts.locator('.preview mark').first().waitFor();
  await take(asker, 'preview');
  await parts.locator('.row .main').last().click();
  await parts.locator('.bubble').first().waitFor();

  const expert = await (await browser.person(house, 'ayse', small)).newPage();
  await expert.goto(`${house.url}/work`);
  const card = expert.getByRole('article', { name: title, exact: true });
  await card.waitFor();
  await settled(expert);
  await take(expert, 'offer');

  const manager = await (await browser.person(house, 'marit', { ...small, size: { width: 1280, height: 900 } })).newPage();
  await manager.goto(`${house.url}/console/figures`);
  await settled(manager);
  await manager.waitForTimeout(400);
  await take(manager, 'figures');
}

/** Every page, and the widget, in every look. */
async function everything(browser, house) {
  const stage = await lived(house);
  const { pages } = await everyPage(house, stage);
  let taken = 0;
  for (const look of looks) {
    if (!only || 'widget'.includes(only)) await widget(browser, house, look);
    const wanted = pages.filter((p) => !only || p.name.includes(only));
    for (const who of new Set(wanted.map((p) => p.who))) {
      const page = await (await windowFor(browser, house, who, stage, look)).newPage();
      for (const { path, name } of wanted.filter((p) => p.who === who)) {
        await page.goto(house.url + path);
        await settled(page).catch(() => console.error(`${path} is still loading`));
        await shoot(page, look, name);
        taken++;
      }
      await page.context().close();
    }
  }
  console.log(`${taken} pages are in ${out}`);
}

const dir = mkdtempSync(join(tmpdir(), 'knowhow-filled-'));
let house, browser;
try {
  process.env.KNOWHOW_FILLED ??= await fill(dir);
  house = await House.start();
  browser = await Browser.open(house.url);
  if (only === 'readme') await forReadme(browser, house);
  else await everything(browser, house);
} finally {
  await browser?.close();
  await house?.close();
  rmSync(dir, { recursive: true, force: true });
}
