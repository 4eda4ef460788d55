import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Frame, frames, type Notice, type Share, Stream, type StreamWorld, type Told } from './stream';

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

/** Tabs of one browser, which has one lock and one channel, and a server to which each connection stays open. */
function browser() {
  const channels = new Map<string, { asleep: boolean; channel: Share['channel'] }>();
  const asked: { tab: string; last: string | undefined; send: (text: string) => void }[] = [];
  type Hold = { tab: string; lost: (e: Error) => void };
  let holder: Hold | null = null;
  const queue: { tab: string; start: () => void }[] = [];
  const share = (tab: string): Share => {
    const mine = {
      asleep: false,
      channel: {
        onmessage: null,
        postMessage: (told: Told) => {
          if (mine.asleep) return;
          for (const [name, other] of channels) if (name !== tab && !other.asleep) other.channel.onmessage?.({ data: told });
        },
      } as Share['channel'],
    };
    channels.set(tab, mine);
    return {
      channel: mine.channel,
      alone: (work, how) =>
        new Promise((done, lost) => {
          const start = () => {
            const hold: Hold = { tab, lost };
            holder = hold;
            void work().then(() => {
              if (holder === hold) release();
              done();
            });
          };
          if ('steal' in how) {
            holder?.lost(new DOMException('stolen', 'AbortError'));
            return start();
          }
          if (!holder) return start();
          queue.push({ tab, start });
          how.signal.addEventListener('abort', () => {
            queue.splice(0, queue.length, ...queue.filter((q) => q.start !== start));
            lost(new DOMException('given up', 'AbortError'));
          });
        }),
    };
  };
  const release = () => {
    holder = null;
    queue.shift()?.start();
  };
  const open = (tab: string) => {
    const heard: string[] = [];
    let ready = 0;
    const world: StreamWorld = {
      fetch: async ({ headers, signal }) => {
        const body = new ReadableStream<Uint8Array>({
          start: (to) => {
            asked.push({ tab, last: headers['Last-Event-ID'], send: (text) => to.enqueue(new TextEncoder().encode(text)) });
            signal.addEventListener('abort', () => to.error(new DOMException('gone', 'AbortError')));
          },
        });
        return new Response(body);
      },
      token: async () => 'token',
      refused: async () => undefined,
      wait: async () => undefined,
      random: () => 1,
      now: () => Date.now(),
      online: () => true,
      share: () => share(tab),
    };
    const stream = new Stream(world, { notice: (notice) => heard.push(notice.type), ready: () => ready++ });
    void stream.run();
    return { stream, heard, ready: () => ready, sleeps: (asleep: boolean) => (channels.get(tab)!.asleep = asleep) };
  };
  return { asked, open };
}

const settle = () => vi.advanceTimersByTimeAsync(1);

describe('tabs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('share one connection, and another goes on where the first is closed', async () => {
    const { asked, open } = browser();
    const [left, right] = [open('left'), open('right')];
    await settle();
    expect(asked.map((a) => a.tab)).toEqual(['left']);
    asked[0]!.send(`${opened}id: 2-b\nevent: offer.created\ndata: {"id":"o1"}\n\n`);
    await settle();
    expect([left.heard, right.heard]).toEqual([['offer.created'], ['offer.created']]);
    expect([left.stream.state, right.stream.state, right.ready()]).toEqual(['live', 'live', 2]);
    const third = open('third');
    await settle();
    expect(third.stream.state).toBe('live'); // as it was told at once
    left.stream.close();
    await settle();
    expect(asked.map((a) => [a.tab, a.last])).toEqual([['left', undefined], ['right', '2-b']]);
    asked[1]!.send('id: 2-b\nevent: ready\ndata: {}\n\nid: 3-c\nevent: offer.gone\ndata: {"id":"o1"}\n\n');
    await settle();
    expect([left.heard, right.heard, third.heard]).toEqual([['offer.created'], ['offer.created', 'offer.gone'], ['offer.gone']]);
    for (const tab of [right, third]) tab.stream.close();
  });

  it('wait for no tab that is asleep, which reads anew when it wakes', async () => {
    const { asked, open } = browser();
    const left = open('left');
    await settle();
    asked[0]!.send(opened);
    left.sleeps(true);
    const right = open('right');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked.map((a) => a.tab)).toEqual(['left', 'right']);
    const before = left.ready();
    left.sleeps(false);
    await settle();
    asked[1]!.send(`${opened}id: 2-b\nevent: offer.created\ndata: {"id":"o1"}\n\n`);
    await settle();
    expect([left.heard, right.heard]).toEqual([['offer.created'], ['offer.created']]);
    expect(left.ready()).toBeGreaterThanOrEqual(before);
    for (const tab of [left, right]) tab.stream.close();
  });

  it('have one each where the browser lets them share nothing', async () => {
    const world = served([opened, ''], [], { share: () => ({ channel: { postMessage: () => undefined, onmessage: null }, alone: () => Promise.reject(new DOMException('no', 'SecurityError')) }) });
    await world.stream.run();
    expect(world.asked).toHaveLength(2);
  });
});
