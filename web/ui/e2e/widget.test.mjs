// A customer asks in the widget on a brand's own site, whose policy is strict,
// while an expert answers on a phone and a manager watches at a desk.
import assert from 'node:assert/strict';
import { offered } from './frame/api.mjs';
import { violations } from './frame/axe.mjs';
import { desk, phone, settled } from './frame/browser.mjs';
import { scene } from './frame/scene.mjs';
import { ownSite } from './frame/shop.mjs';

for (const [where, size] of Object.entries({ phone, desk })) {
  scene(`a question's whole way, asked in the widget on a ${where}`, async ({ house, browser, later }) => {
    const mark = `blinks ${where} orange`;
    const site = await ownSite({ house, browser, later }, { product: 'Brindle Box', title: `The Box ${mark} since the update`, body: 'Hello, I am Dana Whitlow, dana@whitlow.example. It hangs in the cellar.' });

    // the manager looks at the queue, and leaves it open
    const manager = await (await browser.person(house, 'dario')).newPage();
    await manager.goto(`${house.url}/console`);
    await settled(manager);

    // the customer asks
    const page = await (await browser.window({ size })).newPage();
    await page.goto(`${site.url}/help/box?customer=secret`);
    const widget = page.locator('knowhow-widget');
    const clean = async (state) => assert.deepEqual(await violations(page, 'knowhow-widget'), [], state);
    await clean('closed');
    await widget.getByRole('button', { name: 'Ask for help' }).click();
    await widget.getByRole('button', { name: 'See what experts will see' }).waitFor();
    assert.ok(!(await widget.getByText('customer=secret').count()), 'the address of the page without its query');
    await clean('asking');
    await widget.getByRole('button', { name: 'See what experts will see' }).click();
    await widget.getByRole('heading', { name: 'Experts will see this' }).waitFor();
    const preview = widget.locator('.preview');
    assert.doesNotMatch(await preview.innerText(), /Dana|whitlow/);
    await preview.getByRole('button', { name: 'cellar' }).click();
    await preview.getByText('You are hiding 1 word.').waitFor();
    await clean('preview');
    await widget.getByRole('button', { name: 'Send', exact: true }).click();
    await widget.getByRole('log').getByText('Dana Whitlow').waitFor();
    await widget.getByRole('status').filter({ hasText: /Looking for|is being asked/ }).waitFor();
    await clean('waiting');

    // the manager sees it come, without a reload
    await manager.getByRole('link', { name: new RegExp(mark) }).first().waitFor();

    // an expert accepts, on a phone
    const { expert } = await offered(house, mark);
    const app = await (await browser.person(house, expert.email, { size: phone })).newPage();
    await app.goto(`${house.url}/work`);
    const card = app.getByRole('article', { name: new RegExp(mark) });
    await card.waitFor();
    assert.doesNotMatch(await card.innerText(), /Dana|whitlow|cellar/i);
    await card.getByRole('button', { name: 'Accept' }).click();
    await app.getByLabel('Your answer').waitFor();
    assert.doesNotMatch(await app.locator('main').innerText(), /Dana|whitlow|cellar/i);
    await widget.getByRole('status').filter({ hasText: 'An expert is working on it' }).waitFor();

    // what the expert writes is seen being written, and then read
    await app.getByLabel('Your answer').pressSequentially('Unplug the Box ', { delay: 20 });
    await widget.getByText('is typing').waitFor();
    await app.getByLabel('Your answer').fill('Unplug the Box for ten seconds; the light turns white.');
    await app.getByRole('button', { name: 'Send' }).click();
    await widget.getByText('the light turns white').waitFor();
    await widget.getByRole('status').filter({ hasText: 'Answered' }).waitFor();
    await clean('answered');

    // both go on talking; the draft survives a reload of the page
    await widget.getByLabel('Write a message').fill('And if it does');
    await page.reload();
    await widget.getByRole('button', { name: 'Ask for help' }).click();
    await widget.getByText('the light turns white').waitFor();
    assert.equal(await widget.getByLabel('Write a message').inputValue(), 'And if it does');
    await widget.getByLabel('Write a message').fill('And if it does not?');
    await widget.getByRole('button', { name: 'Send', exact: true }).click();
    await app.getByText('And if it does not?').waitFor();
    await widget.getByText('Seen', { exact: true }).waitFor();
    await app.getByLabel('Message').fill('Then the cable is loose.');
    await app.getByRole('button', { name: 'Send' }).click();
    await widget.getByText('Then the cable is loose.').waitFor();

    // solved, not solved after all, solved
    await widget.locator('summary', { hasText: 'Not solved' }).click();
    await widget.getByLabel('What is still wrong?').fill('It blinks again.');
    await clean('saying what is wrong');
    await widget.locator('form').filter({ has: page.getByLabel('What is still wrong?') }).getByRole('button').click();
    await app.getByText('Your turn here is over.').waitFor();
    const second = await offered(house, mark);
    assert.notEqual(second.expert.email, expert.email, 'somebody else gets to try');
    const bench = await (await browser.person(house, second.expert.email, { size })).newPage();
    await bench.goto(`${house.url}/work`);
    await bench.getByRole('article', { name: new RegExp(mark) }).getByRole('button', { name: 'Accept' }).click();
    await bench.getByText('It blinks again.').waitFor();
    await bench.getByLabel('Your answer').fill('Then hold the button for twenty seconds.');
    await bench.getByRole('button', { name: 'Send' }).click();
    await widget.getByText('for twenty seconds').waitFor();
    await widget.getByRole('button', { name: 'Solved, thank you' }).click();
    await widget.getByRole('group', { name: 'How was the answer?' }).waitFor();
    await clean('solved');

    // feedback with its reason
    await widget.getByText('2 stars').locator('..').click();
    await widget.getByLabel('Why?').selectOption('waiting_time');
    await widget.getByLabel('Anything else?').fill('It took a second go.');
    await clean('rating');
    await widget.getByRole('button', { name: 'Send rating' }).click();
    await widget.getByText('Thank you for your rating.').first().waitFor();

    // the receipt, by explicit consent, read by anybody with the link
    await widget.locator('summary', { hasText: 'Answer receipt' }).click();
    await widget.getByRole('button', { name: 'Make a link' }).click();
    const link = await widget.getByRole('link', { name: 'Open the receipt' }).getAttribute('href');
    const anybody = await (await browser.window({ size })).newPage();
    await anybody.goto(link);
    assert.deepEqual(await violations(anybody), [], 'receipt');
    assert.doesNotMatch(await anybody.locator('body').innerText(), /Dana|whitlow|cellar|blinks/i, 'the receipt says nothing of what was written');

    // another device goes on by a link that is good once
    await widget.getByRole('button', { name: 'Back to your questions' }).click();
    await widget.getByText(mark).waitFor();
    await clean('home');
    await widget.getByRole('button', { name: 'Go on with another device' }).click();
    const resume = await widget.getByLabel('Go on with another device').inputValue();
    const other = await (await browser.window({ size: phone })).newPage();
    await other.goto(resume);
    await settled(other);
    if (!(await other.getByText(mark).count())) await other.getByRole('button').first().click();
    await other.getByText(mark).first().waitFor();

    // the manager reads how it went, and every cent
    await manager.getByText('Ended', { exact: true }).first().click();
    await manager.getByRole('link', { name: new RegExp(mark) }).first().click();
    await manager.getByText('Then hold the button for twenty seconds.').waitFor();
    assert.deepEqual(await violations(manager), [], 'the question in the console');
  });
}

scene('a button that is there before its words are, and opens once they have come', async ({ house, browser, later }) => {
  const site = await ownSite({ house, browser, later }, { lang: 'de' });
  browser.expect(/^console .*ERR_FAILED.*messages\.json/);
  const page = await (await browser.window({ size: phone })).newPage();
  const widget = page.locator('knowhow-widget');
  let come;
  const coming = new Promise((done) => (come = done));
  let asked = 0;
  let network = false;
  await page.route('**/widget/messages.json*', async (route) => {
    asked++;
    if (!network) return route.abort();
    await coming;
    await route.continue();
  });
  const failed = page.waitForEvent('requestfailed', (r) => r.url().includes('/widget/messages.json'));
  await page.goto(site.url);
  await widget.getByRole('button', { name: 'Hilfe holen' }).waitFor();
  const button = widget.locator('.launcher');
  await failed;
  const lost = widget.getByRole('alert').filter({ hasText: 'Keine Verbindung' });
  assert.equal(await lost.count(), 0, 'nobody asked for it yet');
  await button.click();
  await lost.waitFor();
  assert.equal(await widget.getByRole('dialog').count(), 0, 'nothing is shown without words');
  assert.deepEqual(await violations(page, 'knowhow-widget'), []);
  network = true;
  const before = asked;
  await button.click();
  await button.click();
  assert.equal(await lost.count(), 0, 'it is tried again');
  assert.equal(await widget.getByRole('dialog').count(), 0, 'nor before they come');
  come();
  await widget.getByRole('button', { name: 'Ansehen, was Experten sehen' }).waitFor();
  assert.equal(await button.getAttribute('aria-expanded'), 'true', 'the second press did not close it');
  assert.equal(asked, before + 1, 'two presses ask once');
});

scene('a forecast that knows the half alone, and one that moves while nothing is heard', async ({ house, browser, later }) => {
  const site = await ownSite({ house, browser, later }, { title: 'The remote is slow' });
  const page = await (await browser.window({ size: phone })).newPage();
  const widget = page.locator('knowhow-widget');
  let minutes = 4;
  const answered = async (route, change) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: change(await response.json()) });
  };
  await page.clock.install();
  await page.route('**/programs/*/forecast', (route) => answered(route, (wait) => ({ ...wait, median_s: 240, p90_s: null })));
  await page.route(/\/questions\/[0-9a-f-]{36}$/, (route) =>
    answered(route, (q) => ({ ...q, state: 'offered', forecast: { median_at: new Date(Date.now() + minutes * 60_000).toISOString(), p90_at: null, sample: 30 } })),
  );
  await page.goto(site.url);
  await widget.getByRole('button', { name: 'Ask for help' }).click();
  await widget.getByText('Half of all questions are answered within 4 minutes.').waitFor();
  await widget.getByRole('button', { name: 'See what experts will see' }).click();
  await widget.getByRole('button', { name: 'Send', exact: true }).click();
  const status = widget.getByRole('status').first();
  await status.filter({ hasText: 'Likely an answer in 4 minutes.' }).waitFor();
  assert.doesNotMatch(await status.innerText(), /9 of 10|Invalid/);
  minutes = 30;
  await page.clock.runFor(61_000);
  await status.filter({ hasText: /Likely an answer in (29|30) minutes\./ }).waitFor();
  await page.unrouteAll({ behavior: 'ignoreErrors' }); // it goes on asking
});

scene('the brand’s own team, please; and withdrawing', async ({ house, browser, later }) => {
  const site = await ownSite({ house, browser, later });
  const page = await (await browser.window({ size: phone })).newPage();
  const widget = page.locator('knowhow-widget');
  const ask = async (title) => {
    await widget.getByLabel('Your question, in one line').fill(title);
    await widget.getByRole('button', { name: 'See what experts will see' }).click();
    await widget.getByRole('button', { name: 'Send', exact: true }).click();
    await widget.getByRole('log').waitFor();
  };
  await page.goto(site.url);
  await widget.getByRole('button', { name: 'Ask for help' }).click();
  await ask('How do I talk to your people?');
  await widget.getByRole('button', { name: 'The brand’s own team, please' }).click();
  await widget.getByRole('button', { name: 'Sure? Press again' }).click();
  await widget.getByRole('status').filter({ hasText: 'With the brand’s own team' }).waitFor();
  assert.deepEqual(await violations(page, 'knowhow-widget'), [], 'escalated');

  // an agent answers for the brand
  const agent = await (await browser.person(house, 'hanne', { size: phone })).newPage();
  await agent.goto(`${house.url}/console`);
  await agent.getByRole('link', { name: /How do I talk to your people/ }).first().click();
  await agent.getByLabel('Answer for the brand').fill('You just did. How can we help?');
  await agent.getByRole('button', { name: 'Answer', exact: true }).click();
  await widget.getByText('You just did.').waitFor();

  await widget.getByRole('button', { name: 'Back to your questions' }).click();
  await ask('Something I do not need to know');
  await widget.getByRole('button', { name: 'Withdraw' }).click();
  await widget.getByRole('button', { name: 'Sure? Press again' }).click();
  await widget.getByRole('status').filter({ hasText: 'Taken back' }).waitFor();
  assert.deepEqual(await violations(page, 'knowhow-widget'), [], 'withdrawn');
});
