import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OfflineError, SignedOutError } from './errors';
import { Session, type World } from './session';

type Ear = { onmessage: ((event: { data: never }) => void) | null };

/** Two tabs or more on one origin: they share a lock, a channel and a server. */
function origin(answer: (n: number) => Promise<Response> | Response) {
  const ears: Ear[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let asked = 0;
  const tab = (over: Partial<World> = {}) => {
    const channel = {
      onmessage: null as Ear['onmessage'],
      postMessage: (data: unknown) => ears.forEach((ear) => ear !== channel && ear.onmessage?.({ data: data as never })),
    };
    ears.push(channel);
    const left = vi.fn();
    const changed = vi.fn();
    const session = new Session({
      fetch: async () => answer(++asked),
      now: () => Date.now(),
      alone: <T>(work: () => Promise<T>) => {
        const mine = turn.then(work, work);
        turn = mine.catch(() => undefined);
        return mine;
      },
      channel: channel as unknown as World['channel'],
      left,
      changed,
      ...over,
    });
    return { session, left, changed };
  };
  return { tab, asked: () => asked };
}

const grant = (n: number, person = 'p1', seconds = 600) =>
  Response.json({ access_token: `token ${n}`, expires_at: new Date(Date.now() + seconds * 1000).toISOString(), person, session: 's', limited: false });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a session', () => {
  it('refreshes once for all who ask at the same time', async () => {
    const { tab, asked } = origin((n) => grant(n));
    const { session } = tab();
    expect(await Promise.all([session.token(), session.token(), session.refresh()])).toEqual(['token 1', 'token 1', 'token 1']);
    expect(await session.token()).toBe('token 1');
    expect(asked()).toBe(1);
  });

  it('refreshes once for all tabs', async () => {
    const { tab, asked } = origin((n) => grant(n));
    const [one, two, three] = [tab(), tab(), tab()];
    const tokens = await Promise.all([one.session.token(), two.session.token(), three.session.token()]);
    expect(tokens).toEqual(['token 1', 'token 1', 'token 1']);
    expect(asked()).toBe(1);
  });

  it('gets another token for one that was refused', async () => {
    const { tab, asked } = origin((n) => grant(n));
    const { session } = tab();
    const spent = await session.token();
    expect(await session.refresh(spent)).toBe('token 2');
    expect(asked()).toBe(2);
  });

  it('refreshes before the token ends', async () => {
    const { tab, asked } = origin((n) => grant(n));
    const { session } = tab();
    await session.token();
    await vi.advanceTimersByTimeAsync(539_000);
    expect(asked()).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked()).toBe(2);
    expect(await session.token()).toBe('token 2');
  });

  it('leaves in every tab once nobody is signed in', async () => {
    const { tab } = origin((n) => (n === 1 ? grant(1) : new Response(null, { status: 401 })));
    const [one, two] = [tab(), tab()];
    await one.session.token();
    await expect(one.session.refresh('token 1')).rejects.toBeInstanceOf(SignedOutError);
    expect([one.session.state, two.session.state]).toEqual(['out', 'out']);
    expect(one.left).toHaveBeenCalledOnce();
    expect(two.left).toHaveBeenCalledOnce();
    await expect(two.session.token()).rejects.toBeInstanceOf(SignedOutError);
  });

  it('waits for the network and comes back by itself', async () => {
    const { tab } = origin((n) => (n === 1 ? Promise.reject(new TypeError('network')) : grant(n)));
    const { session, left } = tab();
    await expect(session.token()).rejects.toBeInstanceOf(OfflineError);
    expect(session.state).toBe('unreachable');
    await vi.advanceTimersByTimeAsync(6_000);
    expect(session.state).toBe('in');
    expect(left).not.toHaveBeenCalled();
  });

  it('notices that somebody else signed in', async () => {
    const { tab } = origin((n) => grant(n, n === 1 ? 'p1' : 'p2'));
    const { session, changed } = tab();
    await session.token();
    await session.refresh('token 1');
    expect(changed).toHaveBeenCalledOnce();
  });

  it('signs out, and tells the other tabs', async () => {
    const { tab } = origin((n) => (n === 1 ? grant(1) : new Response(null, { status: 204 })));
    const [one, two] = [tab(), tab()];
    await one.session.token();
    await one.session.signOut();
    expect([one.session.state, two.session.state]).toEqual(['out', 'out']);
  });

  it('stays signed in where the service did not end the session', async () => {
    const { tab } = origin((n) => (n === 1 ? grant(1) : new Response(null, { status: 503 })));
    const [one, two] = [tab(), tab()];
    await one.session.token();
    await expect(one.session.signOut()).rejects.toMatchObject({ status: 503 });
    expect([one.session.state, two.session.state]).toEqual(['in', 'in']);
    expect(one.left).not.toHaveBeenCalled();
  });
});
