// Whether a customer would recommend the help: asked of one in four, after a
// question of theirs was solved, once; a number or nothing, and it is counted.
import assert from 'node:assert/strict';
import { as, customer, offered } from './frame/api.mjs';
import { violations } from './frame/axe.mjs';
import { settled } from './frame/browser.mjs';
import { scene } from './frame/scene.mjs';
import { ownSite } from './frame/shop.mjs';
import { inspector, looks, nameOf } from './frame/walk.mjs';
import { wordsOf } from './frame/words.mjs';

/** A customer who is asked: of those whose question was solved, the first that was drawn. */
async function asked(house) {
  for (let i = 1; i <= 40; i++) {
    const asker = await customer(house);
    const title = `The dial sticks (${i})`;
    const question = await asker.post('/questions', { program: house.program, title, body: 'It began on Sunday.', language: 'en', context: 'product: Brindle Box', tags: [] });
    const { expert, offer } = await offered(house, title);
    const turn = await expert.post(`/offers/${offer.id}/accept`, {});
    await expert.post(`/assignments/${turn.id}/answer`, { text: 'Turn it twice, gently.' });
    await asker.post(`/questions/${question.id}/resolve`, {});
    if ((await asker.get(`/questions/${question.id}/nps`)).ask) return { asker, question, title };
  }
  assert.fail('of forty customers nobody was asked');
}

for (const look of looks) {
  const t = wordsOf(look.lang, ['widget']);
  const numeral = (n) => new Intl.NumberFormat(look.lang).format(n);
  scene(`would you recommend this: ${nameOf(look)}`, async ({ house, browser, later }) => {
    const { wrong, clean } = inspector(look);
    const marit = as(house, 'marit');
    const before = await marit.get(`/programs/${house.program}/nps`);
    const { asker, question, title } = await asked(house);
    const site = await ownSite({ house, browser, later }, { lang: look.lang });
    const context = await browser.window(look);
    await context.addInitScript(([name, device]) => location.protocol.startsWith('http') && localStorage.setItem(name, JSON.stringify({ device })), [`knowhow:${house.program}`, asker.session.device_token]);
    const page = await context.newPage();
    const widget = page.locator('knowhow-widget');
    const open = async () => {
      await page.goto(site.url);
      await widget.locator('.launcher').click();
      await widget.getByText(title).first().click();
      await widget.getByText('Turn it twice, gently.').waitFor();
    };
    await open();
    const scale = widget.locator('fieldset.scale');
    await scale.waitFor();
    assert.equal(await scale.getByRole('button').count(), 12, 'from 0 to 10, and nothing');
    wrong.push(...(await violations(page, 'knowhow-widget')));
    await scale.getByRole('button', { name: '9', exact: true }).click();
    await scale.waitFor({ state: 'detached' });
    await widget.getByText(t('rate.thanks')).first().waitFor();
    wrong.push(...(await violations(page, 'knowhow-widget')));
    assert.equal((await asker.get(`/questions/${question.id}/nps`)).ask, false, 'once');
    const answer = page.waitForResponse((r) => r.url().endsWith(`/questions/${question.id}/nps`) && r.request().method() === 'GET');
    await open();
    assert.equal((await (await answer).json()).ask, false);
    await widget.getByText(t('rate.heading')).waitFor();
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    assert.equal(await scale.count(), 0, 'nor is it asked again');
    const after = await marit.get(`/programs/${house.program}/nps`);
    assert.deepEqual([after.n, after.promoters], [before.n + 1, before.promoters + 1]);

    const figures = await (await browser.person(house, 'marit', look)).newPage();
    await figures.goto(`${house.url}/console/figures`);
    await settled(figures);
    await figures.getByText(wordsOf(look.lang, ['console'])('nps.title')).waitFor();
    await clean(figures, 'the figure');
    assert.deepEqual(wrong, []);
  });
}
