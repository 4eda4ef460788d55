// Every page there is, by who looks at it, in the demo with a few things under
// way: what the tests for accessibility and for stored scripts walk through,
// and what screenshots are taken of.
import { as, brandOf, customer, offered } from './api.mjs';
import { working } from './walk.mjs';

const expertScreens = ['', '/turns', '/earnings', '/statements', '/standing', '/programs', '/reviewing', '/hours', '/refusals', '/macros', '/notifications', '/profile', '/security'];
const consoleScreens = ['', '/reviews', '/reviews/practice', '/reviews/gold', '/reviews/signals', '/judgement', '/feedback', '/figures', '/roster', '/roster/invitations', '/roster/proposals', '/money', '/money/spend', '/money/payments', '/money/books', '/setup', '/setup/topics', '/setup/policies', '/setup/entry', '/setup/cards', '/setup/quizzes', '/setup/practice', '/setup/widget', '/members', '/developers', '/events'];
const operatorScreens = ['/operator', '/operator/brands', '/operator/payouts', '/operator/acts', '/operator/cases', '/operator/quiz', '/operator/jobs', '/operator/audit'];
const publicPages = ['/', '/demo/shop', '/sign-in', '/sign-up', '/sign-up/sent', '/password/forgotten', '/password/forgotten/sent', '/reset', '/reset/done', '/verify', '/welcome', '/invitation', '/invited', '/resume', '/sign-out', '/my/questions', '/unsubscribe', '/record', '/not/there'];

/** Sets the scene: a question asked, answered and solved, another in an expert's hands. Returns who is in it. */
export async function lived(house, texts = {}) {
  const { title = 'The light blinks orange at night', body = 'I am Dana Whitlow. It began on Sunday.', answer = 'Unplug the Box for ten seconds.', comment = 'Quick and kind.' } = texts;
  const asker = await customer(house);
  const ask = (what) => asker.post('/questions', { program: house.program, title: what, body, language: 'en', context: 'product: Brindle Box', tags: [] });
  const done = await ask(`${title} (1)`);
  const one = await offered(house, '(1)');
  const turn = await one.expert.post(`/offers/${one.offer.id}/accept`, {});
  await one.expert.post(`/assignments/${turn.id}/answer`, { text: answer });
  await asker.post(`/questions/${done.id}/messages`, { text: body });
  await asker.post(`/questions/${done.id}/resolve`, {});
  await asker.put(`/questions/${done.id}/feedback`, { solved: true, csat: 5, comment });
  const open = await ask(`${title} (2)`);
  const two = await offered(house, '(2)');
  const hands = await two.expert.post(`/offers/${two.offer.id}/accept`, {});
  await stocked(house);
  await disputed(house);
  const shared = await asker.post(`/questions/${done.id}/receipt/share`, { consent: true, version: '2026-11' });
  return { asker, done, open, turn, hands, first: one.expert.email, second: two.expert.email, receipt: shared.url };
}

/** Has the demo's brand ask more of newcomers, and know answers of known quality. */
async function stocked(house) {
  const marit = as(house, 'marit');
  const at = `/programs/${house.program}`;
  await marit.post(`${at}/cards`, { title: 'The lights of the Box', text: 'Orange: it updates.\nRed: call us.', must_read: true });
  await marit.post(`${at}/practice`, { question: 'My Box blinks orange. What now?', guide: 'Says that it updates, and how long that takes.' });
  await marit.post(`${at}/gold`, { title: 'The lamp blinks red', question: 'It does so since this morning.', answer: 'Buy the larger one.', language: 'en', bad: true, because: 'It sells where a reset helps.' });
}

/** Has somebody outside the brand something to decide: an appeal, and a post that was reported. */
async function disputed(house) {
  const [judged, writer, reader] = (await working(house)).slice(-3);
  const at = `/programs/${house.program}`;
  const [topic] = (await as(house, 'marit').get(`${at}/topics`)).data;
  await as(house, 'dario').post(`/enrolments/${judged.enrolment}/restrict`, { topics: [topic.slug], reason: 'quality', evidence: 'Three answers of this week sold the larger Box.' });
  const [{ id }] = (await as(house, judged.email).get('/me/measures')).data;
  await as(house, judged.email).post(`/me/measures/${id}/appeal`, { statement: 'The larger one was asked for.' });
  const post = await as(house, writer.email).post(`${at}/room`, { kind: 'struggle', text: 'The new remote pairs with the neighbour’s Box. What helps?' });
  await as(house, reader.email).post(`${at}/room/${post.id}/replies`, { text: 'Hold both buttons until it blinks twice.' });
  await as(house, reader.email).post(`${at}/room/${post.id}/report`, { reason: 'spam' });
}

/** Every page, as { name, path, who }: no who is anybody, "customer" a customer without an account. */
export async function everyPage(house, scene) {
  const brand = await brandOf(house);
  const roster = (await as(house, 'marit').get(`/programs/${house.program}/enrolments?limit=1`)).data;
  const enrolment = roster[0].id ?? roster[0].enrolment?.id;
  const today = new Date();
  const before = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1)).toISOString().slice(0, 7); // the last whole month
  const at = (who, base, paths) => paths.map((path) => ({ name: `${who ?? 'public'}${base.replace('/', '-')}${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[\w-]{43}/g, 'one').replace(/\W+/g, '-')}`, path: base + path || '/', who }));
  return {
    brand,
    pages: [
      ...at(undefined, '', [...publicPages, `/ask/${house.program}`, `/ask/${house.program}/qr`, `/join/${house.program}`, new URL(scene.receipt).pathname]),
      ...at('customer', '', ['/my/questions', `/my/questions/${scene.done.id}`, `/my/questions/${scene.open.id}`, `/my/questions/${scene.done.id}/receipt`]),
      ...at(scene.first, '/work', [...expertScreens, `/statements/${before}/EUR`, `/turns/${scene.turn.id}`, `/turns/${scene.turn.id}/receipt`, `/programs/${house.program}`, `/programs/${house.program}/room`]),
      ...at(scene.second, '/work', ['', '/turns', `/turns/${scene.hands.id}`]),
      ...at('marit', '/console', [...consoleScreens, `/questions/${scene.done.id}`, `/questions/${scene.open.id}`, `/roster/${enrolment}`]),
      ...at('odile', '/console', operatorScreens),
      ...at('rui', '/console', ['/reviews']),
      ...at('dario', '/work', ['']), // who is no expert yet
    ],
  };
}

/** A window for whoever a page is for. */
export async function windowFor(browser, house, who, scene, options) {
  if (who && who !== 'customer') return browser.person(house, who, options);
  const context = await browser.window(options);
  if (who === 'customer') {
    const answer = await context.request.post(`${house.url}/my/questions/adopt`, { form: { device: scene.asker.session.device_token }, headers: { Origin: house.url } });
    if (!answer.ok()) throw new Error(`adopt a customer's browser: ${answer.status()}`);
  }
  return context;
}
