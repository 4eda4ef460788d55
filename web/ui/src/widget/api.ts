// The customer's side of the API: who they are is a token this browser keeps
// for the program; it opens one customer's questions at one brand and no more.
import type { Config } from './config';
import { Store } from './store';

export interface Picture {
  id: string;
  type: string;
  width: number;
  height: number;
}
export interface Message {
  position: number;
  author: 'customer' | 'expert' | 'brand';
  text: string;
  at: string;
  pictures?: Picture[];
}
export type State = 'asked' | 'offered' | 'assigned' | 'answered' | 'resolved' | 'escalated' | 'withdrawn';
export interface Forecast {
  median_at: string | null;
  p90_at: string | null;
}
export interface Question {
  id: string;
  state: State;
  title: string;
  context: string;
  messages: Message[];
  forecast?: Forecast | null;
  read?: { customer: number; expert: number };
  end_reason: string;
}
export interface Summary {
  id: string;
  title: string;
  state: State;
  messages: number;
  asked_at: string;
}
export interface Program {
  name: string;
  brand_name: string;
  state: 'live' | 'paused';
  branding?: { accent?: string; greeting?: Record<string, string> };
}
export interface Hidden {
  start: number;
  end: number;
  kind: string;
  placeholder: string;
}
export interface Preview {
  text: string;
  spans: Hidden[];
}

// How far the service's clock is ahead: days, in the demo, whose answers say so.
let ahead = 0;

/** The present moment as the service has it. */
export const now = () => Date.now() + ahead;

/** Refusal is what the API answered instead; status 0: it could not be reached. */
export interface Refusal extends Error {
  status: number;
  code: string;
}

const refusal = (status: number, code: string, detail?: string): Refusal => Object.assign(Error(detail), { status, code });

interface Session {
  token: string;
  until: number;
}

// Of the words receipt.consent: new ones want a new version.
const consentVersion = '2026-11';

export class Api {
  readonly #config: Config;
  readonly #store: Store;
  #session?: Promise<Session>;

  constructor(config: Config, store: Store) {
    this.#config = config;
    this.#store = store;
  }

  /** known: this browser has been here before. */
  get known(): boolean {
    return Boolean(this.#store.get('device') || this.#config.identity);
  }

  program = () => this.#send<Program>('GET', `programs/${this.#config.program}/public`, undefined, false);
  wait = () =>
    this.#send<{ median_s: number | null; p90_s: number | null }>('GET', `programs/${this.#config.program}/forecast`, undefined, false);
  questions = async () => (await this.#send<{ data: Summary[] }>('GET', 'questions?limit=20')).data;
  question = (id: string) => this.#send<Question>('GET', `questions/${id}`);
  preview = (text: string) => this.#send<Preview>('POST', 'previews', { text });
  ask = (body: object, key: string) => this.#send<Question>('POST', 'questions', { program: this.#config.program, ...body }, true, key);
  act = (id: string, verb: string, body?: object, key?: string) => this.#send<void>('POST', `questions/${id}/${verb}`, body, true, key);
  rate = (id: string, body: object) => this.#send<void>('PUT', `questions/${id}/feedback`, body);
  asksNPS = (id: string) => this.#send<{ ask: boolean }>('GET', `questions/${id}/nps`);
  giveNPS = (id: string, score: number | null) => this.#send<void>('PUT', `questions/${id}/nps`, { score });
  read = (id: string, position: number) => this.#send<void>('PUT', `questions/${id}/read`, { position });
  link = () => this.#send<{ url: string; expires_at: string }>('POST', 'me/resume_links');
  upload = (picture: Blob) => this.#send<Picture>('POST', 'pictures', picture);
  share = (id: string) => this.#send<{ url: string }>('POST', `questions/${id}/receipt/share`, { consent: true, version: consentVersion });

  async picture(id: string): Promise<Blob> {
    return (await this.#raw('GET', `pictures/${id}`, undefined, true)).blob();
  }

  /** token gives the access token, coming in first where need be. */
  async token(): Promise<string> {
    let s = await (this.#session ??= this.#begin());
    if (s.until - Date.now() < 30_000) s = await (this.#session = this.#begin());
    return s.token;
  }

  async #begin(): Promise<Session> {
    const device = this.#store.get('device');
    const { program, identity, locale } = this.#config;
    try {
      return await this.#come(identity ? { program, identity_token: identity } : device ? { device_token: device } : { program, locale });
    } catch (err) {
      this.#session = undefined;
      if (!device || identity || !['device_unknown', 'not_found'].includes((err as Refusal).code)) throw err;
      this.#store.clear(); // who this browser was is no more: begin as somebody new
      return this.#come({ program, locale });
    }
  }

  async #come(body: object): Promise<Session> {
    const came = await this.#send<{ access_token: string; expires_at: string; device_token?: string }>(
      'POST',
      'customer_sessions',
      body,
      false,
    );
    if (came.device_token) this.#store.set('device', came.device_token);
    return { token: came.access_token, until: Date.parse(came.expires_at) };
  }

  async #send<A>(method: string, path: string, body?: unknown, signed = true, key?: string): Promise<A> {
    const answer = await this.#raw(method, path, body, signed, key);
    return answer.status === 204 ? (undefined as A) : answer.json();
  }

  async #raw(method: string, path: string, body: unknown, signed: boolean, key?: string): Promise<Response> {
    const headers: Record<string, string> = {};
    if (signed) headers.Authorization = `Bearer ${await this.token()}`;
    if (key) headers['Idempotency-Key'] = key;
    const blob = body instanceof Blob; // which says its type itself
    if (body && !blob) headers['Content-Type'] = 'application/json';
    const answer = await fetch(this.url(path), {
      method,
      headers,
      credentials: 'omit',
      body: blob ? body : JSON.stringify(body),
    }).catch(() => {
      throw refusal(0, 'offline');
    });
    const at = Date.parse(answer.headers.get('Knowhow-Now') ?? '');
    if (at) ahead = at - Date.now();
    if (answer.ok) return answer;
    if (answer.status === 401 && signed) this.#session = undefined;
    const problem = await answer.json().catch(() => ({}));
    throw refusal(answer.status, problem.code, problem.detail ?? problem.title);
  }

  url(path: string): URL {
    return new URL(`api/v1/${path}`, this.#config.base);
  }
}
