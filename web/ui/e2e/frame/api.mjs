// The API as a test uses it, to set a scene or to look at what came of it.
import { password } from './house.mjs';

const tokens = new Map(); // by address and e-mail

/** What one of the demo's people may ask of the API: `await as(house, 'marit').get('/me')`. */
export function as(house, who) {
  const email = who.includes('@') ? who : `${who}@brindlewave.example`;
  const token = async () => {
    const key = `${house.url} ${email}`;
    const known = tokens.get(key);
    if (known && known.until > Date.now()) return known.token;
    const { access_token } = await call(house, 'POST', '/sign_in', { email, password });
    tokens.set(key, { token: access_token, until: Date.now() + 5 * 60_000 });
    return access_token;
  };
  return {
    email,
    get: async (path) => call(house, 'GET', path, undefined, await token()),
    post: async (path, body) => call(house, 'POST', path, body, await token()),
    put: async (path, body) => call(house, 'PUT', path, body, await token()),
    delete: async (path) => call(house, 'DELETE', path, undefined, await token()),
  };
}

/** A customer's browser, by a token of its own. */
export async function customer(house, body = {}) {
  const session = await call(house, 'POST', '/customer_sessions', { program: house.program, ...body });
  const token = session.access_token ?? session.token;
  return {
    session,
    get: (path) => call(house, 'GET', path, undefined, token),
    post: (path, content) => call(house, 'POST', path, content, token),
    put: (path, content) => call(house, 'PUT', path, content, token),
    delete: (path) => call(house, 'DELETE', path, undefined, token),
  };
}

export async function call(house, method, path, body, token) {
  const answer = await fetch(`${house.url}/api/v1${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${text}`), { status: answer.status });
  return text ? JSON.parse(text) : undefined;
}

const good = { correct: 5, complete: 5, kind: 5, safe: 5, honest: 5 };

/** Has a reviewer decide what they are given, which is drawn by lot, until they have the review of a title in hand, and returns it. */
export async function givenReview(house, who, title) {
  const reviewer = as(house, who);
  const path = `/brands/${await brandOf(house)}/reviews`;
  for (;;) {
    const { review } = await reviewer.post(`${path}/next`, {});
    if (!review) throw new Error(`${who} is given no review of ${title}`);
    if (review.work.title.includes(title)) return review;
    await reviewer.post(`${path}/${review.id}/verdict`, { pass: true, scores: Object.fromEntries(review.work.rubric.map(({ line }) => [line, good[line] ?? 5])) });
  }
}

/** Waits until look finds something, and returns it. */
export async function until(look, what, ms = 30_000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`in ${ms / 1000} s there was no ${what}`);
    await new Promise((rest) => setTimeout(rest, 150));
  }
}

/** Whoever was offered the question, with the offer. */
export async function offered(house, title) {
  const experts = house.people.filter((p) => p.role === 'expert').map((p) => as(house, p.email));
  const look = async () => {
    for (const expert of experts) {
      const offer = (await expert.get('/offers')).data.find((o) => o.title.includes(title));
      if (offer) return { expert, offer };
    }
  };
  return until(look, `offer of ${title}`).catch(async (err) => {
    const [manager, brand] = [as(house, 'marit'), await brandOf(house)];
    const newest = (await manager.get(`/brands/${brand}/questions?limit=1&sort=newest`)).data[0];
    const offers = (await manager.get(`/brands/${brand}/questions/${newest.id}/offers`)).data;
    throw new Error(`${err.message}; the newest question: ${JSON.stringify({ newest, offers })}`);
  });
}

/** The demo's brand. */
export async function brandOf(house) {
  return (await as(house, 'marit').get('/me')).memberships[0].brand;
}
