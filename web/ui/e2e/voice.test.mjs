// The experts' voice: what they say among themselves, what an operator reads of it
// and why, a proposal that the brand must answer, and who speaks for them.
import assert from 'node:assert/strict';
import { as } from './frame/api.mjs';
import { scene } from './frame/scene.mjs';
import { at, inspector, looks, nameOf, pass, working } from './frame/walk.mjs';
import { wordsOf } from './frame/words.mjs';

for (const look of looks) {
  const t = wordsOf(look.lang, ['kit', 'console']);
  const own = wordsOf(look.lang, ['kit', 'work']);
  const numeral = (n) => new Intl.NumberFormat(look.lang).format(n);
  scene(`the room, a proposal and an election: ${nameOf(look)}`, async ({ house, browser }) => {
    const { wrong, clean } = inspector(look);
    const room = `/work/programs/${house.program}/room`;
    const experts = await working(house);
    const [ada, ben] = experts;
    const path = `/programs/${house.program}`;
    const press = (page, key, words = own) => page.locator('main').getByRole('button', { name: words(key), exact: true }).first().click();

    // said, with a customer's address in it, and answered
    const page = await at(browser, house, ada.email, look, room);
    await page.getByLabel(own('talk.say')).fill('Dana, dana@whitlow.example, has a Box whose light is green. What is that?');
    await page.getByLabel(own('talk.struggle'), { exact: true }).check();
    await clean(page, 'about to say something');
    await press(page, 'talk.send');
    const post = page.getByRole('article').filter({ hasText: 'whose light is green' });
    await post.waitFor();
    assert.doesNotMatch(await post.innerText(), /whitlow/, 'a customer’s data are not kept');
    const other = await at(browser, house, ben.email, look, room);
    const read = other.getByRole('article').filter({ hasText: 'whose light is green' });
    await read.getByRole('button', { name: own('talk.replies', { n: numeral(0) }) }).click();
    await read.getByLabel(own('talk.reply')).fill('It has a wired network.');
    await read.getByRole('button', { name: own('talk.send'), exact: true }).click();
    await read.getByText('It has a wired network.').waitFor();
    await clean(other, 'a post with a reply');

    // reported; an operator reads it for a reason, and hides it
    await read.getByRole('button', { name: own('talk.report'), exact: true }).first().click();
    const reporting = other.getByRole('dialog').filter({ visible: true });
    await reporting.getByLabel(own('talk.report.spam')).check();
    await clean(other, 'reporting');
    await reporting.getByRole('button', { name: own('talk.report'), exact: true }).click();
    await reporting.waitFor({ state: 'detached' });
    const odile = await at(browser, house, 'odile', look, '/console/operator/cases');
    const report = odile.getByRole('article', { name: t('report.spam') });
    await report.waitFor();
    assert.equal(await odile.getByText('whose light is green').count(), 0, 'nothing is read before there is a reason');
    const why = odile.getByRole('dialog').filter({ visible: true });
    await report.getByRole('button', { name: t('reports.read'), exact: true }).click();
    await why.getByLabel(t('reports.why')).fill('It is said to be advertising.');
    await clean(odile, 'a reason to read');
    await why.getByRole('button', { name: t('reports.read'), exact: true }).click();
    await report.getByText('whose light is green').waitFor();
    await clean(odile, 'a reported post');
    assert.equal((await report.innerText()).includes(ada.handle), false, 'who wrote it is not shown');
    await report.getByRole('button', { name: t('reports.keep'), exact: true }).click();
    await why.getByLabel(t('appeals.reason')).fill('It may stay as it is.');
    await why.getByRole('button', { name: t('cancel'), exact: true }).click();
    await why.waitFor({ state: 'detached' });
    await report.getByRole('button', { name: t('reports.hide'), exact: true }).click();
    assert.equal(await why.getByLabel(t('appeals.reason')).inputValue(), '', 'each decision has a reason of its own');
    await why.getByLabel(t('appeals.reason')).fill('It names a customer.');
    await why.getByRole('button', { name: t('reports.hide'), exact: true }).click();
    await report.waitFor({ state: 'detached' });
    await other.reload();
    await other.getByText(own('talk.hidden')).first().waitFor();

    // a proposal: written, supported, carried, answered
    await press(page, 'room.proposals');
    await press(page, 'propose.add');
    const form = page.getByRole('dialog').filter({ visible: true });
    await form.getByLabel(own('propose.subject')).fill('Offers should last half an hour');
    await form.getByLabel(own('propose.text')).fill('Ten minutes are too short at dinner.');
    await clean(page, 'proposing');
    await form.getByRole('button', { name: own('propose.add'), exact: true }).click();
    const proposal = page.getByRole('article').filter({ hasText: 'half an hour' });
    await proposal.waitFor();
    await press(other, 'room.proposals');
    const seen = other.getByRole('article').filter({ hasText: 'half an hour' });
    await seen.getByRole('button', { name: own('propose.do_support'), exact: true }).click();
    await seen.getByRole('button', { name: own('propose.unsupport'), exact: true }).waitFor();
    await clean(other, 'supporting');
    const { id } = (await as(house, ada.email).get(`${path}/proposals`)).data.find(({ title }) => title.includes('half an hour'));
    for (const { email } of experts.slice(2)) {
      const { state } = (await as(house, email).get(`${path}/proposals`)).data.find((p) => p.id === id);
      if (state !== 'gathering') break;
      await as(house, email).put(`${path}/proposals/${id}/support`, { support: true });
    }
    const dario = await at(browser, house, 'dario', look, '/console/roster/proposals');
    const carried = dario.getByRole('article').filter({ hasText: 'half an hour' });
    await carried.waitFor();
    assert.equal((await carried.innerText()).includes(ada.handle), false, 'it is everybody’s');
    await clean(dario, 'a proposal to answer');
    await carried.getByRole('button', { name: t('voice.answer'), exact: true }).click();
    const answering = dario.getByRole('dialog').filter({ visible: true });
    await answering.getByLabel(t('voice.words')).fill('From Monday they do.');
    await clean(dario, 'answering it');
    await answering.getByRole('button', { name: t('voice.answer'), exact: true }).click();
    await carried.getByText('From Monday they do.').waitFor();
    await page.reload();
    await press(page, 'room.proposals');
    await page.getByText('From Monday they do.').waitFor();
    await clean(page, 'a proposal with its answer');

    // an election: a week to stand, a week to vote, and one who speaks
    for (const { handle } of (await as(house, ada.email).get(`${path}/election`)).spokespeople) {
      const row = (await as(house, 'marit').get(`${path}/enrolments?limit=100`)).data.find((e) => e.handle === handle);
      await as(house, 'marit').post(`/enrolments/${row.id}/suspend`, { reason: 'conduct', evidence: 'So that nobody speaks.' });
    }
    await press(page, 'room.election');
    await press(page, 'election.call');
    await press(page, 'election.stand');
    await form.getByLabel(own('election.statement')).fill('Fair pay at night.');
    await clean(page, 'standing for election');
    await form.getByRole('button', { name: own('election.stand'), exact: true }).click();
    await page.getByText('Fair pay at night.').waitFor();
    await as(house, ben.email).put(`${path}/election/candidacy`, { statement: 'Shorter waves.' });
    await pass(house, 7);
    await other.reload();
    await press(other, 'room.election');
    await other.getByRole('radio', { name: ada.handle }).check();
    await clean(other, 'a ballot');
    await other.locator('main').getByRole('button', { name: own('election.vote'), exact: true }).click();
    await other.getByRole('dialog').filter({ visible: true }).getByRole('button', { name: own('election.vote'), exact: true }).click();
    await other.getByText(own('election.has_voted')).first().waitFor();
    await assert.rejects(as(house, ben.email).post(`${path}/election/vote`, { candidate: ben.handle }), ({ status }) => status === 409, 'one vote each');
    await pass(house, 7);
    await page.reload();
    await press(page, 'room.election');
    await page.getByText(own('election.elected'), { exact: true }).waitFor();
    await clean(page, 'elected');
    const { spokespeople } = await as(house, ben.email).get(`${path}/election`);
    assert.deepEqual(spokespeople.map(({ handle }) => handle), [ada.handle]);
    assert.deepEqual(wrong, []);
  });
}
