// A review that does not pass, a refusal by a named person, an appeal and what
// somebody else decides; and a payout with the sandbox.
import assert from 'node:assert/strict';
import { as, givenReview } from './frame/api.mjs';
import { violations } from './frame/axe.mjs';
import { desk, phone, settled } from './frame/browser.mjs';
import { lived } from './frame/pages.mjs';
import { scene } from './frame/scene.mjs';

for (const [where, size] of Object.entries({ phone, desk })) {
  scene(`a review, a refusal and an appeal, on a ${where}`, async ({ house, browser }) => {
    const stage = await lived(house, { title: 'A lamp nobody explains', answer: 'Look at the manual.' });
    const open = async (who, path) => {
      const page = await (await browser.person(house, who, { size })).newPage();
      await page.goto(house.url + path);
      await settled(page);
      return page;
    };
    const clean = async (page, state) => assert.deepEqual(await violations(page), [], state);

    await givenReview(house, 'rui', 'A lamp nobody explains (1)');
    const reviewer = await open('rui', '/console/reviews');
    const review = reviewer.getByRole('article', { name: 'A lamp nobody explains (1)' });
    assert.doesNotMatch(await review.innerText(), new RegExp(stage.first.split('@')[0], 'i'), 'a reviewer sees not by whom');
    await review.getByRole('button', { name: 'Does not pass' }).click();
    await review.getByText('Score every line').first().waitFor();
    await clean(reviewer, 'a review that lacks its scores');
    for (const line of await review.getByRole('group').all()) await line.getByRole('radio', { name: '2' }).check();
    await review.getByLabel('Note to the expert').fill('It names no step at all.');
    await review.getByRole('button', { name: 'Does not pass' }).click();
    await review.waitFor({ state: 'detached' });
    assert.notEqual(await reviewer.evaluate(() => document.activeElement?.tagName), 'BODY');

    const owner = await open('marit', '/console/judgement');
    const proposal = owner.getByRole('article').filter({ hasText: 'A lamp nobody explains (1)' });
    await proposal.getByText('It names no step at all.').waitFor();
    await proposal.getByRole('button', { name: 'Refuse pay' }).click();
    const dialog = owner.getByRole('dialog');
    await dialog.getByText('Marit Holmqvist').waitFor();
    await dialog.getByLabel('Reason').first().click();
    await owner.getByRole('option', { name: 'No answer to the question' }).click();
    await dialog.getByLabel('What shows it').fill('“Look at the manual” is all there is.');
    await clean(owner, 'refusing');
    await dialog.getByRole('button', { name: 'Refuse pay' }).click();
    await proposal.waitFor({ state: 'detached' });

    const expert = await open(stage.first, '/work/refusals');
    const refused = expert.getByRole('article').filter({ hasText: 'A lamp nobody explains (1)' });
    await refused.getByText('is all there is').waitFor();
    await clean(expert, 'a refusal, to whom it concerns');
    await refused.getByLabel('Why should it be paid?').fill('The page I named has the very drawing.');
    await refused.getByRole('button', { name: 'Appeal' }).click();
    await refused.getByText('Being looked at again').waitFor();

    const other = await open('dario', '/console/judgement');
    const appeal = other.getByRole('article').filter({ hasText: 'the very drawing' });
    await appeal.getByLabel('Why you decide so').fill('It does answer, if shortly.');
    await clean(other, 'an appeal');
    await appeal.getByRole('button', { name: 'Pay the expert' }).click();
    await appeal.waitFor({ state: 'detached' });
    await refused.getByText('It does answer, if shortly.').waitFor();
    await refused.getByText('Overturned: you are paid').waitFor();
  });

  scene(`a payout with the sandbox, on a ${where}`, async ({ house, browser }) => {
    const before = (await as(house, 'tomas').get('/me/earnings')).data[0]; // who is paid when he asks
    const page = await (await browser.person(house, 'tomas', { size })).newPage();
    await page.goto(`${house.url}/work/earnings`);
    await settled(page);
    await page.getByText('Sandbox').first().waitFor();
    await page.getByRole('button', { name: 'Pay me now' }).click();
    await page.getByText('On its way to you.').waitFor();
    const paid = page.locator('dl > div', { has: page.getByText('Paid out', { exact: true }) });
    const sum = new Intl.NumberFormat('en', { style: 'currency', currency: before.currency }).format((before.paid_out + before.available) / 100);
    await paid.getByText(sum).waitFor();
    assert.deepEqual(await violations(page), [], 'earnings');

    const operator = await (await browser.person(house, 'odile', { size })).newPage();
    await operator.goto(`${house.url}/console/operator/payouts`);
    await operator.getByText('Sent').first().waitFor();
    await operator.goto(`${house.url}/console/operator`);
    await operator.getByRole('button', { name: 'Prove that the books add up' }).click();
    await operator.getByText(/They add up/).waitFor();
    assert.match(await operator.getByText('All accounts together').locator('..').innerText(), /€0\.00/);
    assert.deepEqual(await violations(operator), [], 'the books');
  });
}
