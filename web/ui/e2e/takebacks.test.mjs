// Pay that is taken back: two operators decide it, its expert reads why and
// appeals, and a third decides; and a pattern in the work that a person looks into.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { as, customer, offered } from './frame/api.mjs';
import { settled } from './frame/browser.mjs';
import { binary, password } from './frame/house.mjs';
import { scene } from './frame/scene.mjs';
import { at, inspector, looks, nameOf, working } from './frame/walk.mjs';
import { wordsOf } from './frame/words.mjs';

/** Makes somebody an operator, as whoever runs the service does. */
function operator(house, name) {
  const { status, stderr } = spawnSync(binary, ['admin', 'create', '--email', `${name}@brindlewave.example`, '--name', name, '--password-stdin', '--database-url', `sqlite:${house.file}`], { input: `${password}\n`, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return as(house, name);
}

/** Somebody at work in the program whose pay is theirs already, with what was paid last. */
async function paid(house) {
  for (const person of await working(house)) {
    const reward = (await as(house, person.email).get('/me/rewards?limit=100')).data.find(({ state, kind }) => state === 'released' && kind === 'assignment');
    if (reward) return { ...person, reward };
  }
  throw new Error('nobody was paid');
}

for (const look of looks) {
  const t = wordsOf(look.lang, ['kit', 'console']);
  const own = wordsOf(look.lang, ['kit', 'work']);
  scene(`pay that is to be taken back, its appeal, and the third operator: ${nameOf(look)}`, async ({ house, browser }) => {
    const { wrong, clean } = inspector(look);
    const why = 'Word for word the answer of another, of the day before.';
    const second = operator(house, 'otto');
    operator(house, 'olga');
    const expert = await paid(house);
    const act = await as(house, 'odile').post('/money_acts', { kind: 'claw_back', subject: expert.reward.id, ground: 'copied', reason: why, amount: { amount: 0, currency: expert.reward.amount.currency } });
    await second.post(`/money_acts/${act.id}/agree`, {});

    // the expert sees it first thing, reads why, and what is set aside
    const app = await at(browser, house, expert.email, look, '/work/earnings');
    await app.getByText(own('taken.notice')).waitFor();
    await app.getByText(own('earnings.set_aside')).first().waitFor();
    await clean(app, 'earnings of which some are set aside');
    await app.getByText(own('measures.read')).first().click();
    await app.getByText(why).waitFor();
    assert.doesNotMatch(await app.locator('main').innerText(), /Odile|Perrault|otto/i, 'by whom is not said');
    await clean(app, 'pay that is to be taken back');
    await app.getByLabel(own('taken.why')).fill('I wrote it first.');
    await app.getByRole('button', { name: own('refusals.appeal'), exact: true }).click();
    await app.getByText(own('taken.state.appealed')).waitFor();
    await clean(app, 'an appeal for one’s pay');

    // who decided it is not asked again; another is, and decides
    const same = await at(browser, house, 'otto', look, '/console/operator/cases');
    await same.getByText(t('taken.appeals.none')).waitFor();
    const other = await at(browser, house, 'olga', look, '/console/operator/cases');
    const card = other.getByRole('article').filter({ hasText: 'I wrote it first.' });
    await card.waitFor();
    await clean(other, 'an appeal for pay, to decide');
    await card.getByLabel(t('appeals.reason')).fill('It is older by a day.');
    await card.getByRole('button', { name: t('taken.leave'), exact: true }).click();
    await card.waitFor({ state: 'detached' });
    await app.reload();
    await app.getByText('It is older by a day.').waitFor();
    await app.getByText(own('taken.state.overturned')).waitFor();
    await clean(app, 'pay that stays');
    await app.goto(`${house.url}/work/earnings`);
    await settled(app);
    assert.equal(await app.getByText(own('earnings.set_aside')).count(), 0, 'nothing is set aside any more');
    assert.deepEqual(wrong, []);
  });

  scene(`answers that are copied are a signal, which a person looks into: ${nameOf(look)}`, async ({ house, browser }) => {
    const { wrong, clean } = inspector(look);
    const text = 'Unplug the Box at the wall, hold its button for twenty seconds, plug it in again and wait until the lamp on its front has turned from orange to white.';
    const asker = await customer(house);
    let first;
    for (const [title, body] of [
      ['The lamp of the cellar Box stays orange', 'Since Sunday evening.'],
      ['My new remote does not wake the television', 'It did so last week.'],
    ]) {
      await asker.post('/questions', { program: house.program, title, body, language: 'en', context: '', tags: [] });
      let got = await offered(house, title);
      while (got.expert.email === first) {
        await got.expert.post(`/offers/${got.offer.id}/decline`, {});
        got = await offered(house, title);
      }
      const turn = await got.expert.post(`/offers/${got.offer.id}/accept`, {});
      await got.expert.post(`/assignments/${turn.id}/answer`, { text });
      first = got.expert.email;
    }
    const page = await at(browser, house, 'marit', look, '/console/reviews/signals');
    const card = page.getByRole('article', { name: t('signal.copied') });
    await clean(page, 'a signal');
    await card.getByRole('button', { name: t('signals.settle'), exact: true }).click();
    const dialog = page.getByRole('dialog').filter({ visible: true });
    await dialog.getByLabel(t('signals.note')).fill('Both read the same page of our manual.');
    await dialog.getByLabel(t('signals.outcome')).first().click();
    await page.getByRole('option', { name: t('settlement.nothing'), exact: true }).click();
    await page.waitForTimeout(300); // it has come up
    await clean(page, 'settling a signal');
    assert.deepEqual(wrong, []);
  });
}
