import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Drafts } from './drafts';

function memory() {
  const kept = new Map<string, string>();
  const store = {
    get length() {
      return kept.size;
    },
    key: (i: number) => [...kept.keys()][i] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  return { kept, store };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('drafts', () => {
  it('are kept after a pause, and found by the next visit', () => {
    const { kept, store } = memory();
    const drafts = new Drafts(store);
    drafts.write('a', 'h');
    vi.advanceTimersByTime(200);
    drafts.write('a', 'hi');
    expect(kept.size).toBe(0);
    expect(drafts.read('a')).toBe('hi');
    vi.advanceTimersByTime(300);
    expect(new Drafts(store).read('a')).toBe('hi');
    expect(new Drafts(store).read('b')).toBeUndefined();
  });

  it('are written at once when the page goes', () => {
    const { store } = memory();
    const drafts = new Drafts(store);
    drafts.write('a', { name: 'x' });
    drafts.flush();
    expect(new Drafts(store).read('a')).toEqual({ name: 'x' });
  });

  it('are gone once sent, also those that were waiting', () => {
    const { kept, store } = memory();
    const drafts = new Drafts(store);
    drafts.write('a', 'x');
    drafts.clear('a');
    vi.advanceTimersByTime(1000);
    expect(kept.size).toBe(0);
    expect(drafts.read('a')).toBeUndefined();
  });

  it('of nothing are none', () => {
    const { kept, store } = memory();
    const drafts = new Drafts(store);
    drafts.write('a', 'x');
    drafts.flush();
    drafts.write('a', '');
    drafts.flush();
    expect(kept.size).toBe(0);
    drafts.write('a', ['x']);
    drafts.flush();
    drafts.write('a', []);
    drafts.flush();
    expect(kept.size).toBe(0);
  });

  it('are wiped when they are old, or all of them, and nothing else is', () => {
    const { kept, store } = memory();
    kept.set('knowhow.language', 'de');
    let now = 0;
    const drafts = new Drafts(store, () => now);
    drafts.write('old', 'x');
    drafts.flush();
    now = 31 * 86_400_000;
    drafts.write('new', 'y');
    drafts.flush();
    drafts.wipe(false);
    expect([...kept.keys()]).toEqual(['knowhow.language', 'knowhow.draft.new']);
    drafts.write('waiting', 'z');
    drafts.wipe(true);
    drafts.flush();
    expect([...kept.keys()]).toEqual(['knowhow.language']);
  });

  it('that cannot be kept or read do no harm', () => {
    const { kept, store } = memory();
    kept.set('knowhow.draft.a', '{broken');
    const drafts = new Drafts({
      ...store,
      setItem: () => {
        throw new Error('full');
      },
    });
    expect(drafts.read('a')).toBeUndefined();
    drafts.write('a', 'x');
    expect(() => drafts.flush()).not.toThrow();
  });
});
