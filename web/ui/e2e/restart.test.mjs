// The server goes away and comes back, and nothing that was being written is
// lost; two tabs are one person.
import assert from 'node:assert/strict';
import { customer, offered } from './frame/api.mjs';
import { desk, phone, settled } from './frame/browser.mjs';
import { scene } from './frame/scene.mjs';
import { ownSite } from './frame/shop.mjs';

const gone = [/ERR_CONNECTION_REFUSED/, /ERR_CONNECTION_RESET/, /ERR_EMPTY_RESPONSE/, /ERR_INCOMPLETE_CHUNKED_ENCODING/, /ERR_SOCKET_NOT_CONNECTED/, /ERR_FAILED/];

scene('a power cut loses no draft', async ({ house, browser, later }) => {
  browser.expect(...gone);
  const site = await ownSite({ house, browser, later });

  const page = await (await browser.window({ size: phone })).newPage();
  await page.goto(site.url);
  const widget = page.locator('knowhow-widget');
  await widget.getByRole('button', { name: 'Ask for help' }).click();
  await widget.getByLabel('Your question, in one line').fill('It hums before the storm');
  await widget.getByRole('button', { name: 'See what experts will see' }).click();
  await widget.getByRole('button', { name: 'Send', exact: true }).click();
  await widget.getByRole('log').waitFor();
  await widget.getByLabel('Write a message').fill('One thing more:');

  const { expert, offer } = await offered(house, 'before the storm');
  const turn = await expert.post(`/offers/${offer.id}/accept`, {});
  const app = await (await browser.person(house, expert.email, { size: phone })).newPage();
  await app.goto(`${house.url}/work/turns/${turn.id}`);
  await app.getByLabel('Your answer').fill('Half of what I know');
  // a draft is written once its writer rests
  await app.waitForFunction(() => Object.values(localStorage).some((kept) => kept.includes('Half of what I know')));

  await house.stop('SIGKILL');
  await app.getByRole('button', { name: 'Send' }).click();
  await widget.getByRole('button', { name: 'Send', exact: true }).click();
  await widget.getByText('What you wrote is kept').waitFor();
  assert.equal(await widget.getByLabel('Write a message').inputValue(), 'One thing more:');
  await app.getByRole('alert').first().waitFor();
  assert.equal(await app.getByLabel('Your answer').inputValue(), 'Half of what I know');

  await house.again();
  await app.reload();
  await app.getByLabel('Your answer').waitFor();
  assert.equal(await app.getByLabel('Your answer').inputValue(), 'Half of what I know');
  await app.getByRole('button', { name: 'Send' }).click();
  await widget.getByText('Half of what I know').waitFor({ timeout: 60_000 }); // its stream comes back by itself
  await widget.getByRole('button', { name: 'Send', exact: true }).click();
  await app.getByText('One thing more:').waitFor();
  const { messages } = await expert.get(`/work/questions/${turn.question}`);
  assert.deepEqual(messages.map((m) => m.text).slice(1), ['Half of what I know', 'One thing more:'], 'each message once');
});

scene('two tabs are one person', async ({ house, browser }) => {
  const asker = await customer(house);
  const { id } = await asker.post('/questions', { program: house.program, title: 'Which of two remotes', body: 'I have both.', language: 'en' });
  const { expert } = await offered(house, 'two remotes');
  const both = await browser.person(house, expert.email, { size: desk });
  let left = await both.newPage();
  const right = await both.newPage();
  const streams = [];
  for (const tab of [left, right]) {
    tab.on('request', (request) => request.url().endsWith('/api/v1/stream') && streams.push(tab));
    await tab.goto(`${house.url}/work`);
    await settled(tab);
  }
  const card = (tab) => tab.getByRole('article', { name: 'Which of two remotes' });
  await card(right).getByRole('button', { name: 'Accept' }).focus();
  await card(left).getByRole('button', { name: 'Accept' }).click();
  await left.getByLabel('Your answer').waitFor();
  await card(right).waitFor({ state: 'detached' });
  assert.notEqual(await right.evaluate(() => document.activeElement?.tagName), 'BODY', 'whose card went away keeps a place to go on from');

  await right.goto(left.url());
  await right.getByLabel('Your answer').waitFor();
  await left.getByLabel('Your answer').fill('The silver one.');
  await left.getByRole('button', { name: 'Send' }).click();
  await right.getByRole('log').getByText('The silver one.').waitFor();
  assert.deepEqual(streams.map((tab) => tab === left), [true], 'the news come to one tab, which tells the other');

  // where that one is closed, the other has the news itself
  await left.close();
  await asker.post(`/questions/${id}/messages`, { text: 'And the black one?' });
  await right.getByRole('log').getByText('And the black one?').waitFor();
  assert.deepEqual(streams.map((tab) => tab === right), [false, true]);
  left = await both.newPage();
  await left.goto(right.url());
  await left.getByRole('log').getByText('And the black one?').waitFor();

  // one token lasts for both, and signing out is for both
  await Promise.all([left.reload(), right.reload()]);
  await Promise.all([settled(left), settled(right)]);
  await left.getByRole('button', { name: 'Sign out' }).click();
  await right.waitForURL(/sign-in|\/$/);
});
