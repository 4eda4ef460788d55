import { client, type Schemas } from '@kit/index';
import { useCallback, useEffect, useRef } from 'react';

type Talk = Schemas['Conversation'];

const pace = 2500; // ms between two words of "is typing"; the API passes on no more

/** Tells the customer's side what one reads and that one writes; read is how far they have read. */
export function useSignals(turn: Schemas['Assignment'], talk: Talk, mine: boolean) {
  const told = useRef(0);
  const marked = useRef(talk.read.expert);
  const newest = talk.messages.at(-1)?.position ?? 0;
  useEffect(() => {
    const mark = () => {
      if (!mine || document.visibilityState !== 'visible' || newest <= marked.current) return;
      marked.current = newest;
      // a mark that does not arrive comes with the next message
      void client.PUT('/api/v1/assignments/{assignment}/read', { params: { path: { assignment: turn.id } }, body: { position: newest } }).catch(() => undefined);
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [mine, newest, turn.id]);
  const write = useCallback(() => {
    const now = Date.now();
    if (now - told.current < pace) return;
    told.current = now;
    void client.POST('/api/v1/assignments/{assignment}/typing', { params: { path: { assignment: turn.id } } }).catch(() => undefined);
  }, [turn.id]);
  return { write, read: talk.read.customer };
}
