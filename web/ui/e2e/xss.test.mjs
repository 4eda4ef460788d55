// What somebody wrote to run in another's browser is put into every field
// there is, and stays text on every page.
import assert from 'node:assert/strict';
import { as, brandOf, call, givenReview, offered } from './frame/api.mjs';
import { desk, settled } from './frame/browser.mjs';
import { everyPage, lived, windowFor } from './frame/pages.mjs';
import { scene } from './frame/scene.mjs';

const run = 'window.__ran=1';
const corpus = [
  `<img src=x onerror=${run}>`,
  `<script>${run}</script>`,
  `"><svg onload=${run}>`,
  `'-${run}-'`,
  `</textarea><iframe srcdoc="<script>parent.__ran=1</script>">`,
  `<a href="javascript:${run}">x</a>`,
  `javascript:${run}`,
  `{{constructor.constructor('${run}')()}}`,
  `<b data-planted>x</b>`,
  `<style>*{display:none}</style>`,
  `</title></script><input autofocus onfocus=${run}>`,
];
const long = corpus.join(' ');
const short = '"><b data-planted onclick=x>ä';

scene('stored scripts stay text on every page', async ({ house, browser }) => {
  browser.expect(/\b404\b.*\/not\/there/, /\b404\b.*\/programs\/[^/]+\/application/);
  const owner = as(house, 'marit');
  const brand = await brandOf(house);
  const refused = [];
  let kept = 0;
  const put = async (what, act) => {
    try {
      await act();
      kept++;
    } catch (err) {
      if (!(err.status >= 400 && err.status < 500)) throw err; // refusing such text is as good
      refused.push(`${what}: ${err.message.slice(0, 160)}`);
    }
  };

  const stage = await lived(house, { title: corpus.slice(0, 4).join(' '), body: long, answer: long, comment: long });
  const second = as(house, stage.second);
  const first = as(house, stage.first);
  await put('name', () => first.put('/me/name', { name: short }));
  await put('owner’s name', () => owner.put('/me/name', { name: short }));
  await put('macro', () => first.post('/me/macros', { name: short, text: long, language: 'en' }));
  await put('topic', () => owner.post(`/programs/${house.program}/topics`, { name: short, slug: 'planted', mode: 'crowd' }));
  await put('greeting', () => owner.put(`/programs/${house.program}/branding`, { accent: '#224488', greeting: { en: long.slice(0, 500) } }));
  await put('accent', () => owner.put(`/programs/${house.program}/branding`, { accent: `red;}</style><b data-planted>`, greeting: {} }));
  await put('terms', () => owner.post(`/programs/${house.program}/terms`, { text: long }));
  await put('quiz', () => owner.post(`/programs/${house.program}/quiz`, { pass_mark: 1, items: [{ question: long.slice(0, 400), options: [short, short + '2'], answer: 0 }] }));
  await put('API key', () => owner.post(`/brands/${brand}/api_keys`, { name: short, scopes: ['questions:read'] }));
  await put('identity key', () => owner.post(`/brands/${brand}/identity_keys`, { name: short }));
  await put('origin', () => owner.put(`/programs/${house.program}/origins`, { origins: ['https://"><b data-planted>.example'] }));
  await put('invitation', () => owner.post(`/brands/${brand}/invitations`, { email: `"<b data-planted>"@example.test`, role: 'viewer' }));
  await put('allocation', () => owner.post(`/programs/${house.program}/allocate`, { amount: { amount: 100, currency: 'EUR' }, reference: short }));
  await put('program', () => owner.post(`/brands/${brand}/programs`, { name: short, currency: 'EUR', languages: ['en'] }));
  await put('reference', () => stage.asker.post('/questions', { program: house.program, title: short, body: long, context: `page: javascript:${run}\npage title: ${short}\n${short}: ${short}`, reference: short, tags: [short], language: 'en' }));
  await put('hand-back', async () => {
    const { offer, expert } = await offered(house, short);
    const turn = await expert.post(`/offers/${offer.id}/accept`, {});
    await expert.post(`/assignments/${turn.id}/hand_back`, { reason: 'beyond_my_knowledge', note: long });
  });
  await put('message', () => second.post(`/assignments/${stage.hands.id}/messages`, { text: long }));
  await put('brand’s answer', async () => {
    await owner.post(`/brands/${brand}/questions/${stage.open.id}/take_over`);
    await owner.post(`/brands/${brand}/questions/${stage.open.id}/answer`, { text: long });
  });
  await put('review', async () => {
    const review = await givenReview(house, 'rui', '(1)');
    await as(house, 'rui').post(`/brands/${brand}/reviews/${review.id}/verdict`, { pass: false, note: long, scores: { correct: 1, complete: 1, kind: 1, safe: 1, honest: 1 } });
    const { data: proposals } = await owner.get(`/brands/${brand}/proposals`);
    await owner.post(`/brands/${brand}/assignments/${proposals[0].assignment}/refusal`, { reason: 'wrong', evidence: long });
    const { data: own } = await first.get('/me/refusals');
    const open = own.find((r) => r.state === 'appealable');
    if (open) await first.post(`/me/refusals/${open.id}/appeal`, { statement: long });
  });
  await put('sign-up', () => call(house, 'POST', '/sign_up', { email: 'planted@example.test', name: short, password: 'long enough a password' }));
  assert.ok(kept >= 14, `kept ${kept}; refused:\n${refused.join('\n')}`);

  const { pages } = await everyPage(house, stage);
  const wrong = [];
  let shown = 0;
  for (const who of new Set(pages.map((p) => p.who))) {
    const page = await (await windowFor(browser, house, who, stage, { size: desk })).newPage();
    for (const { path } of pages.filter((p) => p.who === who)) {
      await page.goto(house.url + path);
      await settled(page).catch(() => wrong.push(`${path}: still loading`));
      const found = await page.evaluate(() => ({
        ran: '__ran' in window,
        planted: document.querySelectorAll('[data-planted], [onerror], [onload], [onclick], [onfocus], iframe[srcdoc]').length,
        links: [...document.querySelectorAll('a[href], form[action]')].filter((el) => /^\s*javascript:/i.test(el.getAttribute('href') ?? el.getAttribute('action'))).length,
        text: document.body.innerText.includes('onerror=') || document.body.innerText.includes('data-planted'),
      }));
      if (found.text) shown++;
      if (found.ran || found.planted || found.links) wrong.push(`${path}: ${JSON.stringify(found)}`);
    }
    await page.context().close();
  }
  assert.deepEqual(wrong, []);
  assert.ok(shown >= 10, `it was shown on ${shown} pages only, so this has looked at the wrong ones`);

  // and in an address, which anybody can make up
  const page = await (await browser.window()).newPage();
  for (const path of ['/sign-in?next=', `/ask/${house.program}?product=`, `/ask/${house.program}?page=`, '/?lang=', '/sign-up?next=javascript:']) {
    for (const text of corpus) {
      const answer = await page.request.get(house.url + path + encodeURIComponent(text));
      const body = await answer.text();
      assert.ok(!body.includes(text) || !/[<>"']/.test(text), `${path} repeats ${text}`);
      assert.ok(!/(href|action|src)=["']?\s*javascript:/i.test(body), `${path} makes a link of ${text}`);
    }
  }
});
