// A brand asks its own customers to become experts: by a link that is passed on,
// and by a file, of which it is said first what it would do; and whoever follows
// either stands before the program's page, invited.
import assert from 'node:assert/strict';
import { as, until } from './frame/api.mjs';
import { settled } from './frame/browser.mjs';
import { mailed } from './frame/mail.mjs';
import { scene } from './frame/scene.mjs';
import { at, inspector, looks, nameOf } from './frame/walk.mjs';
import { wordsOf } from './frame/words.mjs';

const csv = ['name,email,language', 'Noor,noor@customers.test,ar', 'Twice,noor@customers.test,en', 'Nobody,,en', 'Bad,not an address,en', 'Ola,ola@customers.test,de'].join('\n');

for (const look of looks) {
  const t = wordsOf(look.lang, ['kit', 'console']);
  const said = wordsOf(look.lang, ['kit', 'pages']);
  const numeral = (n) => new Intl.NumberFormat(look.lang).format(n);
  scene(`invitations by a link and by a file: ${nameOf(look)}`, async ({ house, browser }) => {
    browser.expect(/\b401\b.*\/sign_in\/refresh/);
    const { wrong, clean } = inspector(look);
    const invitations = `/programs/${house.program}/expert_invitations`;
    const page = await at(browser, house, 'marit', look, '/console/roster/invitations');
    const dialog = page.getByRole('dialog').filter({ visible: true });

    // a link, for as many as it says
    await page.getByRole('button', { name: t('invites.by_link'), exact: true }).click();
    await dialog.getByLabel(t('invites.label')).fill('Forum');
    await dialog.getByLabel(t('invites.most')).fill('2');
    await clean(page, 'making a link');
    await dialog.getByRole('button', { name: t('invites.by_link'), exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Forum').filter({ visible: true }).first().waitFor();
    const link = (await as(house, 'marit').get(invitations)).data.find(({ label }) => label === 'Forum');
    const follow = async (address) => {
      const guest = await (await browser.window(look)).newPage();
      await guest.goto(address);
      await guest.waitForURL(/\/join\//);
      await settled(guest);
      await guest.getByText(said('invited.for', { brand: 'Brindlewave' })).first().waitFor();
      return guest;
    };
    const guest = await follow(link.link);
    await clean(guest, 'the program’s page, invited by a link');

    // a file: read first, and nobody is written to before it is confirmed
    await page.getByRole('button', { name: t('invites.by_file'), exact: true }).click();
    await page.locator('input[type=file]').setInputFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await dialog.getByLabel(t('invites.language_column')).fill('language');
    await clean(page, 'choosing a file');
    await dialog.getByRole('button', { name: t('invites.look'), exact: true }).click();
    await dialog.getByText(t('invites.new', { n: numeral(2) })).waitFor();
    for (const [line, reason] of [[3, 'twice'], [4, 'empty'], [5, 'address']]) await dialog.getByText(t('invites.line', { n: numeral(line), why: t(`invites.line.${reason}`) })).waitFor();
    await dialog.getByLabel(t('invites.label')).fill('Spring');
    await clean(page, 'what a file would do');
    assert.equal((await as(house, 'marit').get(invitations)).data.some(({ label }) => label === 'Spring'), false, 'nothing is kept of it yet');
    await dialog.getByRole('button', { name: t('invites.send', { n: numeral(2) }), exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    const noor = await follow(await mailed(house, 'noor@customers.test'));
    await noor.getByText('noor@customers.test').first().waitFor();
    await clean(noor, 'the program’s page, invited by mail');
    await until(async () => (await as(house, 'marit').get(invitations)).data.find(({ label }) => label === 'Spring').sent === 2, 'both mails');
    await page.reload();
    await settled(page);
    await page.getByText(t('invites.of', { n: numeral(2), of: numeral(2) })).filter({ visible: true }).first().waitFor();
    await clean(page, 'invitations');

    // taken back, it leads nowhere
    await as(house, 'marit').delete(`${invitations}/${link.id}`);
    const late = await (await browser.window(look)).newPage();
    browser.expect(/\b(422|409|404)\b.*\/invited/);
    await late.goto(link.link);
    await late.getByText(said('problem.invitation_over')).first().waitFor();
    assert.match(late.url(), /\/invited/);
    await clean(late, 'a link that was taken back');
    assert.deepEqual(wrong, []);
  });
}
