import createClient from 'openapi-fetch';
import createQueryClient from 'openapi-react-query';
import type { components, paths } from './schema';
import { heard } from './clock';
import { ApiError, errorOf, OfflineError } from './errors';
import { browserSession, type Session } from './session';

export type Schemas = components['schemas'];
export { ApiError, OfflineError } from './errors';

/** What sending needs; tests have their own. */
export type Wire = {
  fetch: (request: Request) => Promise<Response>;
  session: Pick<Session, 'token' | 'refresh'>;
  wait: (ms: number) => Promise<void>;
  key: () => string;
};

const tries = 3;

/**
 * sender sends requests as whoever is signed in. Every write has an
 * Idempotency-Key, the same for each try of the same write: those made here,
 * when the network fails, and the one a person makes by pressing again. The
 * key is forgotten once the service has answered.
 */
export function sender(wire: Wire) {
  const keys = new Map<string, string>();

  async function once(request: Request): Promise<Response> {
    const token = await wire.session.token();
    const response = await attempt(request, token);
    if (response.status !== 401) return response;
    const { code } = await errorOf(response.clone());
    if (code !== 'token_expired' && code !== 'token_invalid' && code !== 'unauthenticated') return response;
    return attempt(request, await wire.session.refresh(token));
  }

  async function attempt(request: Request, token: string): Promise<Response> {
    const sent = request.clone();
    sent.headers.set('Authorization', `Bearer ${token}`);
    try {
      return await wire.fetch(sent);
    } catch (e) {
      if (request.signal.aborted) throw e;
      throw new OfflineError(e);
    }
  }

  return async function send(request: Request): Promise<Response> {
    const write = request.method !== 'GET' && request.method !== 'HEAD';
    const sign = write ? await signature(request) : '';
    if (write) {
      const key = keys.get(sign) ?? wire.key();
      keys.set(sign, key);
      request.headers.set('Idempotency-Key', key);
    }
    for (let n = 1; ; n++) {
      let response: Response;
      try {
        response = await once(request);
      } catch (e) {
        if (!(e instanceof OfflineError) || n === tries) throw e;
        await wire.wait(300 * 2 ** n);
        continue;
      }
      if (n < tries && (response.status === 502 || response.status === 503 || (await inFlight(response)))) {
        await wire.wait(1000 * Math.min(Number(response.headers.get('Retry-After')) || n, 5));
        continue;
      }
      keys.delete(sign);
      if (!response.ok) throw await errorOf(response);
      return response;
    }
  };
}

async function inFlight(response: Response) {
  return response.status === 409 && (await errorOf(response.clone())).code === 'in_flight';
}

/** signature tells one write from another. */
async function signature(request: Request): Promise<string> {
  const body = request.headers.get('Content-Type')?.startsWith('image/') ? crypto.randomUUID() : await request.clone().text();
  return `${request.method} ${request.url} ${body}`;
}

export const session: Session = typeof window === 'undefined' ? (undefined as unknown as Session) : browserSession();

/** Told on the window when the service answers again after it did not. */
export const reached = 'knowhow:reached';
let lost = false;

export const send = sender({
  fetch: async (request) => {
    const response = await fetch(request).catch((e: unknown) => {
      lost = true;
      throw e;
    });
    heard(response.headers);
    if (lost) window.dispatchEvent(new Event(reached));
    lost = false;
    return response;
  },
  session,
  wait: (ms) => new Promise((done) => setTimeout(done, ms)),
  key: () => crypto.randomUUID(),
});

/** The typed client: paths, parameters and answers as docs/openapi.json has them. */
export const client = createClient<paths>({ baseUrl: typeof location === 'undefined' ? '' : location.origin, fetch: send });

/** The same as hooks of react-query; errors are ApiError or OfflineError. */
export const $api = createQueryClient(client);

/** A call that the typed client cannot make: bytes, and what docs/openapi.json does not describe. */
export async function raw<T = void>(method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<T> {
  const headers: Record<string, string> = body === undefined || body instanceof Blob ? {} : { 'Content-Type': 'application/json' };
  const content = body === undefined || body instanceof Blob ? body : JSON.stringify(body);
  const response = await send(new Request(new URL(path, location.origin), { method, headers, body: content as BodyInit | undefined, ...init }));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** codeOf is the API's code of an error, offline, or internal. */
export function codeOf(error: unknown): string {
  if (error instanceof ApiError) return error.code;
  return error instanceof OfflineError ? 'offline' : 'internal';
}
