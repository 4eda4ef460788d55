// Files that lie about what they are are refused, and what is kept of a picture
// is what is seen of it.
import assert from 'node:assert/strict';
import { customer, offered, until } from './frame/api.mjs';
import { desk, phone } from './frame/browser.mjs';
import { changes, striped } from './frame/picture.mjs';
import { scene } from './frame/scene.mjs';
import { ownSite } from './frame/shop.mjs';

const html = Buffer.from('<!doctype html><script>window.__ran=1</script>');
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="window.__ran=1"/>');
const lies = {
  'a page called image/png': ['image/png', html],
  'a drawing called image/jpeg': ['image/jpeg', svg],
  'a drawing, as what it is': ['image/svg+xml', svg],
  'a page, as what it is': ['text/html', html],
  'a PNG’s first bytes and then a page': ['image/png', Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), html])],
  'a program called image/webp': ['image/webp', Buffer.concat([Buffer.from('RIFF\x00\x00\x00\x00WEBPVP8 ', 'latin1'), Buffer.from('MZ\x90\x00')])],
  'a GIF called image/png': ['image/png', Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;', 'latin1')],
  'nothing': ['image/png', Buffer.alloc(0)],
};

/** A JPEG, as a browser makes it, in which a place was noted. */
async function photograph(page) {
  const plain = await striped(page);
  const note = Buffer.from('Exif\0\0II*\0\x08\0\0\0 GPS 52.5200N 13.4050E of Dana Whitlow', 'latin1');
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, note.length + 2]), note]);
  return Buffer.concat([plain.subarray(0, 2), segment, plain.subarray(2)]);
}

/** Waits until a page keeps pictures of so many drafts, each at an address of the widget's own. */
async function kept(page, many) {
  const counts = () =>
    page.evaluate(async () => {
      const all = [];
      for (const name of await caches.keys()) all.push(...(await (await caches.open(name)).keys()));
      return Promise.all(all.map(async ({ url }) => new URL(url).pathname.startsWith('/.knowhow/') && (await (await caches.match(url))?.formData())?.getAll('').length));
    });
  await until(async () => {
    const full = await counts();
    return full.length === many && full.every(Boolean);
  }, `keeping of ${many} drafts with pictures`);
}

scene('uploads that lie are refused', async ({ house, browser, later }) => {
  browser.expect(/\b422\b.*\/pictures$/);
  const asker = await customer(house);
  const send = (type, body) => fetch(`${house.url}/api/v1/pictures`, { method: 'POST', body, headers: { 'Content-Type': type, Authorization: `Bearer ${asker.session.access_token ?? asker.session.token}` } });
  for (const [what, [type, body]] of Object.entries(lies)) {
    const answer = await send(type, body);
    assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status}`);
  }

  const site = await ownSite({ house, browser, later });
  const page = await (await browser.window({ size: phone })).newPage();
  await page.goto(site.url);
  const widget = page.locator('knowhow-widget');
  const picture = await photograph(page);
  await widget.getByRole('button', { name: 'Ask for help' }).click();
  await widget.getByLabel('Your question, in one line').fill('What is this red thing');
  const field = widget.locator('input[type=file]');
  await field.setInputFiles({ name: 'holiday.png', mimeType: 'image/png', buffer: html });
  await widget.getByText('holiday.png is not a picture that can be sent.').waitFor();
  await field.setInputFiles({ name: 'red.jpg', mimeType: 'image/jpeg', buffer: picture });

  // what nobody has said they are done with is gone with the page
  await widget.locator('.editor canvas').waitFor();
  await page.reload();
  await widget.getByRole('button', { name: 'Ask for help' }).click();
  await widget.getByLabel('Your question, in one line').waitFor();
  await kept(page, 0);
  assert.equal(await widget.locator('.thumb').count(), 0, 'it was not looked at yet');
  await field.setInputFiles({ name: 'red.jpg', mimeType: 'image/jpeg', buffer: picture });

  // its left half is blurred with a pointer, a corner on the right by keys
  const canvas = widget.locator('.editor canvas');
  const { x, y, width, height } = await canvas.boundingBox();
  await page.mouse.move(x + 1, y + 1);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + height - 1, { steps: 4 });
  await page.mouse.up();
  await canvas.focus();
  for (let i = 0; i < 22; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await widget.getByRole('button', { name: 'Use picture' }).click();
  const thumb = widget.getByRole('button', { name: 'Picture 1: blur parts of it' });
  const blurred = async (canvas) => {
    const [left, corner, rest] = await Promise.all([
      changes(canvas, { from: 0.05, to: 0.45, at: 0.5 }),
      changes(canvas, { from: 0.65, to: 0.8, at: 0.12 }),
      changes(canvas, { from: 0.6, to: 1, at: 0.9 }),
    ]);
    assert.ok(left < 4 && corner < 3, `blurred: ${left} and ${corner} changes`);
    assert.ok(rest > 8, `as it was: ${rest} changes`);
  };
  await blurred(thumb.locator('canvas'));

  // it waits with the draft, also where the page is opened anew
  await kept(page, 1);
  assert.equal(await page.evaluate(async () => caches.match('/draft')), undefined, 'no page of the site is answered with it');
  await page.reload();
  await widget.getByRole('button', { name: 'Ask for help' }).click();
  await thumb.waitFor();
  await blurred(thumb.locator('canvas'));
  await widget.getByRole('button', { name: 'See what experts will see' }).click();
  await widget.getByRole('button', { name: 'Send', exact: true }).click();
  const sent = widget.getByRole('log').getByRole('img');
  await sent.waitFor();
  await kept(page, 0);

  // whatever an API client sends, what is kept has no place in it
  const answer = await send('image/jpeg', picture);
  assert.equal(answer.status, 201, await answer.clone().text());
  const { id } = await answer.json();
  const back = await fetch(`${house.url}/api/v1/pictures/${id}`, { headers: { Authorization: `Bearer ${asker.session.access_token ?? asker.session.token}` } });
  const bytes = Buffer.from(await back.arrayBuffer()).toString('latin1');
  assert.equal(back.headers.get('X-Content-Type-Options'), 'nosniff');
  assert.match(back.headers.get('Content-Type'), /^image\/(png|jpeg|webp)$/);
  assert.doesNotMatch(bytes, /GPS|Whitlow/);

  // a picture needs no words
  const composer = widget.locator('.composer');
  await composer.locator('input[type=file]').setInputFiles({ name: 'red.jpg', mimeType: 'image/jpeg', buffer: picture });
  await widget.getByRole('button', { name: 'Use picture' }).click();
  await kept(page, 1);
  await page.reload();
  await widget.getByRole('button', { name: /^Ask for help/ }).click();
  await thumb.waitFor();
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  await widget.getByRole('log').getByRole('img').nth(1).waitFor();

  await kept(page, 0);

  // and an expert sees it, and is told of lies too
  const { expert, offer } = await offered(house, 'this red thing');
  const turn = await expert.post(`/offers/${offer.id}/accept`, {});
  const app = await (await browser.person(house, expert.email, { size: desk })).newPage();
  await app.goto(`${house.url}/work/turns/${turn.id}`);
  await app.getByRole('log').getByRole('img').first().waitFor();
  await app.locator('input[type=file]').setInputFiles({ name: 'holiday.png', mimeType: 'image/png', buffer: html });
  await app.getByRole('alert').or(app.getByText(/holiday\.png|picture/i)).first().waitFor();
  assert.equal(await app.locator('form').getByRole('img').count(), 0, 'nothing is attached');

  // one that is attached waits with the draft, and goes with it
  const attached = app.locator('form').getByRole('button', { name: 'Open the picture' });
  await app.locator('input[type=file]').setInputFiles({ name: 'red.jpg', mimeType: 'image/jpeg', buffer: picture });
  await attached.waitFor();
  await app.getByLabel('Your answer').fill('It is a kettle.');
  await app.waitForTimeout(600); // a draft is written once its writer rests
  await app.reload();
  await attached.waitFor();
  await app.getByRole('button', { name: 'Send' }).click();
  await widget.getByText('It is a kettle.').waitFor();
  await widget.getByRole('log').getByRole('img').nth(2).waitFor();
  await app.reload();
  await app.getByLabel('Message').waitFor();
  assert.equal(await attached.count(), 0, 'what was sent waits no more');
});

scene('what one customer left in a browser is not shown to the next', async ({ house, browser, later }) => {
  const token = (sub) => ['{}', JSON.stringify({ sub, iat: Date.now() }), ''].map((part) => Buffer.from(part).toString('base64url')).join('.');
  const dana = 'dana >> ÿ?';
  const said = {}; // of the page's tag
  const site = await ownSite({ house, browser, later }, said);
  browser.expect(/\b401\b.*\/customer_sessions$/); // the brand has no such key
  const page = await (await browser.window({ size: phone })).newPage();
  const widget = page.locator('knowhow-widget');
  const come = async (who) => {
    if (who) said.identity = token(who);
    else delete said.identity;
    await page.goto(site.url);
    await widget.getByRole('button', { name: 'Ask for help' }).click();
    await widget.getByLabel('Your question, in one line').waitFor();
  };
  const title = widget.getByLabel('Your question, in one line');
  await come(dana);
  await title.fill('The bill of Dana');
  await widget.locator('input[type=file]').setInputFiles({ name: 'red.jpg', mimeType: 'image/jpeg', buffer: await striped(page) });
  await widget.getByRole('button', { name: 'Use picture' }).click();
  await kept(page, 1);
  for (const who of ['omar', undefined]) {
    await come(who);
    await page.waitForTimeout(500); // a picture would be there by now
    assert.equal(await title.inputValue(), '', `${who ?? 'nobody'} has no such words`);
    assert.equal(await widget.locator('.thumb').count(), 0, 'nor pictures');
  }
  await come(dana); // with a newer token
  assert.equal(await title.inputValue(), 'The bill of Dana');
});
