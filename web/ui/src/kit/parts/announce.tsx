import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';

const Context = createContext<(text: string) => void>(() => undefined);

/** Has a place from which screen readers are told what changed. */
export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', n: 0 });
  const say = useCallback((text: string) => setSaid((before) => ({ text, n: before.n + 1 })), []);
  return (
    <Context.Provider value={say}>
      {children}
      <div className="kh-hidden" role="status" aria-live="polite">
        {/* the same words twice are said twice */}
        {said.text + (said.n % 2 ? '\u00a0' : '')}
      </div>
    </Context.Provider>
  );
}

export function useAnnounce() {
  return useContext(Context);
}

/**
 * Keeps the focus among cards that come and go by themselves. Give each card
 * keep(id), and the heading above them fallback: when the card that has the
 * focus disappears, the next one gets it, or the heading.
 */
export function useFocusKeeper(ids: readonly string[]) {
  const cards = useRef(new Map<string, HTMLElement>());
  const fallback = useRef<HTMLElement>(null);
  const held = useRef<{ id: string; at: number } | null>(null);
  const order = useRef<readonly string[]>(ids);

  useEffect(() => {
    const note = () => {
      const id = [...cards.current].find(([, card]) => card.contains(document.activeElement))?.[0];
      if (id) held.current = { id, at: order.current.indexOf(id) };
      else if (document.activeElement && document.activeElement !== document.body) held.current = null;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, []);

  useEffect(() => {
    const was = held.current;
    order.current = ids;
    if (!was || ids.includes(was.id)) return;
    if (document.activeElement && document.activeElement !== document.body) return;
    held.current = null;
    const next = ids[Math.min(was.at, ids.length - 1)];
    const card = next === undefined ? undefined : cards.current.get(next);
    (card ?? fallback.current)?.focus();
  }, [ids]);

  const keep = useCallback(
    (id: string) => (card: HTMLElement | null) => {
      if (card) cards.current.set(id, card);
      else cards.current.delete(id);
    },
    [],
  );
  return { keep, fallback };
}
