// Somebody signs up, applies, passes the quiz and agrees; a manager approves,
// and the new expert is there.
import assert from 'node:assert/strict';
import { as } from './frame/api.mjs';
import { violations } from './frame/axe.mjs';
import { desk, phone, settled } from './frame/browser.mjs';
import { mailed } from './frame/mail.mjs';
import { scene } from './frame/scene.mjs';

const email = 'noor@example.test';
const secret = 'a kettle that sings in D';

for (const [where, size] of Object.entries({ phone, desk })) {
  scene(`applying, the quiz and the approval, on a ${where}`, async ({ house, browser }) => {
    browser.expect(/\b404\b.*\/programs\/[^/]+\/application/, /\b401\b.*\/sign_in\/refresh/); // not applied yet, not signed in yet
    const page = await (await browser.window({ size })).newPage();
    const clean = async (state) => assert.deepEqual(await violations(page), [], state);
    await page.goto(`${house.url}/join/${house.program}`);
    await clean('become an expert');
    await page.getByRole('link', { name: 'Apply' }).first().click();
    await page.waitForURL(/sign-in/);
    await page.locator('main').getByRole('link', { name: /account/i }).click();
    await page.locator('input[name=name]').fill('Noor Haddad');
    await page.locator('input[name=email]').fill(email);
    await page.locator('input[name=password]').fill(secret);
    await page.locator('main form button[type=submit]').click();
    await page.waitForURL(/sign-up\/sent/);
    await page.goto(await mailed(house, email));
    if (await page.locator('input[name=password]').count()) {
      await clean('verify');
      await page.locator('input[name=password]').fill(secret);
      await page.locator('main form button[type=submit]').click();
    }
    await page.waitForURL((url) => !/verify/.test(url.pathname));

    await page.goto(`${house.url}/work/programs/${house.program}`);
    await settled(page);
    await clean('register');
    await page.getByLabel('Pseudonym').or(page.locator('input[maxlength="40"]')).first().fill('noor');
    await page.locator('main button[type=submit]').click();
    await page.getByLabel('Why you?').fill('I have had the Box for three years, and fixed those of the whole street.');
    await page.waitForTimeout(600);
    await page.reload();
    assert.match(await page.getByLabel('Why you?').inputValue(), /whole street/, 'the draft survives a reload');
    await clean('apply');
    await page.getByRole('button', { name: 'Apply' }).click();

    await page.getByLabel('I have read this').check();
    await clean('terms');
    await page.getByRole('button', { name: 'Agree' }).click();

    const { items } = await as(house, 'marit').get(`/programs/${house.program}/quiz`);
    await page.getByRole('button', { name: 'Hand in' }).waitFor();
    await clean('quiz');
    for (const [i, item] of items.entries()) await page.getByRole('radiogroup').nth(i).getByLabel(item.options[item.answer], { exact: true }).check();
    await page.getByRole('button', { name: 'Hand in' }).click();
    await page.getByText('Somebody of the brand reads your application').waitFor();

    const manager = await (await browser.person(house, 'dario', { size })).newPage();
    await manager.goto(`${house.url}/console/roster`);
    await settled(manager);
    await manager.getByText('Applying').first().click();
    await manager.getByRole('link', { name: /noor/i }).first().click();
    await manager.getByText('whole street').waitFor();
    assert.deepEqual(await violations(manager), [], 'the application in the console');
    await manager.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('button', { name: 'Leave' }).waitFor();
    await clean('approved');
  });
}
