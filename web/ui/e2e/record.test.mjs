// What an expert learns of themselves, and takes along: the note of a reviewer, why
// they were asked and why not, all that is known of them; and the signed record,
// which the published key verifies, and not when one byte is another.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { as, brandOf, customer, givenReview, offered, until } from './frame/api.mjs';
import { binary } from './frame/house.mjs';
import { scene } from './frame/scene.mjs';
import { at, inspector, looks, nameOf } from './frame/walk.mjs';
import { wordsOf } from './frame/words.mjs';

/** A question answered by whoever was asked, and solved: all of it is reviewed. */
async function solved(house, title) {
  const marit = as(house, 'marit');
  const brand = await brandOf(house);
  const program = (await marit.get(`/brands/${brand}/programs`)).data.find(({ id }) => id === house.program);
  await marit.put(`/programs/${house.program}/policies`, { ...program.policies, review: { ...program.policies.review, sample_bp: 10_000 }, reward: { ...program.policies.reward, review: 0 } });
  const asker = await customer(house);
  const question = await asker.post('/questions', { program: house.program, title, body: 'It began on Sunday.', language: 'en', context: 'product: Brindle Box', tags: [] });
  const { expert, offer } = await offered(house, title);
  const turn = await expert.post(`/offers/${offer.id}/accept`, {});
  await expert.post(`/assignments/${turn.id}/answer`, { text: 'Unplug the Box for ten seconds.' });
  await asker.post(`/questions/${question.id}/resolve`, {});
  return { expert, question };
}

/** Whether the published key says that a record is true. */
async function holds(house, text) {
  const { keys } = await (await fetch(`${house.url}/.well-known/knowhow-records.json`)).json();
  const { signature } = JSON.parse(text);
  const signed = text.slice('{"record":'.length, text.lastIndexOf(',"key":"'));
  return verify(null, Buffer.from(signed), createPublicKey({ key: keys[0], format: 'jwk' }), Buffer.from(signature, 'base64url'));
}

for (const look of looks) {
  const t = wordsOf(look.lang, ['kit', 'console']);
  const own = wordsOf(look.lang, ['kit', 'work']);
  scene(`a reviewer’s note, what is known, and leaving with a record: ${nameOf(look)}`, async ({ house, browser }) => {
    browser.expect(/\b404\b.*\/(programs\/[^/]+\/application|me\/payout_account)/);
    const { wrong, clean } = inspector(look);
    const title = 'The lamp hums in the evening';
    const { expert, question } = await solved(house, title);

    // the reviewer reads it blind and leaves a note
    await givenReview(house, 'rui', title);
    const rui = await at(browser, house, 'rui', look, '/console/reviews');
    const review = rui.getByRole('article', { name: title });
    await review.waitFor();
    for (const marks of await review.locator('fieldset').all()) await marks.getByLabel('5', { exact: true }).check({ force: true });
    await review.getByLabel(t('verdict.note')).fill('Say beforehand how long it takes.');
    await clean(rui, 'a review with a note');
    await review.getByRole('button', { name: t('verdict.pass'), exact: true }).click();
    await review.waitFor({ state: 'detached' });
    await rui.goto(`${house.url}/console/questions/${question.id}`);
    await rui.getByRole('heading', { name: t('judged.title') }).waitFor();
    await clean(rui, 'a question that was judged');

    // the expert reads the note, and why they were asked and why not
    const page = await at(browser, house, expert.email, look, '/work/standing');
    await page.locator('summary', { hasText: own('log.title') }).first().click();
    await page.getByText('Say beforehand how long it takes.').waitFor();
    await page.locator('summary', { hasText: own('chances.title') }).first().click();
    await page.getByText(own('chances.asked')).first().waitFor();
    await clean(page, 'what a standing came from');
    const file = async (button) => {
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
      return readFileSync(await download.path(), 'utf8');
    };
    const known = await file(page.getByRole('button', { name: own('known.take'), exact: true }));
    assert.equal(JSON.parse(known).account.email, expert.email, 'it is theirs');
    assert.doesNotMatch(known, /rui@|Salvatierra/, 'who judged them is not');

    // they leave, with the record
    await page.goto(`${house.url}/work/programs/${house.program}`);
    await page.locator('main').getByRole('button', { name: own('program.leave'), exact: true }).click();
    const dialog = page.getByRole('dialog').filter({ visible: true });
    await dialog.getByRole('button', { name: own('record.take'), exact: true }).waitFor();
    await clean(page, 'about to leave');
    const text = await file(dialog.getByRole('button', { name: own('record.take'), exact: true }));
    await dialog.getByRole('button', { name: own('program.leave'), exact: true }).click();
    await until(async () => (await expert.get(`/programs/${house.program}/application`)).state === 'left', 'leaving');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: own('path.left'), exact: true }).waitFor();
    await clean(page, 'a program that was left');

    // anybody may verify it, and no byte is another
    assert.ok(await holds(house, text), 'the record is true');
    assert.doesNotMatch(text, /Dana|hums/, 'nothing in it is a customer’s');
    const changed = text.replace(/"answered":(\d)/, (_, n) => `"answered":${(Number(n) + 1) % 10}`);
    assert.notEqual(changed, text);
    assert.equal(await holds(house, changed), false, 'one digit more, and it is not');
    const [record, forged, keys] = ['record', 'forged', 'keys'].map((name) => join(house.dir, `${name}.json`));
    writeFileSync(record, text);
    writeFileSync(forged, changed);
    writeFileSync(keys, await (await fetch(`${house.url}/.well-known/knowhow-records.json`)).text());
    execFileSync(binary, ['record', 'verify', record, '--keys', keys]);
    assert.throws(() => execFileSync(binary, ['record', 'verify', forged, '--keys', keys], { stdio: 'pipe' }));
    assert.deepEqual(wrong, []);
  });
}
