// The demo's three minutes, as a visitor lives them: through its four doors,
// seven days on, and past a worker that is killed in the middle of a payout.
import assert from 'node:assert/strict';
import { violations } from './frame/axe.mjs';
import { desk, phone, settled } from './frame/browser.mjs';
import { scene } from './frame/scene.mjs';

const gone = [/ERR_CONNECTION_REFUSED/, /ERR_CONNECTION_RESET/, /ERR_EMPTY_RESPONSE/, /ERR_INCOMPLETE_CHUNKED_ENCODING/, /ERR_SOCKET_NOT_CONNECTED/, /\b503\b/];

for (const [where, size] of Object.entries({ phone, desk })) {
  scene(`the demo’s three minutes, on a ${where}`, async ({ house, browser }) => {
    const began = Date.now();
    const clean = async (page, state) => assert.deepEqual(await violations(page), [], state);
    const visitor = await browser.window({ size });

    // 0:00 the shop: the question is typed already, with a name in it
    const shop = await visitor.newPage();
    await shop.goto(house.url);
    await clean(shop, 'the front page');
    await shop.locator('a.door').click();
    await shop.getByRole('link', { name: 'Ask somebody who knows' }).click();
    const widget = shop.locator('knowhow-widget');
    const title = widget.getByLabel('Your question, in one line');
    await title.waitFor();
    const asked = await title.inputValue();
    assert.match(asked, /4K turns blurry/);
    await widget.getByRole('button', { name: 'See what experts will see' }).click();
    await widget.locator('.preview mark').first().waitFor();
    assert.match(await widget.locator('.preview').innerText(), /\[name 1\]/);
    await clean(shop, 'preview');
    await widget.getByRole('button', { name: 'Send', exact: true }).click();

    // 0:20 the forecast; and Ayşe's phone: the pay, the effort, why she
    await widget.getByRole('status').filter({ hasText: /9 of 10/ }).waitFor();
    const ayse = await (await browser.window({ size: phone })).newPage();
    await ayse.goto(house.url);
    await ayse.locator('form[action="/demo/doors/expert"] button').click();
    await ayse.waitForURL(/\/work/);
    const offer = ayse.getByRole('article', { name: asked, exact: true }); // another asked nearly the same
    await offer.waitFor();
    assert.match(await offer.innerText(), /€[^]*min[^]*\d+/);
    await clean(ayse, 'offers');

    // 0:40 she accepts and answers; the customer: solved, thank you
    await offer.getByRole('button', { name: 'Accept' }).click();
    await ayse.getByLabel('Your answer').fill('Switch off “Auto frame rate”: the Box renegotiates HDMI after twenty minutes.');
    await ayse.getByRole('button', { name: 'Send' }).click();
    await widget.getByText('Auto frame rate').waitFor();
    await widget.getByRole('button', { name: 'Solved, thank you' }).click();
    await widget.getByRole('group', { name: 'How was the answer?' }).waitFor();

    // 1:30 the manager: every cent, why Ayşe, and the same again
    const manager = await (await browser.window({ size })).newPage();
    await manager.goto(house.url);
    await manager.locator('form[action="/demo/doors/manager"] button').click();
    await manager.waitForURL(/\/console/);
    await settled(manager);
    await manager.getByRole('button', { name: /Ended/ }).click();
    await manager.getByRole('link', { name: asked, exact: true }).first().click();
    await manager.getByRole('button', { name: 'Replay the decision' }).click();
    await manager.getByText(/identical,? bit for bit/i).first().waitFor();
    await clean(manager, 'why Ayşe');

    // 2:10 seven days pass: reviews, release, payday, and the ledger sums to zero
    browser.expect(...gone);
    const front = await (await browser.window({ size })).newPage();
    await front.goto(house.url);
    await front.getByRole('button', { name: /Advance seven days/ }).click();
    const told = front.locator('#stage .told').filter({ hasText: '7 days passed' });
    await refreshed(front, told);
    await told.getByText('The ledger sums to 0.').waitFor();
    await clean(front, 'seven days on');

    // 2:35 the plug: killed in the middle of a payout, started again, paid once
    await front.getByRole('button', { name: /Pull the plug/ }).click();
    const once = front.getByText('Everybody was paid once.');
    await refreshed(front, once);
    await clean(front, 'after the plug was pulled');

    // 2:50 the receipt
    await shop.reload();
    const open = widget.getByRole('button', { name: /Ask for help/ });
    await open.click();
    await widget.locator('summary', { hasText: 'Answer receipt' }).click();
    await widget.getByRole('button', { name: 'Make a link' }).click();
    const link = await widget.getByRole('link', { name: 'Open the receipt' }).getAttribute('href');
    await shop.goto(link);
    await shop.getByRole('heading', { name: 'Who' }).or(shop.getByRole('heading', { level: 1 })).first().waitFor();
    await clean(shop, 'the receipt');
    console.log(`    the demo’s three minutes took ${Math.round((Date.now() - began) / 1000)} s`);
  });
}

/** Waits for what a page tells of work in progress; where it does not renew itself, by looking again. */
async function refreshed(page, what, ms = 120_000) {
  const end = Date.now() + ms;
  while (!(await what.count())) {
    if (Date.now() > end) throw new Error(`after ${ms / 1000} s: ${await page.locator('main').innerText()}`);
    await page.waitForTimeout(1000);
    if (!(await what.count())) await page.goto(new URL('/', page.url()).href).catch(() => undefined); // it may be starting
  }
}
