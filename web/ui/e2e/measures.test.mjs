// Due process, as both sides see it: a named human stops an expert, with a reason
// and evidence; the expert learns of it at once and appeals; the same human may
// not decide, another does; and what a brand cannot decide alone, an operator can.
import assert from 'node:assert/strict';
import { as, brandOf } from './frame/api.mjs';
import { settled } from './frame/browser.mjs';
import { scene } from './frame/scene.mjs';
import { at, inspector, looks, nameOf, working } from './frame/walk.mjs';
import { wordsOf } from './frame/words.mjs';

for (const look of looks) {
  const t = wordsOf(look.lang, ['kit', 'console']);
  const own = wordsOf(look.lang, ['kit', 'work']);
  scene(`a measure, its notice, its appeal, and the other human: ${nameOf(look)}`, async ({ house, browser }) => {
    const { wrong, clean } = inspector(look);
    const brand = await brandOf(house);
    const [judged] = (await working(house)).slice(-1);
    const evidence = 'Three answers of this week sold the larger Box.';

    const app = await at(browser, house, judged.email, look, '/work');
    assert.equal(await app.getByText(own('measures.read')).count(), 0);

    // a named human, a listed reason, evidence
    const dario = await at(browser, house, 'dario', look, `/console/roster/${judged.enrolment}`);
    await dario.getByRole('button', { name: t('expert.suspend'), exact: true }).click();
    const dialog = dario.getByRole('dialog').filter({ visible: true });
    const send = dialog.getByRole('button', { name: t('expert.suspend'), exact: true });
    assert.ok(await send.isDisabled(), 'not without a reason and evidence');
    await dialog.getByLabel(t('refuse.reason')).first().click();
    await dario.getByRole('option', { name: t('suspension.quality'), exact: true }).click();
    await dialog.getByLabel(t('expert.evidence')).fill(evidence);
    await clean(dario, 'stopping an expert');
    await send.click();
    await dario.getByRole('article').filter({ hasText: evidence }).waitFor();
    await clean(dario, 'an expert who is stopped');

    // the expert hears of it where they are, reads it and appeals
    await app.getByText(own('measures.read')).click();
    await app.getByText(evidence).waitFor();
    await app.getByText(own('measures.pay.text')).waitFor();
    await clean(app, 'what was decided, and why');
    assert.doesNotMatch(await app.locator('main').innerText(), /Dario|Fontanel/, 'by whom is not said');
    const marit = await at(browser, house, 'marit', look, '/console/judgement');
    await app.getByLabel(own('measures.why')).fill('The larger one was asked for.');
    await app.getByRole('button', { name: own('refusals.appeal'), exact: true }).click();
    await app.getByText(own('measure.state.appealed')).waitFor();
    await clean(app, 'after the appeal');

    // it comes to another human without a reload, and not to the same
    const card = marit.getByRole('article').filter({ hasText: 'The larger one was asked for.' });
    await card.waitFor();
    await clean(marit, 'an appeal to decide');
    await dario.goto(`${house.url}/console/judgement`);
    await settled(dario);
    assert.equal(await dario.getByText('The larger one was asked for.').count(), 0, 'who imposed it is not shown the appeal');
    const [{ id }] = (await as(house, judged.email).get('/me/measures')).data;
    await assert.rejects(as(house, 'dario').post(`/brands/${brand}/measure_appeals/${id}/decision`, { upheld: false, reason: 'I was right.' }), ({ status }) => status === 403 || status === 409, 'the same human is refused');

    // an operator could decide it too
    const odile = await at(browser, house, 'odile', look, '/console/operator/cases');
    await odile.getByRole('article').filter({ hasText: 'The larger one was asked for.' }).getByText('Brindlewave', { exact: true }).waitFor();
    await clean(odile, 'an operator’s cases');

    // decided, and the expert is told
    await card.getByLabel(t('appeals.reason')).fill('They asked for it: so it was right.');
    await card.getByRole('button', { name: t('measures.ends'), exact: true }).click();
    await card.waitFor({ state: 'detached' });
    await app.getByText('They asked for it: so it was right.').waitFor();
    await app.getByText(own('measure.state.overturned')).waitFor();
    await clean(app, 'an appeal that was won');
    const { state } = await as(house, judged.email).get(`/programs/${house.program}/application`);
    assert.equal(state, 'active');
    assert.deepEqual(wrong, []);
  });
}

scene('where all of a brand decided, an operator is the other human', async ({ house, browser }) => {
  const look = looks[1];
  const t = wordsOf('en', ['kit', 'console']);
  const { wrong, clean } = inspector(look);
  const [judged] = await working(house);
  const [topic] = (await as(house, 'marit').get(`/programs/${house.program}/topics`)).data;
  await as(house, 'marit').post(`/enrolments/${judged.enrolment}/restrict`, { topics: [topic.slug], reason: 'quality', evidence: 'Wrong about the remote, twice.' });
  const [{ id }] = (await as(house, judged.email).get('/me/measures')).data;
  await as(house, judged.email).post(`/me/measures/${id}/appeal`, { statement: 'It was another remote.' });
  const odile = await at(browser, house, 'odile', look, '/console/operator/cases');
  const card = odile.getByRole('article').filter({ hasText: 'It was another remote.' });
  await card.getByLabel(t('appeals.reason')).fill('The evidence is of another remote.');
  await card.getByRole('button', { name: t('measures.ends'), exact: true }).click();
  await card.waitFor({ state: 'detached' });
  await clean(odile, 'decided by an operator');
  const [measure] = (await as(house, judged.email).get('/me/measures')).data;
  assert.deepEqual([measure.state, measure.decision], ['overturned', 'The evidence is of another remote.']);
  assert.deepEqual(wrong, []);
});
