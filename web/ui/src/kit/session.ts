import type { components } from './schema';
import { errorOf, OfflineError, SignedOutError } from './errors';

type SignedIn = components['schemas']['SignedIn'];

/** What the session needs of the browser; tests have their own. */
export type World = {
  fetch: (path: string, init: RequestInit) => Promise<Response>;
  now: () => number;
  /** Runs work while nobody else with the same origin does. */
  alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** Tells the other tabs, and hears them. */
  channel: { postMessage: (message: Told) => void; onmessage: ((event: { data: Told }) => void) | null };
  /** Called once nobody is signed in any more. */
  left: () => void;
  /** Called when another person signed in, in another tab. */
  changed: () => void;
};

type Told = { kind: 'in'; grant: SignedIn } | { kind: 'out' };

/** unreachable: who is signed in cannot be told, for there is no network. */
export type SessionState = 'starting' | 'in' | 'out' | 'unreachable';

const margin = 60_000; // refreshed this long before the token ends

/**
 * Session has the access token, in memory only. The session's own token is in
 * a cookie that no script can read. All tabs share one: a refresh is made by
 * one of them at a time, and the others take its result.
 */
export class Session {
  #world: World;
  #grant: SignedIn | null = null;
  #state: SessionState = 'starting';
  #pending: Promise<string> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<() => void>();

  constructor(world: World) {
    this.#world = world;
    world.channel.onmessage = ({ data }) => {
      if (data.kind === 'out') this.#leave();
      else this.#take(data.grant);
    };
  }

  get state() {
    return this.#state;
  }

  get person() {
    return this.#grant?.person ?? '';
  }

  /** A second factor is asked of this person before anything else. */
  get limited() {
    return this.#grant?.limited ?? false;
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** A token that is good for a while yet. */
  async token(): Promise<string> {
    if (this.#grant && this.#left(this.#grant) > 5_000) return this.#grant.access_token;
    return this.refresh();
  }

  /** The next token, whatever the present one is; spent is the one that was refused. */
  refresh(spent?: string): Promise<string> {
    if (this.#state === 'out') return Promise.reject(new SignedOutError());
    const old = spent ?? this.#grant?.access_token;
    this.#pending ??= this.#world
      .alone(() => this.#refreshAlone(old))
      .finally(() => {
        this.#pending = null;
      });
    return this.#pending;
  }

  async signOut() {
    const response = await this.#world.fetch('/api/v1/sign_out', { method: 'POST' }).catch((e: unknown) => {
      throw new OfflineError(e);
    });
    if (!response.ok && response.status !== 401) throw await errorOf(response); // the session goes on
    this.#world.channel.postMessage({ kind: 'out' });
    this.#leave();
  }

  async #refreshAlone(spent?: string): Promise<string> {
    // While this tab waited its turn, another may have told of a new token.
    if (this.#grant && this.#grant.access_token !== spent && this.#left(this.#grant) > margin) return this.#grant.access_token;
    let response: Response;
    try {
      response = await this.#world.fetch('/api/v1/sign_in/refresh', { method: 'POST' });
    } catch (e) {
      if (!this.#grant) this.#set('unreachable');
      this.#again();
      throw new OfflineError(e);
    }
    if (response.status === 401 || response.status === 403) {
      this.#world.channel.postMessage({ kind: 'out' });
      this.#leave();
      throw new SignedOutError();
    }
    if (!response.ok) {
      if (!this.#grant) this.#set('unreachable');
      this.#again();
      throw await errorOf(response);
    }
    const grant = (await response.json()) as SignedIn;
    this.#take(grant);
    this.#world.channel.postMessage({ kind: 'in', grant });
    return grant.access_token;
  }

  #take(grant: SignedIn) {
    const other = this.#grant && this.#grant.person !== grant.person;
    this.#grant = grant;
    this.#set('in');
    this.#plan(Math.max(this.#left(grant) - margin, 5_000));
    if (other) this.#world.changed();
  }

  #leave() {
    if (this.#state === 'out') return;
    this.#grant = null;
    clearTimeout(this.#timer);
    this.#set('out');
    this.#world.left();
  }

  #again() {
    this.#plan(5_000);
  }

  #plan(wait: number) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh().catch(() => undefined), wait);
  }

  #left(grant: SignedIn) {
    return Date.parse(grant.expires_at) - this.#world.now();
  }

  #set(state: SessionState) {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** The session of this page. */
export function browserSession(): Session {
  const silent = { postMessage: () => undefined, onmessage: null };
  return new Session({
    fetch: (path, init) => fetch(path, { ...init, headers: { 'Content-Type': 'application/json' }, cache: 'no-store' }),
    now: () => Date.now(),
    alone: (work) => ('locks' in navigator ? (navigator.locks.request('knowhow.refresh', work) as ReturnType<typeof work>) : work()),
    channel: 'BroadcastChannel' in window ? (new BroadcastChannel('knowhow.session') as unknown as World['channel']) : silent,
    left: () => location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`),
    changed: () => location.reload(),
  });
}
