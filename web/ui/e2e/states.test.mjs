// What pages.mjs does not walk through, since it is not at an address: errors,
// no network, dialogues, the demo's levers, a widget that is there again, a
// receipt that is shown no more. No violation of WCAG 2.2 A and AA there either.
import assert from 'node:assert/strict';
import { as } from './frame/api.mjs';
import { violations } from './frame/axe.mjs';
import { desk, phone, settled } from './frame/browser.mjs';
import { everyPage, lived } from './frame/pages.mjs';
import { striped } from './frame/picture.mjs';
import { scene } from './frame/scene.mjs';
import { ownSite } from './frame/shop.mjs';
import { wordsOf } from './frame/words.mjs';

const looks = [
  { size: phone, scheme: 'dark', lang: 'ar' },
  { size: desk, scheme: 'light', lang: 'en' },
  { size: desk, scheme: 'dark', lang: 'de' },
  { size: phone, scheme: 'light', lang: 'en' },
];

/** Looks at states and remembers what is wrong with them. */
function looker() {
  const wrong = [];
  const look = async (page, state, within) => {
    const found = await violations(page, within);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) found.push(`${wide} px wider than the window`);
    wrong.push(...found.map((text) => `${state}: ${text}`));
  };
  return { look, wrong };
}

for (const look of looks) {
  const name = `${look.size.width} px, ${look.scheme}, ${look.lang}`;
  const t = wordsOf(look.lang);

  scene(`errors and no network: ${name}`, async ({ house, browser }) => {
    browser.expect(/\b500\b/, /\b(404|422)\b/, /ERR_INTERNET_DISCONNECTED/, /ERR_FAILED/);
    const { look: see, wrong } = looker();
    const nobody = '01a20220-09be-7e35-8929-000000000000';
    const missing = { '/work': [`programs/${nobody}`, 'programs/that', `turns/${nobody}`, 'turns/that'], '/console': [`questions/${nobody}`, 'questions/that', `roster/${nobody}`] };
    const failed = { status: 500, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'Something went wrong', status: 500, code: 'internal', request: 'r-1' }) };
    for (const [who, at, from] of [['ayse', '/work', '**/api/v1/offers*'], ['marit', '/console', '**/api/v1/brands/*/questions?*']]) {
      const window = await browser.person(house, who, look);
      const page = await window.newPage();
      await page.route(from, (route) => route.fulfill(failed));
      await page.goto(house.url + at);
      await page.getByRole('heading', { name: t('failed.title') }).waitFor();
      await see(page, `${at} failed`);
      await page.unroute(from);
      await page.getByRole('button', { name: t('again') }).click();
      await page.getByRole('heading', { name: t('failed.title') }).waitFor({ state: 'detached' });
      await page.goto(`${house.url}${at}/not/there`);
      await page.getByText(t('problem.not_found')).first().waitFor();
      await see(page, `${at} without such a screen`);
      for (const nothing of missing[at]) {
        await page.goto(`${house.url}${at}/${nothing}`);
        await page.getByRole('heading', { name: t('missing.title') }).waitFor();
        assert.equal(await page.locator('main').getByRole('button').count(), 0, `${nothing} offers nothing to do`);
        await see(page, `${at}/${nothing}`);
      }

      // the network goes while the app is there, and is not there when it comes
      await page.goto(house.url + at);
      await settled(page);
      await page.waitForTimeout(500); // its stream stands
      await window.setOffline(true);
      await page.getByText(t('connection.offline')).waitFor();
      await page.waitForTimeout(2000); // it is told only when it lasts
      await see(page, `${at} offline`);
      await window.setOffline(false);
      await page.getByText(t('connection.offline')).waitFor({ state: 'detached' });
      await page.route('**/api/v1/sign_in/refresh', (route) => route.abort());
      await page.goto(house.url + at);
      await page.getByRole('heading', { name: t('offline.title') }).waitFor();
      await see(page, `${at} out of reach`);
      await page.unroute('**/api/v1/sign_in/refresh');
      await page.getByRole('button', { name: t('again') }).click();
      await page.getByRole('navigation').first().waitFor({ state: 'attached' });
      await window.close();
    }
    assert.deepEqual(wrong, []);
  });

  scene(`dialogues: ${name}`, async ({ house, browser }) => {
    const { look: see, wrong } = looker();
    const stage = await lived(house);
    const { pages } = await everyPage(house, stage);
    const expert = pages.find((p) => /\/roster\/[0-9a-f]{8}-/.test(p.path)).path;
    const press = (page, label) => page.locator('main').getByRole('button', { name: label, exact: true }).first().click();
    const opened = async (page, state) => {
      const dialog = page.getByRole('dialog').filter({ visible: true });
      await dialog.waitFor();
      await page.waitForTimeout(300); // it has come up
      await see(page, state);
      return dialog;
    };
    const closed = async (page) => {
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').filter({ visible: true }).waitFor({ state: 'detached' });
    };
    const walk = {
      marit: [
        ['/console/members', 'invite.title'],
        ['/console/members', t('members.take').replace('{role}', t('role.reviewer'))],
        ['/console/money', 'money.fund'],
        ['/console/money', 'money.return'],
        ['/console/setup', 'setup.pause'],
        ['/console/setup', 'setup.close'],
        ['/console/setup/topics', 'topics.add'],
        ['/console/setup/topics', `${t('topics.describe')}: Billing`],
        [expert, 'expert.suspend'],
      ],
      odile: [
        ['/console/operator/brands', 'operator.add_brand'],
        ['/console/operator/payouts', 'payout.run'],
      ],
      [stage.second]: [
        ['/work/macros', 'macros.add'],
        [`/work/turns/${stage.hands.id}`, 'handback.title'],
        [`/work/turns/${stage.hands.id}`, 'end.title'],
      ],
    };
    for (const [who, dialogs] of Object.entries(walk)) {
      const window = await browser.person(house, who, look);
      const page = await window.newPage();
      for (const [path, key] of dialogs) {
        await page.goto(house.url + path);
        await settled(page);
        await press(page, /^\w+\.\w+$/.test(key) ? t(key) : key);
        await opened(page, `${path}, ${key}`);
        await closed(page);
      }
      if (who === 'marit') {
        await page.goto(`${house.url}/console/developers`);
        await settled(page);
        await press(page, t('key.new'));
        const dialog = await opened(page, 'a new key');
        await dialog.getByRole('textbox').fill('Our shop');
        await dialog.getByRole('button', { name: t('key.make') }).click();
        await dialog.getByText(t('key.once')).waitFor();
        await see(page, 'a key’s secret');
        await dialog.getByRole('button', { name: t('key.kept') }).click();
        await press(page, t('key.end_now'));
        await opened(page, 'ending a key');
        await closed(page);
      }
      await window.close();
    }
    assert.deepEqual(wrong, []);
  });

  scene(`a widget that is there again, and a receipt that is not: ${name}`, async ({ house, browser, later }) => {
    browser.expect(/\b404\b.*\/receipts\//);
    const { look: see, wrong } = looker();
    const w = wordsOf(look.lang, ['widget']);
    const site = await ownSite({ house, browser, later }, { lang: look.lang, title: 'The remote forgets the set', body: 'I am Dana Whitlow, dana@whitlow.example. It lies in the cellar.' });
    const page = await (await browser.window(look)).newPage();
    const widget = page.locator('knowhow-widget');
    await page.goto(site.url);
    await widget.locator('.launcher').click();
    await widget.locator('input[type=file]').setInputFiles({ name: 'set.jpg', mimeType: 'image/jpeg', buffer: await striped(page) });
    await widget.getByRole('button', { name: w('blur.done') }).waitFor();
    await see(page, 'a picture that is being blurred', 'knowhow-widget');
    await widget.getByRole('button', { name: w('blur.done') }).click();
    await see(page, 'what is being asked', 'knowhow-widget');
    await widget.getByRole('button', { name: w('ask.next') }).click();
    await widget.getByRole('button', { name: 'cellar' }).click();
    await see(page, 'what experts will see', 'knowhow-widget');
    await widget.getByRole('button', { name: w('preview.send'), exact: true }).click();
    await widget.getByRole('log').waitFor();
    await page.reload();
    await widget.locator('.launcher').click();
    await widget.getByRole('log').waitFor();
    await see(page, 'a conversation that goes on', 'knowhow-widget');
    await widget.getByRole('button', { name: w('back') }).click();
    await widget.getByText('The remote forgets the set').waitFor();
    await see(page, 'one’s questions', 'knowhow-widget');

    const stage = await lived(house);
    await stage.asker.delete(`/questions/${stage.done.id}/receipt/share`);
    await page.goto(stage.receipt);
    await see(page, 'a receipt that is shown no more');
    assert.deepEqual(wrong, []);
  });
}

scene('the demo’s levers, on a phone in Arabic', async ({ house, browser }) => {
  const { look: see, wrong } = looker();
  const t = wordsOf('ar');
  const page = await (await browser.person(house, 'dario', { size: phone, scheme: 'dark', lang: 'ar' })).newPage();
  await page.goto(`${house.url}/console`);
  await settled(page);
  await page.getByRole('button', { name: t('demo.title'), exact: true }).click();
  const levers = page.getByRole('dialog').filter({ visible: true });
  await levers.waitFor();
  await page.waitForTimeout(300);
  await see(page, 'the levers');
  await levers.getByRole('switch').click();
  await levers.getByRole('button', { name: t('demo.advance') }).click();
  await page.waitForTimeout(900);
  await see(page, 'days pass');
  const demo = async () => (await as(house, 'dario').get('/demo')).stage;
  for (let i = 0; !(await demo()).days?.done; i++) {
    assert.ok(i < 120, 'the days pass');
    await page.waitForTimeout(1000);
  }
  await page.waitForTimeout(1500);
  await see(page, 'seven days later');
  assert.deepEqual(wrong, []);
});
