// The whole way in, as the person who goes it sees it: applying, the terms,
// learning cards, the platform's quiz item by item against the clock, the
// brand's quiz, practice answers of which one does not pass at first; then
// probation, the first question, a blind review by two peers, and the pay.
import assert from 'node:assert/strict';
import { as, customer, until } from './frame/api.mjs';
import { settled } from './frame/browser.mjs';
import { scene } from './frame/scene.mjs';
import { password } from './frame/house.mjs';
import { mailed } from './frame/mail.mjs';
import { at, inspector, looks, nameOf, working } from './frame/walk.mjs';
import { wordsOf } from './frame/words.mjs';

const email = 'noor@example.test';
const items = [
  { question: 'Which is a pseudonym?', options: ['box-whisperer', 'Your full name'], answer: 0 },
  { question: 'Who may refuse pay?', options: ['A machine', 'A named person'], answer: 1 },
];

/** What is asked of newcomers here: everything there is, and it is paid. */
async function asked(house) {
  const marit = as(house, 'marit');
  const at = `/programs/${house.program}`;
  await as(house, 'odile').post('/platform/quiz', { pass_mark: 2, item_s: 120, attempts: 4, retake_after_s: 0, items });
  await marit.post(`${at}/cards`, { title: 'The lights of the Box', text: 'Orange: it looks for the network.', must_read: true });
  await marit.post(`${at}/cards`, { title: 'For the curious', text: 'The Box was first a radio.' });
  await marit.post(`${at}/practice`, { question: 'My Box blinks orange. What now?', guide: 'Says that it looks for the network.' });
  const brand = (await marit.get('/me')).memberships[0].brand;
  const program = (await marit.get(`/brands/${brand}/programs`)).data.find(({ id }) => id === house.program);
  await marit.put(`${at}/policies`, { ...program.policies, reward: { ...program.policies.reward, review: 60 }, admission: { max_experts: 0, onboarding: 400 }, rubric: { tone: 'Friendly, and short.' } });
  return marit;
}

/** Somebody new, signed in; apply.test.mjs walks the forms of it. */
async function newcomer({ house, browser }, look) {
  const context = await browser.window(look);
  const ask = (path, data) => context.request.post(`${house.url}/api/v1${path}`, { data });
  await ask('/sign_up', { email, name: 'Noor Haddad', password });
  const token = decodeURIComponent(/token=([^&\s]+)/.exec(await mailed(house, email))[1]);
  const verified = await ask('/sign_up/verify', { token, password });
  assert.ok(verified.ok(), await verified.text());
  const signed = await ask('/sign_in', { email, password });
  assert.ok(signed.ok(), await signed.text());
  return context;
}

for (const look of looks) {
  const t = wordsOf(look.lang);
  scene(`becoming an expert, whole: ${nameOf(look)}`, async ({ house, browser }) => {
    browser.expect(/\b404\b.*\/(programs\/[^/]+\/application|me\/payout_account)/, /\b401\b.*\/sign_in\/refresh/); // not applied yet, not signed in yet
    const { wrong, clean } = inspector(look);
    const marit = await asked(house);
    const peers = ['ayse', 'tomas'].map((name) => as(house, name));
    for (const { role, email: other } of house.people) if (role === 'expert') await as(house, other).put('/me/expert/availability', { available: false });

    const context = await newcomer({ house, browser }, look);
    const page = await context.newPage();
    const bearer = async () => ({ headers: { Authorization: `Bearer ${(await (await context.request.post(`${house.url}/api/v1/sign_in`, { data: { email, password } })).json()).access_token}` } });
    const noor = (path, how) => context.request.get(`${house.url}/api/v1${path}`, how);
    const press = (key) => page.locator('main').getByRole('button', { name: t(key), exact: true }).first().click();
    await page.goto(`${house.url}/work/programs/${house.program}`);
    await settled(page);
    await page.locator('input[maxlength="40"]').fill('noor');
    await page.locator('main button[type=submit]').click();

    await page.getByLabel(t('path.motivation')).waitFor();
    const languages = await context.request.put(`${house.url}/api/v1/me/expert/languages`, { ...(await bearer()), data: { languages: [...new Set(['en', look.lang])] } });
    assert.ok(languages.ok(), await languages.text());
    await page.reload();

    // what is asked is told before, with what it pays
    await page.getByText(t('path.practice.about')).waitFor();
    await page.getByLabel(t('path.motivation')).fill('I have had the Box for three years, and fixed those of the whole street.');
    await page.getByLabel(t('path.owns')).fill('Two Boxes, since 2021');
    await clean(page, 'applying');
    await press('path.apply');

    await page.getByLabel(t('terms.read')).check();
    await clean(page, 'terms');
    await press('terms.accept');

    await page.getByText(t('cards.text')).waitFor();
    await clean(page, 'cards');
    assert.equal(await page.getByText('For the curious').count(), 0, 'only what must be read stands in the way');
    await page.locator('main').getByRole('button', { name: t('cards.mark') }).click();

    // the platform's quiz: the clock is told, more time is had, and one item runs out unanswered
    await page.getByText(t('quiz.measured')).waitFor();
    await clean(page, 'before a quiz with a clock');
    await press('quiz.begin');
    await page.getByRole('timer').waitFor();
    await clean(page, 'an item with its time');
    assert.match(await page.evaluate(() => document.activeElement.textContent), /1/, 'the item has the focus');
    const answer = async (right) => {
      const shown = page.getByRole('radiogroup');
      const text = await page.locator('main form').textContent();
      const item = items.find(({ question }) => text.includes(question));
      await shown.getByLabel(item.options[right ? item.answer : 1 - item.answer], { exact: true }).check();
      await page.locator('main form button[type=submit]').click();
    };
    await answer(false);
    await page.getByText(t('quiz.item', { n: numeral(look.lang, 2), of: numeral(look.lang, 2) })).waitFor();
    await page.reload();
    await page.getByRole('timer').waitFor(); // it goes on where it was
    await page.getByRole('combobox', { name: t('time.title') }).or(page.getByRole('textbox', { name: t('time.title') })).first().click();
    await page.getByRole('option', { name: t('time.900'), exact: true }).click();
    await until(async () => (await (await noor('/me/expert/quiz', await bearer())).json()).sitting.left_s > 600, 'more time for the item that is shown');
    await answer(true);
    await page.getByText(t('quiz.failed'), { exact: true }).waitFor();
    await clean(page, 'a quiz that was not passed');
    await press('quiz.begin');
    for (const n of [1, 2]) {
      await page.getByText(t('quiz.item', { n: numeral(look.lang, n), of: numeral(look.lang, 2) })).waitFor();
      await answer(true);
    }

    // the brand's quiz, all at once
    const quiz = await marit.get(`/programs/${house.program}/quiz`);
    await page.getByRole('button', { name: t('quiz.hand_in'), exact: true }).waitFor();
    await clean(page, 'a quiz without a clock');
    for (const [i, item] of quiz.items.entries()) await page.getByRole('radiogroup').nth(i).getByLabel(item.options[item.answer], { exact: true }).check();
    await press('quiz.hand_in');

    // practice: one that does not pass, with a note, and another
    const judge = async (text, pass, note) => {
      const waiting = await until(async () => (await as(house, 'rui').get(`/programs/${house.program}/practice_answers`)).data.find((answer) => answer.text === text), 'an answer to judge');
      assert.equal(JSON.stringify(waiting).includes('noor'), false, 'nothing says whose it is');
      const reviewer = await (await browser.person(house, 'rui', look)).newPage();
      await reviewer.goto(`${house.url}/console/reviews/practice`);
      const card = reviewer.getByRole('article').filter({ hasText: waiting.text });
      await card.waitFor();
      await clean(reviewer, 'practice to be judged');
      if (note) await card.getByLabel(t('judging.note')).fill(note);
      await card.getByRole('button', { name: t(pass ? 'judging.pass' : 'judging.fail'), exact: true }).click();
      await card.waitFor({ state: 'detached' });
      await reviewer.context().close();
    };
    const answers = ['It updates.', 'It looks for the network: wait a minute, then restart the router.'];
    await page.getByLabel(t('practice.answer')).fill(answers[0]);
    await press('practice.send');
    await page.getByText(t('practice.waits')).waitFor();
    await judge(answers[0], false, 'Orange means that it looks for the network.');
    await page.reload();
    await page.getByText('Orange means that it looks for the network.').waitFor();
    await clean(page, 'a practice answer that is not yet good');
    await page.getByLabel(t('practice.answer')).fill(answers[1]);
    await press('practice.send');
    await page.getByText(t('practice.waits')).waitFor();
    await judge(answers[1], true);
    await page.reload();

    // everything is done, and paid before anybody decides
    await page.getByText(t('path.paid'), { exact: true }).waitFor();
    await page.getByText(t('path.decision.text')).waitFor();
    await clean(page, 'all is done');
    const enrolment = (await marit.get(`/programs/${house.program}/enrolments?state=assessing&limit=100`)).data.find(({ handle }) => handle === 'noor');
    assert.equal(enrolment.owns, 'Two Boxes, since 2021');
    await marit.post(`/enrolments/${enrolment.id}/approve`, {});
    await page.reload();
    await page.getByText(t('enrolment.means.probation')).waitFor();
    await clean(page, 'on probation');

    // the first question
    for (const { email: other } of await working(house)) {
      const reviews = peers.some((peer) => peer.email === other);
      await as(house, other).put(`/programs/${house.program}/application/reviewing`, { active: reviews });
    }
    const asker = await customer(house);
    const title = 'The light blinks orange at night';
    const question = await asker.post('/questions', { program: house.program, title, body: 'It began on Sunday.', language: 'en', context: 'product: Brindle Box', tags: [] });
    await page.goto(`${house.url}/work`);
    await page.getByRole('article').getByRole('button', { name: t('offers.accept'), exact: true }).first().click();
    await page.waitForURL(/\/turns\//);
    await page.getByLabel(t('bench.answer')).fill('Wait a minute, then restart the router.');
    await page.getByRole('button', { name: t('bench.send'), exact: true }).click();
    await until(async () => (await asker.get(`/questions/${question.id}`)).state === 'answered', 'answer');
    await asker.post(`/questions/${question.id}/resolve`, {});

    // two peers judge it blind: one in the app, the other by the same route
    const vote = async (peer) => (await peer.get('/me/votes')).data.find(({ work }) => work.title === title);
    await until(async () => (await Promise.all(peers.map(vote))).every(Boolean), 'vote asked of both');
    const [before] = (await peers[0].get('/me/reviewing')).data;
    const reviewer = await (await browser.person(house, 'ayse', look)).newPage();
    await reviewer.goto(`${house.url}/work/reviewing`);
    await settled(reviewer);
    await clean(reviewer, 'reviews asked of a peer');
    await reviewer.locator('main article').filter({ hasText: title }).getByRole('link').click();
    await reviewer.waitForURL(/\/reviewing\//);
    await reviewer.getByText('Friendly, and short.').waitFor();
    await clean(reviewer, 'a blind review');
    assert.doesNotMatch(await reviewer.locator('main').textContent(), /noor|haddad/i, 'it is blind');
    await reviewer.getByRole('button', { name: t('verdict.pass'), exact: true }).click();
    await reviewer.getByText(t('verdict.missing')).first().waitFor();
    await clean(reviewer, 'a review with lines missing');
    for (const marks of await reviewer.locator('main fieldset').all()) await marks.getByLabel('5', { exact: true }).check({ force: true });
    await reviewer.getByRole('button', { name: t('verdict.pass'), exact: true }).click();
    await reviewer.waitForURL(/\/reviewing$/);
    const other = await vote(peers[1]);
    await peers[1].post(`/me/votes/${other.id}/verdict`, { pass: true, scores: { correct: 5, complete: 4, kind: 5, safe: 5, honest: 5, tone: 4 } });

    // the brand's reviewers read what each said, and not who
    const judged = await at(browser, house, 'rui', look, `/console/questions/${question.id}`);
    await judged.getByText(t('judged.peer', { n: numeral(look.lang, 2) })).waitFor();
    const said = await judged.locator('section[aria-labelledby=judged]').innerText();
    assert.ok(said.includes(t('judged.peer', { n: numeral(look.lang, 1) })) && said.includes(t('review_cause.probation')), said);
    for (const peer of peers) assert.equal(said.includes(house.people.find(({ email: other }) => other === peer.email).handle), false, 'nothing says who they are');
    await clean(judged, 'a question with its votes');

    // and the first question is paid, seven days before it would be anyway
    const own = await bearer();
    const rewards = await until(async () => {
      const { data } = await (await noor('/me/rewards', own)).json();
      return data.filter(({ state }) => state === 'released').length === 2 && data;
    }, 'pay for the onboarding and the first question');
    assert.deepEqual(rewards.map(({ kind }) => kind).sort(), ['assignment', 'training']);
    await page.goto(`${house.url}/work/earnings`);
    await page.getByText(t('reward.training')).first().waitFor();
    const earned = await peers[0].get('/me/reviewing');
    assert.equal(earned.data[0].votes, before.votes + 1);
    assert.equal(earned.data[0].earned.amount, before.earned.amount + 60, 'a review is paid, whatever it says');

    // hours, and the record to take along
    await page.goto(`${house.url}/work/hours`);
    await settled(page);
    await page.locator('fieldset').first().getByRole('button').last().click();
    await page.getByRole('button', { name: t('save'), exact: true }).click();
    await page.getByText(t('hours.saved')).waitFor();
    await page.waitForTimeout(400); // the button is itself again
    await clean(page, 'hours');
    await page.goto(`${house.url}/work/profile`);
    await settled(page);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: t('record.take'), exact: true }).click()]);
    assert.equal(download.suggestedFilename(), 'work-record.json');
    assert.deepEqual(wrong, []);
  });
}

/** A number as the app writes it. */
function numeral(lang, n) {
  return new Intl.NumberFormat(lang).format(n);
}
