// The expert app can be installed, and what was installed opens without a
// network; a receipt can be printed, in the zone of who reads it.
import assert from 'node:assert/strict';
import { desk, phone, settled } from './frame/browser.mjs';
import { everyPage, lived, windowFor } from './frame/pages.mjs';
import { scene } from './frame/scene.mjs';
import { wordsOf } from './frame/words.mjs';

scene('the expert app is installed, and opens without a network', async ({ house, browser }) => {
  browser.expect(/ERR_INTERNET_DISCONNECTED/, /ERR_FAILED/);
  const t = wordsOf('en');
  const window = await browser.person(house, 'ayse', { size: phone });
  const page = await window.newPage();
  await page.goto(`${house.url}/work`);
  await settled(page);

  const line = await window.newCDPSession(page);
  const { errors, data } = await line.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const app = JSON.parse(data);
  assert.deepEqual([app.start_url, app.scope, app.display], ['/work', '/work', 'standalone']);
  for (const size of [192, 512]) {
    const { src } = app.icons.find((icon) => icon.sizes === `${size}x${size}`);
    const wide = await page.evaluate(async (src) => (await createImageBitmap(await (await fetch(src)).blob())).width, src);
    assert.equal(wide, size, src);
  }

  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await page.reload(); // as a second visit: all of it is kept now
  await settled(page);
  await window.setOffline(true);
  await page.goto(`${house.url}/work/turns`);
  await page.getByRole('heading', { name: t('offline.title') }).waitFor();
  assert.ok(await page.evaluate(async () => !(await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)))).flat().some((url) => url.includes('/api/'))), 'nothing that the API says is kept');
  await window.setOffline(false);
  await page.getByRole('button', { name: t('again') }).click();
  await page.getByRole('navigation').first().waitFor();
});

scene('receipts on paper, and times where they are read', async ({ house, browser }) => {
  const stage = await lived(house);
  const { pages } = await everyPage(house, stage);
  const receipts = pages.filter(({ path }) => /\/receipts?(\/|$)/.test(path));
  assert.equal(receipts.length, 3, 'the customer’s, the expert’s and the shared one');
  for (const { path, who } of receipts) {
    const page = await (await windowFor(browser, house, who, stage, { size: desk, scheme: 'dark', timezoneId: 'Asia/Kathmandu' })).newPage();
    await page.goto(house.url + path);
    await settled(page);
    const elsewhere = await page.evaluate(() =>
      [...document.querySelectorAll('main time[datetime]')]
        .filter((el) => /\d:\d\d/.test(el.textContent))
        .filter((el) => !el.textContent.includes(new Date(el.dateTime).toLocaleTimeString('en', { timeStyle: 'short', timeZone: 'Asia/Kathmandu' })))
        .map((el) => `${el.dateTime}: ${el.textContent}`),
    );
    assert.deepEqual(elsewhere, [], `${path}: times of another zone`);
    const print = page.getByRole('button', { name: 'Print' });
    await print.waitFor();
    await page.emulateMedia({ media: 'print' });
    await print.waitFor({ state: 'hidden' });
    assert.equal(await page.getByRole('navigation').filter({ visible: true }).count(), 0, `${path}: what leads elsewhere is not printed`);
    const drawn = await page.getByText('Who checked').evaluate((el) => {
      const sum = (color) => color.match(/[\d.]+/g).slice(0, 3).reduce((all, n) => all + Number(n), 0);
      return { ground: sum(getComputedStyle(document.body).backgroundColor), ink: sum(getComputedStyle(el).color) };
    });
    assert.ok(drawn.ground === 765 && drawn.ink < 300, `${path}: dark on white, ${JSON.stringify(drawn)}`);
    await page.emulateMedia({ media: 'screen' });
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)', `${path}: the screen is as it was`);
    await page.context().close();
  }
});
