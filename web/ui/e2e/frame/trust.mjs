import { as } from './api.mjs';

/** Lets the program's widget be used on these sites, and no others. */
export async function trusted(house, ...sites) {
  await as(house, 'marit').put(`/programs/${house.program}/origins`, { origins: sites.map((site) => site.url) });
}
