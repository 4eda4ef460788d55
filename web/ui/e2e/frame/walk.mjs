// What walks through several people's screens have in common: the looks they are
// taken in, and what is looked for on the way.
import { join } from 'node:path';
import { as, until } from './api.mjs';
import { violations } from './axe.mjs';
import { desk, phone, settled } from './browser.mjs';

export const looks = [
  { size: phone, scheme: 'light', lang: 'en' },
  { size: desk, scheme: 'dark', lang: 'en' },
  { size: phone, scheme: 'dark', lang: 'ar' },
];

export const nameOf = (look) => `${look.size.width} px, ${look.scheme}, ${look.lang}`;

/** Collects what axe finds, and what is wider than the window, to be told all at once; KNOWHOW_PHOTOS names where to keep pictures of it. */
export function inspector(look) {
  const wrong = [];
  const photos = process.env.KNOWHOW_PHOTOS;
  return {
    wrong,
    clean: async (page, state) => {
      if (photos) await page.screenshot({ path: join(photos, `${state.replace(/\W+/g, '-')}-${look.lang}-${look.scheme}-${look.size.width}.png`), fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      wrong.push(...(await violations(page)).map((text) => `${state}: ${text}`), ...(wide > 0 ? [`${state}: ${wide} px too wide`] : []));
    },
  };
}

/** A page of somebody's own window, at a path. */
export async function at(browser, house, who, look, path) {
  const page = await (await browser.person(house, who, look)).newPage();
  await page.goto(house.url + path);
  await settled(page);
  return page;
}

/** The experts at work in the demo's program, by their addresses, with their enrolments; not those against whom something was decided. */
export async function working(house) {
  const rows = (await as(house, 'marit').get(`/programs/${house.program}/enrolments?state=active&limit=100`)).data;
  const list = house.people.flatMap((person) => {
    const enrolment = person.role === 'expert' && rows.find(({ handle }) => handle === person.handle);
    return enrolment ? [{ ...person, enrolment: enrolment.id }] : [];
  });
  const judged = await Promise.all(list.map(async ({ email }) => (await as(house, email).get('/me/measures')).data.length > 0));
  return list.filter((_, i) => !judged[i]);
}

/** Lets days pass in the demo. */
export async function pass(house, days) {
  const dario = as(house, 'dario');
  const before = (await dario.get('/demo')).stage.days?.to;
  await dario.post('/demo/advance', { days });
  await until(
    async () => {
      const { stage } = await dario.get('/demo');
      if (stage.days?.failed) throw new Error(stage.days.failed);
      return stage.days?.done && stage.days.to !== before;
    },
    `${days} days`,
    180_000,
  );
}
