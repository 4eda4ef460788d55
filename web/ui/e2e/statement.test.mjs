// How one wants to be paid, by keyboard; money that arrives at once for the fee
// shown before; and the statement that tells of it, which adds up.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { as } from './frame/api.mjs';
import { violations } from './frame/axe.mjs';
import { desk, phone, settled } from './frame/browser.mjs';
import { scene } from './frame/scene.mjs';

for (const size of [phone, desk]) {
  scene(`payouts by choice and statements, at ${size.width} px`, async ({ house, browser }) => {
    const api = as(house, 'tomas'); // who is paid when he asks, so that there is something every day
    const before = (await api.get('/me/earnings')).data[0];
    assert.ok(before.available >= before.payout.minimum && before.payout.instant === '', JSON.stringify(before));
    assert.equal(before.payout.weekly, 'when_asked');
    const page = await (await browser.person(house, 'tomas', { size })).newPage();
    await page.goto(`${house.url}/work/earnings`);
    await settled(page);

    await page.getByRole('button', { name: 'Change' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    const weekly = dialog.getByRole('radio', { name: 'Every week' });
    const asked = dialog.getByRole('radio', { name: 'When I ask' });
    await asked.focus();
    assert.deepEqual(await violations(page), [], 'choosing');
    await page.keyboard.press('ArrowUp');
    assert.ok(await weekly.isChecked());
    await dialog.getByRole('button', { name: 'Save' }).focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Paid when you ask.').waitFor({ state: 'detached' });
    assert.equal((await api.get('/me/earnings')).data[0].payout.weekly, '');

    await page.getByRole('button', { name: 'Have it at once' }).click();
    await dialog.getByText('The fee is').waitFor();
    assert.deepEqual(await violations(page), [], 'the fee');
    await dialog.getByRole('button', { name: 'Have it at once' }).click();
    await dialog.waitFor({ state: 'detached' });
    const after = (await api.get('/me/earnings')).data[0];
    assert.equal(after.available, 0);
    assert.equal(after.in_transit + after.paid_out, before.in_transit + before.paid_out + before.payout.instant_amount);

    await page.getByRole('link', { name: 'Statements' }).click();
    await settled(page);
    const month = (await api.get('/me/statements')).data[0];
    await page.locator(`a[href="/work/statements/${month.month}/${month.currency}"]`).click();
    await page.getByText('Fee for an instant payout').first().waitFor();
    assert.deepEqual(await violations(page), [], 'a statement');
    const statement = await api.get(`/me/statements/${month.month}/${month.currency}`);
    assert.equal(statement.lines.reduce((sum, line) => sum + line.total, statement.opening.total), statement.closing.total);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PDF' }).click()]);
    assert.equal(file.suggestedFilename(), `statement-${month.month}-${month.currency}.pdf`);
    assert.match(readFileSync(await file.path(), 'latin1'), /^%PDF-/);
  });
}
