// Without a pointer: a customer asks, an expert accepts and answers, an agent
// finds a question, and the focus is always somewhere one can see.
import assert from 'node:assert/strict';
import { offered } from './frame/api.mjs';
import { desk, settled } from './frame/browser.mjs';
import { scene } from './frame/scene.mjs';
import { ownSite } from './frame/shop.mjs';

/** What has the focus: what it is called, and whether one sees it. */
function focus(page) {
  return page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const box = at.getBoundingClientRect();
    const style = getComputedStyle(at);
    const ringed = (el) => el && (getComputedStyle(el).outlineStyle !== 'none' || getComputedStyle(el).boxShadow !== 'none');
    return {
      tag: at.tagName,
      name: at.getAttribute('aria-label') || at.labels?.[0]?.textContent || at.textContent?.trim() || at.getAttribute('placeholder') || '',
      seen: box.width > 0 && box.height > 0 && style.visibility !== 'hidden',
      ring: ringed(at) || getComputedStyle(at, '::after').outlineStyle !== 'none' || ringed(at.closest('label')) || ringed(at.parentElement) || /INPUT|TEXTAREA|SELECT/.test(at.tagName),
    };
  });
}

/** Presses Tab until what is named has the focus, and looks at each stop. */
async function tabTo(page, name, most = 60) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const at = await focus(page);
    if (at.tag === 'BODY' || at.tag === 'HTML') continue; // past the end, and around
    assert.ok(at.seen, `the focus is on something unseen: ${JSON.stringify(at)}`);
    assert.ok(at.ring, `nothing shows that the focus is on ${JSON.stringify(at)}`);
    if (name.test(at.name)) return at;
  }
  assert.fail(`${name} cannot be reached by Tab`);
}

scene('keyboard only', async ({ house, browser, later }) => {
  const site = await ownSite({ house, browser, later });
  const page = await (await browser.window({ size: desk })).newPage();
  await page.goto(site.url);
  const widget = page.locator('knowhow-widget');
  await widget.getByRole('button', { name: 'Ask for help' }).waitFor();

  await tabTo(page, /Ask for help/);
  await page.keyboard.press('Enter');
  await widget.getByRole('button', { name: 'See what experts will see' }).waitFor();
  await page.keyboard.press('Escape');
  await widget.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.match((await focus(page)).name, /Ask for help/, 'closing gives the focus back');
  await page.keyboard.press('Enter');
  await widget.getByRole('button', { name: 'See what experts will see' }).waitFor();
  await tabTo(page, /Your question, in one line/);
  await page.keyboard.type('Reachable without a mouse');
  await page.keyboard.press('Tab');
  await page.keyboard.type('My hands tremble since March.');
  await tabTo(page, /See what experts will see/);
  await page.keyboard.press('Enter');
  await widget.getByRole('heading', { name: 'Experts will see this' }).waitFor();
  assert.match((await focus(page)).name, /Experts will see this/);
  await tabTo(page, /^tremble/);
  await page.keyboard.press('Space');
  await tabTo(page, /^Send$/);
  await page.keyboard.press('Enter');
  await widget.getByRole('log').waitFor();

  const { expert, offer } = await offered(house, 'without a mouse');
  assert.doesNotMatch(offer.body, /tremble/, 'what was hidden by a key is hidden');
  const app = await (await browser.person(house, expert.email)).newPage();
  await app.goto(`${house.url}/work`);
  await settled(app);
  await app.keyboard.press('Tab');
  assert.match((await focus(app)).name, /skip/i, 'the first stop skips the navigation');
  await app.keyboard.press('Enter');
  for (let i = 0; ; i++) {
    await tabTo(app, /^Accept$/);
    const card = await app.evaluate(() => document.activeElement.closest('article')?.textContent);
    if (card?.includes('without a mouse')) break;
    assert.ok(i < 20, 'the offer is among them');
  }
  await app.keyboard.press('Enter');
  await app.getByLabel('Your answer').waitFor();
  await tabTo(app, /Your answer/);
  await app.keyboard.type('Turn on the large keys in the settings.');
  await app.keyboard.press('Control+Enter');
  await widget.getByText('Turn on the large keys').waitFor();

  await tabTo(page, /Solved, thank you/);
  await page.keyboard.press('Enter');
  await widget.getByRole('group', { name: 'How was the answer?' }).waitFor();
  assert.notEqual((await focus(page)).tag, 'BODY');
  await tabTo(page, /star/);
  await page.keyboard.press('ArrowLeft'); // around, to the fifth
  await tabTo(page, /Send rating/);
  await page.keyboard.press('Enter');
  await widget.getByText('Thank you for your rating.').first().waitFor();

  const manager = await (await browser.person(house, 'dario')).newPage();
  await manager.goto(`${house.url}/console`);
  await settled(manager);
  await tabTo(manager, /Ended/);
  await manager.keyboard.press('Enter');
  await manager.getByRole('link', { name: /without a mouse/ }).first().waitFor();
  await tabTo(manager, /without a mouse/);
  await manager.keyboard.press('Enter');
  await manager.getByText('Turn on the large keys').waitFor();
});

scene('signing in and asking, without a pointer and without scripts', async ({ house, browser }) => {
  const plain = await (await browser.window({ javaScriptEnabled: false })).newPage();
  await plain.goto(`${house.url}/ask/${house.program}`);
  await plain.locator('input[name=title]').focus();
  await plain.keyboard.type('Without any script');
  await plain.keyboard.press('Tab');
  await plain.keyboard.type('It is Dana Whitlow here, dana@whitlow.example.');
  await plain.getByRole('button', { name: /experts will see|preview/i }).focus();
  await plain.keyboard.press('Enter');
  await plain.locator('.preview').waitFor();
  assert.doesNotMatch(await plain.locator('.preview').innerText(), /whitlow/i);
  await plain.locator('button[value=ask]').focus();
  await plain.keyboard.press('Enter');
  await plain.waitForURL(/my\/questions\//);
  await plain.getByRole('heading', { name: 'Without any script' }).waitFor();
});
