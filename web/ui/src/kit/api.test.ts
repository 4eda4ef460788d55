import { describe, expect, it, vi } from 'vitest';
import { sender } from './api';
import { ApiError, OfflineError } from './errors';

const problem = (status: number, code: string) => Response.json({ status, code, title: code, type: 'about:blank' }, { status, headers: { 'Content-Type': 'application/problem+json' } });

function wired(...answers: (Response | Error)[]) {
  const sent: Request[] = [];
  let made = 0;
  const refresh = vi.fn(async () => 'fresh');
  const send = sender({
    fetch: async (request) => {
      sent.push(request);
      const answer = answers[sent.length - 1] ?? new Response(null, { status: 204 });
      if (answer instanceof Error) throw answer;
      return answer;
    },
    session: { token: async () => 'old', refresh },
    wait: async () => undefined,
    key: () => `key ${++made}`,
  });
  const post = (body = '{"text":"a"}') => send(new Request('http://here/api/v1/x', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } }));
  return { send, post, sent, refresh, keys: () => sent.map((r) => r.headers.get('Idempotency-Key')) };
}

describe('sending', () => {
  it('says who asks, and gives writes a key', async () => {
    const { send, post, sent, keys } = wired();
    await post();
    await send(new Request('http://here/api/v1/x'));
    expect(sent.map((r) => r.headers.get('Authorization'))).toEqual(['Bearer old', 'Bearer old']);
    expect(keys()).toEqual(['key 1', null]);
  });

  it('keeps the key and the body through a lost network', async () => {
    const { post, sent, keys } = wired(new TypeError('network'), new TypeError('network'));
    await post();
    expect(keys()).toEqual(['key 1', 'key 1', 'key 1']);
    expect(await sent[2]!.text()).toBe('{"text":"a"}');
  });

  it('keeps the key for who presses again after it failed, and for nothing else', async () => {
    const lost = new TypeError('network');
    const { post, keys } = wired(lost, lost, lost);
    await expect(post()).rejects.toBeInstanceOf(OfflineError);
    await post('{"text":"b"}');
    await post();
    await post();
    expect(keys()).toEqual(['key 1', 'key 1', 'key 1', 'key 2', 'key 1', 'key 3']);
  });

  it('asks for another token once where the old one is spent', async () => {
    const { post, sent, refresh, keys } = wired(problem(401, 'token_expired'));
    await post();
    expect(refresh).toHaveBeenCalledWith('old');
    expect(sent[1]!.headers.get('Authorization')).toBe('Bearer fresh');
    expect(keys()).toEqual(['key 1', 'key 1']);
  });

  it('waits while the same request is under way', async () => {
    const { post, sent } = wired(problem(409, 'in_flight'));
    expect((await post()).status).toBe(204);
    expect(sent).toHaveLength(2);
  });

  it('makes typed errors of problems, and does not repeat what was refused', async () => {
    const { post, sent } = wired(problem(409, 'offer_gone'));
    const error = await post().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).code).toBe('offer_gone');
    expect(sent).toHaveLength(1);
  });

  it('does not ask for a token where a password was wrong', async () => {
    const { post, refresh } = wired(problem(401, 'credentials'));
    await expect(post()).rejects.toMatchObject({ code: 'credentials' });
    expect(refresh).not.toHaveBeenCalled();
  });
});
