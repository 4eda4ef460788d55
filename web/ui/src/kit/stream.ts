import type { QueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';

/** A thin notice: what happened, to which thing, when. See docs/streams.md. */
export type Notice = {
  type: string;
  object: string;
  id: string;
  brand?: string;
  question?: string;
  assignment?: string;
  at: string;
  [more: string]: unknown;
};

/** live: news come as they happen. waiting: the connection is being made again. */
export type Connection = 'connecting' | 'live' | 'waiting' | 'offline';

export type Frame = { id?: string; event: string; data: string };

/** frames reads server-sent events out of text that comes in pieces. */
export function frames(onFrame: (frame: Frame) => void, onRetry: (ms: number) => void) {
  let rest = '';
  let frame: { id?: string; event: string; data: string[] } = { event: '', data: [] };
  const line = (text: string) => {
    if (text === '') {
      if (frame.data.length || frame.id !== undefined || frame.event) {
        onFrame({ id: frame.id, event: frame.event || (frame.data.length ? 'message' : ''), data: frame.data.join('\n') });
      }
      frame = { event: '', data: [] };
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') frame.id = value;
    else if (field === 'event') frame.event = value;
    else if (field === 'data') frame.data.push(value);
    else if (field === 'retry' && /^\d+$/.test(value)) onRetry(Number(value));
  };
  return (text: string) => {
    rest += text;
    for (let end = rest.search(/\r\n|\n|\r(?!$)/); end >= 0; end = rest.search(/\r\n|\n|\r(?!$)/)) {
      line(rest.slice(0, end));
      rest = rest.slice(end + (rest.startsWith('\r\n', end) ? 2 : 1));
    }
  };
}

/** What a stream needs; tests have their own. */
export type StreamWorld = {
  fetch: (init: { headers: Record<string, string>; signal: AbortSignal }) => Promise<Response>;
  token: () => Promise<string>;
  refused: (token: string) => Promise<unknown>; // a token that was good no more
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
  now: () => number;
  online: () => boolean;
  share?: () => Share | undefined; // with the person's other tabs
};

/** What tabs tell each other of the connection that one of them has. */
export type Told = { kind: 'hello' } | { kind: 'state'; state: Connection } | { kind: 'frame'; frame: Frame };

/** How tabs share one. */
export type Share = {
  channel: { postMessage: (told: Told) => void; onmessage: ((event: { data: Told }) => void) | null };
  /** Runs work once no other tab does; with steal at once. Rejects where signal gave up waiting, and where another tab stole the place. */
  alone: (work: () => Promise<void>, how: { signal: AbortSignal } | { steal: true }) => Promise<void>;
};

const patience = 45_000; // three heartbeats
const silent = 2 * patience; // a tab that told nothing for so long leads no more

/**
 * Stream is the one connection by which an app hears what happens. It resumes
 * where it was, and tells ready whenever it has: what was read before may be
 * old. Of a person's tabs one has the connection and tells the others, since a
 * browser has only so many to one server; where it is closed, or silent for
 * long, another goes on from the same place.
 */
export class Stream {
  #world: StreamWorld;
  #last = '';
  #delay = 2000;
  #state: Connection = 'connecting';
  #stop = new AbortController();
  #running = false;
  #share: Share | undefined;
  #leading: AbortController | null = null;
  #toldAt = 0;
  #listeners = new Set<() => void>();
  #heard: (notice: Notice) => void;
  #ready: () => void;

  constructor(world: StreamWorld, on: { notice: (notice: Notice) => void; ready: () => void }) {
    this.#world = world;
    this.#heard = on.notice;
    this.#ready = on.ready;
  }

  get state() {
    return this.#state;
  }

  get last() {
    return this.#last;
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  close() {
    this.#stop.abort();
    this.#leading?.abort();
  }

  /** Runs until it is closed. */
  async run() {
    if (this.#running) return;
    this.#running = true;
    this.#share = this.#world.share?.();
    if (!this.#share) return this.#lead();
    this.#share.channel.onmessage = ({ data }) => this.#told(data);
    while (this.#share && !this.#stop.signal.aborted) await this.#follow(this.#share);
    await this.#lead();
  }

  /** Hears what the leading tab tells, until it has gone or fallen silent; then leads until another tab does. */
  async #follow({ alone, channel }: Share) {
    const waiting = new AbortController();
    const giveUp = () => waiting.abort();
    this.#stop.signal.addEventListener('abort', giveUp);
    this.#toldAt = this.#world.now() - silent + 10_000; // who leads answers a greeting at once
    channel.postMessage({ kind: 'hello' });
    const watch = setInterval(() => this.#world.now() - this.#toldAt > silent && giveUp(), 5_000);
    const lead = () => {
      clearInterval(watch);
      return this.#lead();
    };
    try {
      await alone(lead, { signal: waiting.signal });
    } catch {
      if (this.#stop.signal.aborted) return;
      if (!this.#leading && !waiting.signal.aborted) this.#share = undefined; // the browser does not let tabs share
      else if (!this.#leading) await alone(lead, { steal: true }).catch(() => undefined);
    } finally {
      clearInterval(watch);
      this.#stop.signal.removeEventListener('abort', giveUp);
    }
    if (this.#stop.signal.aborted || !this.#leading) return;
    this.#leading.abort(); // another tab took the place
    this.#leading = null;
    this.#ready(); // having been silent for long, it shows what may be old
  }

  #told(told: Told) {
    if (told.kind === 'hello') {
      if (this.#leading) this.#tell({ kind: 'state', state: this.#state });
      return;
    }
    if (this.#leading) return;
    const missed = this.#world.now() - this.#toldAt > patience; // it has just come, or has slept
    this.#toldAt = this.#world.now();
    if (told.kind === 'frame') this.#hear(told.frame);
    else this.#set(told.state);
    if (missed) this.#ready();
  }

  #tell(told: Told) {
    this.#share?.channel.postMessage(told);
  }

  /** Has the connection, until it is closed or another tab has it. */
  async #lead() {
    if (this.#stop.signal.aborted) return;
    const { signal: end } = (this.#leading = new AbortController());
    for (let failures = 0; !end.aborted; ) {
      const began = this.#world.now();
      await this.#connect(end).catch(() => false);
      if (end.aborted) return;
      // One that ended at once is a failure too: else it would be made again and again.
      failures = this.#world.now() - began > 5_000 ? 0 : failures + 1;
      this.#set(this.#world.online() ? 'waiting' : 'offline');
      this.#tell({ kind: 'state', state: this.#state });
      // Full jitter: many who lost one server do not come back at once.
      const most = Math.min(this.#delay * 2 ** failures, 30_000);
      await this.#world.wait(failures ? most * this.#world.random() : 250 * this.#world.random(), end);
    }
  }

  /** Reads one connection to its end; false where there was none. */
  async #connect(end: AbortSignal): Promise<boolean> {
    const token = await this.#world.token();
    const abort = new AbortController();
    const stop = () => abort.abort();
    end.addEventListener('abort', stop);
    let quiet = setTimeout(stop, patience);
    try {
      const headers: Record<string, string> = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' };
      if (this.#last) headers['Last-Event-ID'] = this.#last;
      const response = await this.#world.fetch({ headers, signal: abort.signal });
      if (response.status === 401) await this.#world.refused(token);
      if (response.status === 400) this.#last = ''; // of another database: begin anew
      if (!response.ok || !response.body) return false;
      const feed = frames((frame) => this.#pass(frame, end), (ms) => (this.#delay = ms));
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return true;
        clearTimeout(quiet);
        quiet = setTimeout(stop, patience);
        feed(value);
      }
    } finally {
      clearTimeout(quiet);
      end.removeEventListener('abort', stop);
    }
  }

  #pass(frame: Frame, end: AbortSignal) {
    if (end.aborted) return; // another tab passes it on
    this.#tell({ kind: 'frame', frame });
    this.#hear(frame);
  }

  #hear(frame: Frame) {
    if (frame.id) this.#last = frame.id;
    if (frame.event === 'ready') {
      this.#set('live');
      this.#ready();
    } else if (frame.data) {
      this.#heard({ type: frame.event, ...(JSON.parse(frame.data) as object) } as Notice);
    }
  }

  #set(state: Connection) {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** How the tabs in which this person is signed in share a stream; none where the browser cannot. */
export function shareOf(person: string): Share | undefined {
  if (!('locks' in navigator) || !('BroadcastChannel' in window)) return undefined;
  const name = `knowhow.stream.${person}`;
  return {
    channel: new BroadcastChannel(name) as Share['channel'],
    alone: (work, how) => navigator.locks.request(name, how, work),
  };
}

/** Told by a notice which answers of the API are old now: beginnings of query keys. */
export type Stale = (notice: Notice) => readonly (readonly unknown[])[];

/** apply makes the queries of a notice read again. */
export function apply(queries: QueryClient, stale: Stale, notice: Notice) {
  for (const queryKey of stale(notice)) void queries.invalidateQueries({ queryKey });
}

/** What the components hear of the stream. */
export class News {
  #ears = new Set<(notice: Notice) => void>();
  tell = (notice: Notice) => {
    for (const ear of this.#ears) ear(notice);
  };
  hear = (ear: (notice: Notice) => void) => {
    this.#ears.add(ear);
    return () => void this.#ears.delete(ear);
  };
}

export const StreamContext = createContext<{ stream: Stream; news: News } | null>(null);

/** How the app's stream is doing. */
export function useConnection(): Connection {
  const context = useContext(StreamContext);
  return useSyncExternalStore(
    (change) => context?.stream.subscribe(change) ?? (() => undefined),
    () => context?.stream.state ?? 'connecting',
  );
}

/** Calls ear with each notice while the component is there. */
export function useNews(ear: (notice: Notice) => void) {
  const context = useContext(StreamContext);
  useEffect(() => context?.news.hear(ear), [context, ear]);
}
