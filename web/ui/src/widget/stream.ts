// Server-sent events over fetch, since EventSource cannot send a token. Resumes
// where it left off; after a break everything is read anew.
import type { Api } from './api';

export interface Notice {
  type: string;
  id?: string; // "ready" has none
  question?: string;
  position?: number;
}

const longest = 30_000; // between two attempts, in milliseconds
const silence = 40_000; // heartbeats come every 15 seconds

/** listen calls hear with every notice, and with "ready" whenever the stream
 * stands again, for as long as the page is there. */
export async function listen(api: Api, hear: (notice: Notice) => void): Promise<never> {
  let last = '';
  let tries = 0;
  const take = (block: string) => {
    // of "id: 7" and the like; a comment, which is a heartbeat, has no name
    const said = Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/)));
    tries = 0;
    last = said.id || last;
    if (said.event) hear({ type: said.event, ...JSON.parse(said.data) });
  };
  for (;;) {
    const cut = new AbortController();
    let watch: ReturnType<typeof setTimeout> | undefined;
    const wait = () => {
      clearTimeout(watch);
      watch = setTimeout(() => cut.abort(), silence);
    };
    try {
      const headers: Record<string, string> = { Authorization: `Bearer ${await api.token()}` };
      if (last) headers['Last-Event-ID'] = last;
      wait();
      const answer = await fetch(api.url('stream'), { headers, credentials: 'omit', signal: cut.signal });
      if (answer.status === 400) last = ''; // it does not know that place
      if (answer.ok) {
        const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
        for (let text = ''; ; ) {
          const { done, value } = await reader.read();
          if (done) break;
          wait();
          const blocks = (text + value).split('\n\n');
          text = blocks.pop()!;
          blocks.forEach(take);
        }
      }
    } catch {
      // it is tried again
    }
    clearTimeout(watch);
    cut.abort();
    await new Promise((done) => setTimeout(done, Math.min(longest, 1000 * 2 ** tries++) * (0.5 + Math.random() / 2)));
  }
}
