// Server-sent events over fetch, since EventSource cannot send a token. Resumes
// where it left off; after a break everything is read anew.
import type { Api } from './api';

export interface Notice {
  type: string;
  id: string;
  question?: string;
  position?: number;
}

const longest = 30_000; // between two attempts, in milliseconds
const silence = 40_000; // heartbeats come every 15 seconds

/** listen calls hear with every notice, and with "ready" whenever the stream
 * stands again. The function it returns ends it. */
export function listen(api: Api, hear: (notice: Notice) => void): () => void {
  const end = new AbortController();
  void run(api, hear, end.signal);
  return () => end.abort();
}

async function run(api: Api, hear: (notice: Notice) => void, end: AbortSignal): Promise<void> {
  let last = '';
  for (let tries = 0; !end.aborted; tries++) {
    try {
      for await (const event of open(api, last, end)) {
        tries = 0;
        last = event.id || last;
        if (event.name === 'ready') hear({ type: 'ready', id: '' });
        else if (event.name) hear(JSON.parse(event.data));
      }
    } catch (err) {
      if (err instanceof BadPlace) last = '';
    }
    await rest(Math.min(longest, 1000 * 2 ** tries) * (0.5 + Math.random() / 2), end);
  }
}

class BadPlace extends Error {}

interface Event {
  id: string;
  name: string;
  data: string;
}

async function* open(api: Api, last: string, end: AbortSignal): AsyncGenerator<Event> {
  const headers: Record<string, string> = { Authorization: `Bearer ${await api.token()}` };
  if (last) headers['Last-Event-ID'] = last;
  const cut = new AbortController();
  const stop = () => cut.abort();
  end.addEventListener('abort', stop);
  let watch = setTimeout(stop, silence);
  try {
    const answer = await fetch(api.url('stream'), { headers, credentials: 'omit', signal: cut.signal });
    if (answer.status === 400) throw new BadPlace();
    if (!answer.ok || !answer.body) throw new Error(String(answer.status));
    let text = '';
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watch);
      watch = setTimeout(stop, silence);
      text += value;
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) yield parse(block);
    }
  } finally {
    clearTimeout(watch);
    end.removeEventListener('abort', stop);
    cut.abort();
  }
}

function parse(block: string): Event {
  const event: Event = { id: '', name: '', data: '' };
  for (const line of block.split('\n')) {
    const value = line.slice(line.indexOf(':') + 1).trimStart();
    if (line.startsWith('id:')) event.id = value;
    else if (line.startsWith('event:')) event.name = value;
    else if (line.startsWith('data:')) event.data += value;
  }
  return event;
}

function rest(ms: number, end: AbortSignal): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
    end.addEventListener('abort', () => done());
  });
}
