// A brand's money: paid in, given to a program by the month, traced to the
// question, paid back; the books that anybody reads; and what operators do by hand.
import assert from 'node:assert/strict';
import { as } from './frame/api.mjs';
import { violations } from './frame/axe.mjs';
import { desk, phone, settled } from './frame/browser.mjs';
import { scene } from './frame/scene.mjs';

const clean = async (page, state) => assert.deepEqual(await violations(page), [], state);

for (const [where, size] of Object.entries({ phone, desk })) {
  const open = async (browser, house, who, path) => {
    const page = await (await browser.person(house, who, { size })).newPage();
    await page.goto(house.url + path);
    await settled(page);
    return page;
  };
  const photograph = (page, name) => process.env.KNOWHOW_PHOTOS && page.screenshot({ path: `${process.env.KNOWHOW_PHOTOS}/${where}-${name}.png`, fullPage: true });

  scene(`a brand's money comes in, goes out and comes back, on a ${where}`, async ({ house, browser }) => {
    browser.expect(/\b422\b.*\/allocate/); // more than the month's budget
    const page = await open(browser, house, 'marit', '/console/money');
    const dialog = page.getByRole('dialog').filter({ visible: true });
    const move = async (button, amount) => {
      await page.getByRole('button', { name: button, exact: true }).click();
      await dialog.getByLabel('Amount').fill(amount);
      await clean(page, button);
      await photograph(page, button);
      await dialog.getByRole('button', { name: button, exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await move('Pay in', '500');
    await page.getByText('€500.00').first().waitFor();

    await page.getByRole('button', { name: 'Set: Budget of Brindlewave Help' }).click();
    await dialog.getByLabel('At most in a month').fill('600');
    await clean(page, 'a budget');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Of €600.00 at most.').waitFor();
    await page.getByRole('button', { name: 'Give to the program' }).click();
    await dialog.getByLabel('Amount').fill('1');
    await dialog.getByRole('button', { name: 'Give to the program' }).click();
    await page.getByText(/more than the month/).first().waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await move('Pay back', '500');

    await page.goto(`${house.url}/console/money/payments`);
    await settled(page);
    await page.getByText('Paid', { exact: true }).first().waitFor();
    await page.getByText('€500.00').nth(1).waitFor();
    await page.getByRole('button', { name: 'Leave a card' }).click();
    await page.getByText('A card was left.').waitFor();
    await page.getByLabel('When there is less than').fill('50');
    await page.getByLabel('Charge').fill('100');
    await page.getByLabel('At most in a month').fill('300');
    await page.getByRole('switch', { name: 'Fill it by itself' }).click({ force: true });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').first().waitFor();
    await clean(page, 'payments');
    await photograph(page, 'payments');

    await page.goto(`${house.url}/console/money/spend`);
    await settled(page);
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    assert.match((await file).suggestedFilename(), /^spend-.*\.csv$/);
    await page.getByRole('link').filter({ hasText: '2026' }).first().click();
    await page.getByRole('article', { name: 'Answer receipt' }).getByText('Where the money went').waitFor();
  });

  scene(`an operator asks for a correction, stops payouts and lets them go on, on a ${where}`, async ({ house, browser }) => {
    const expert = house.people.find((p) => /expert/i.test(p.role ?? p.what ?? '')) ?? house.people[0];
    const id = (await as(house, expert.email ?? expert.name).get('/me')).id;
    const page = await open(browser, house, 'odile', '/console/operator/acts');
    await page.getByRole('button', { name: 'New correction' }).click();
    const dialog = page.getByRole('dialog').filter({ visible: true });
    await dialog.getByLabel('Expert (id)').fill(id);
    await dialog.getByLabel('Amount').fill('12.5');
    await dialog.getByLabel('Reason').fill('For three nights of answers during the outage.');
    await dialog.getByRole('button', { name: 'Show the posting' }).click();
    await dialog.getByText('Bonuses of ours').waitFor();
    await clean(page, 'a posting before it is made');
    await photograph(page, 'posting');
    await dialog.getByRole('button', { name: 'Ask for it' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Waits for another operator').waitFor();
    await clean(page, 'an act that waits');
    await photograph(page, 'acts');

    await page.goto(`${house.url}/console/operator`);
    await settled(page);
    await page.getByRole('button', { name: 'Pause payouts' }).click();
    await dialog.getByLabel('Reason').fill('The statement differs.');
    await dialog.getByRole('button', { name: 'Pause payouts' }).click();
    await page.getByRole('button', { name: 'Let payouts go on' }).or(page.getByRole('alert').getByRole('button')).first().click();
    await dialog.getByLabel('Reason').fill('Looked at.');
    await dialog.getByRole('button').last().click();
    await page.getByRole('button', { name: 'Pause payouts' }).waitFor();
    await page.goto(`${house.url}/console/operator/audit`);
    await settled(page);
    await page.getByText('A correction of the books was asked for').first().waitFor();
  });
}
