import { describe, expect, it } from 'vitest';
import { type Frame, frames, type Notice, Stream, type StreamWorld } from './stream';

const read = (...pieces: string[]) => {
  const all: Frame[] = [];
  let retry = 0;
  const feed = frames((frame) => all.push(frame), (ms) => (retry = ms));
  for (const piece of pieces) feed(piece);
  return { all, retry };
};

describe('server-sent events', () => {
  it('are read however the text is cut', () => {
    const text = 'retry: 2000\n\nid: 1-a\nevent: ready\ndata: {}\n\nid: 2-b\nevent: offer.created\ndata: {"id":"x"}\n\n:\nid: 3-c\n\n';
    const whole = read(text);
    expect(whole.retry).toBe(2000);
    expect(whole.all).toEqual([
      { id: '1-a', event: 'ready', data: '{}' },
      { id: '2-b', event: 'offer.created', data: '{"id":"x"}' },
      { id: '3-c', event: '', data: '' },
    ]);
    for (let cut = 1; cut < text.length; cut++) expect(read(text.slice(0, cut), text.slice(cut))).toEqual(whole);
    expect(read(text.replaceAll('\n', '\r\n')).all).toEqual(whole.all);
    expect(read(...text.replaceAll('\n', '\r\n')).all).toEqual(whole.all);
  });

  it('have data of several lines', () => {
    expect(read('data: a\ndata:b\n\n').all).toEqual([{ id: undefined, event: 'message', data: 'a\nb' }]);
  });
});

/** A server that answers each connection with the next text and then ends it, after so many milliseconds. */
function served(answers: (string | number | Error)[], lasts: number[] = [], over: Partial<StreamWorld> = {}) {
  const asked: Record<string, string>[] = [];
  const waits: number[] = [];
  const heard: Notice[] = [];
  const refused: string[] = [];
  let ready = 0;
  let time = 0;
  const stream: Stream = new Stream(
    {
      fetch: async ({ headers }) => {
        asked.push(headers);
        time += lasts[asked.length - 1] ?? 0;
        const answer = answers[asked.length - 1];
        if (asked.length >= answers.length) stream.close();
        if (answer instanceof Error) throw answer;
        if (typeof answer === 'number') return new Response(null, { status: answer });
        return new Response(answer);
      },
      token: async () => `token ${asked.length + 1}`,
      refused: async (token) => refused.push(token),
      wait: async (ms) => void waits.push(ms),
      random: () => 1,
      now: () => time,
      online: () => true,
      ...over,
    },
    { notice: (notice) => heard.push(notice), ready: () => ready++ },
  );
  return { stream, asked, waits, heard, refused, ready: () => ready };
}

const opened = 'retry: 2000\n\nid: 1-a\nevent: ready\ndata: {}\n\n';

describe('a stream', () => {
  it('resumes where it was, with a fresh token, and tells ready each time', async () => {
    const { stream, asked, heard, ready } = served([
      `${opened}id: 2-b\nevent: offer.created\ndata: {"type":"offer.created","object":"offer","id":"o1"}\n\n:\nid: 5-f\n\n`,
      'id: 5-f\nevent: ready\ndata: {}\n\nid: 6-a\nevent: offer.gone\ndata: {"type":"offer.gone","object":"offer","id":"o1"}\n\n',
      '',
    ]);
    await stream.run();
    expect(asked.map((headers) => headers['Last-Event-ID'])).toEqual([undefined, '5-f', '6-a']);
    expect(asked.map((headers) => headers.Authorization)).toEqual(['Bearer token 1', 'Bearer token 2', 'Bearer token 3']);
    expect(heard.map((notice) => notice.type)).toEqual(['offer.created', 'offer.gone']);
    expect(ready()).toBe(2);
  });

  it('waits longer each time it fails or ends at once, and starts over after it lasted', async () => {
    const lost = new TypeError('network');
    const { stream, waits } = served([lost, 503, opened, lost, opened, lost, ''], [0, 0, 0, 0, 60_000]);
    await stream.run();
    expect(waits).toEqual([4000, 8000, 16_000, 30_000, 250, 4000]);
  });

  it('begins anew where its place is unknown', async () => {
    const { stream, asked } = served([opened, 400, opened]);
    await stream.run();
    expect(asked.map((headers) => headers['Last-Event-ID'])).toEqual([undefined, '1-a', undefined]);
  });

  it('gets another token where its own was refused', async () => {
    const { stream, refused } = served([401, opened]);
    await stream.run();
    expect(refused).toEqual(['token 1']);
  });

  it('says how it is doing', async () => {
    const states: string[] = [];
    const { stream } = served([opened, new TypeError('network'), '']);
    stream.subscribe(() => states.push(stream.state));
    await stream.run();
    expect(states).toEqual(['live', 'waiting']);
  });

  it('runs once, however often it is told to', async () => {
    const { stream, asked } = served([opened, '']);
    await Promise.all([stream.run(), stream.run()]);
    expect(asked).toHaveLength(2);
  });
});
