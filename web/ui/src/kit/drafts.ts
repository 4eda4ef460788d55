import { useCallback, useEffect, useRef, useState } from 'react';

const prefix = 'knowhow.draft.';
const pause = 300; // ms of rest before a draft is written
const keptFor = 30 * 24 * 3600 * 1000;

type Kept = { at: number; value: unknown };
type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/**
 * Drafts keeps what people are typing, by the thing it is about, in this
 * browser: through reload, crash and loss of network. It is cleared once it
 * was sent, and wiped on signing out.
 */
export class Drafts {
  #store: Store;
  #now: () => number;
  #waiting = new Map<string, { timer: ReturnType<typeof setTimeout>; value: unknown }>();

  constructor(store: Store, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  read<T>(key: string): T | undefined {
    const waiting = this.#waiting.get(key);
    if (waiting) return waiting.value as T;
    try {
      const kept = JSON.parse(this.#store.getItem(prefix + key) ?? 'null') as Kept | null;
      return kept && this.#now() - kept.at < keptFor ? (kept.value as T) : undefined;
    } catch {
      return undefined; // what is kept cannot be read: it is as if nothing were
    }
  }

  /** Writes after a pause; an empty value clears. */
  write(key: string, value: unknown) {
    clearTimeout(this.#waiting.get(key)?.timer);
    this.#waiting.set(key, { value, timer: setTimeout(() => this.#keep(key), pause) });
  }

  clear(key: string) {
    clearTimeout(this.#waiting.get(key)?.timer);
    this.#waiting.delete(key);
    try {
      this.#store.removeItem(prefix + key);
    } catch {
      // nothing was kept then
    }
  }

  /** Writes at once what is waiting, since the page may be going. */
  flush() {
    for (const key of [...this.#waiting.keys()]) this.#keep(key);
  }

  /** Removes all drafts, also what is not written yet, or those that are too old. */
  wipe(all: boolean) {
    if (all) for (const key of this.#waiting.keys()) this.clear(key);
    const keys = Array.from({ length: this.#store.length }, (_, i) => this.#store.key(i)).filter((key) => key?.startsWith(prefix));
    for (const key of keys) {
      const name = (key as string).slice(prefix.length);
      if (all || this.read(name) === undefined) this.clear(name);
    }
  }

  #keep(key: string) {
    const waiting = this.#waiting.get(key);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(key);
    try {
      if (isEmpty(waiting.value)) this.#store.removeItem(prefix + key);
      else this.#store.setItem(prefix + key, JSON.stringify({ at: this.#now(), value: waiting.value } satisfies Kept));
    } catch {
      // storage is full or forbidden: what is typed stays on the page
    }
  }
}

function isEmpty(value: unknown) {
  return value === '' || value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

export const drafts = typeof window === 'undefined' ? new Drafts(nowhere()) : new Drafts(localStorageOrNowhere());

function localStorageOrNowhere(): Store {
  try {
    return window.localStorage;
  } catch {
    return nowhere();
  }
}

function nowhere(): Store {
  return { length: 0, key: () => null, getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
}

if (typeof window !== 'undefined') {
  window.addEventListener('pagehide', () => drafts.flush());
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && drafts.flush());
}

/** A value that survives: [value, set, clear, restored]. The key names the thing it is about. */
export function useDraft<T>(key: string, initial: T) {
  const first = useRef(initial);
  const [restored, setRestored] = useState(() => drafts.read<T>(key) !== undefined);
  const [value, setValue] = useState<T>(() => drafts.read<T>(key) ?? initial);
  useEffect(() => {
    const kept = drafts.read<T>(key);
    setValue(kept ?? first.current);
    setRestored(kept !== undefined);
  }, [key]);
  const set = useCallback(
    (next: T) => {
      setValue(next);
      drafts.write(key, next);
    },
    [key],
  );
  const clear = useCallback(() => {
    setValue(first.current);
    setRestored(false);
    drafts.clear(key);
  }, [key]);
  return [value, set, clear, restored] as const;
}
