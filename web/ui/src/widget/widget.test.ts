import { describe, expect, it, vi } from 'vitest';
import { Api } from './api';
import { contextOf, type Config, ownerOf } from './config';
import { dark } from '../kit/color';
import { pieces } from './pieces';
import { Store } from './store';
import { first, type First, inTime, span, translator } from './words';

describe('pieces', () => {
  const hidden = (start: number, end: number) => ({ start, end, kind: 'name', placeholder: '[name 1]' });

  it('counts bytes, as the API does', () => {
    const list = pieces('Grüße, Ayşe Öz.', [hidden(9, 18)]);
    expect(list.map((p) => p.text)).toEqual(['Grüße,', ' ', '[name 1]', '.']);
    expect(list.map((p) => p.kind)).toEqual(['word', 'plain', 'hidden', 'plain']);
    expect(list[0]?.range).toEqual([0, 8]);
  });

  it('loses nothing', () => {
    for (const text of ['', ' ', 'a', 'a  b\nc', 'الترجمة تتأخر', '👩‍👩‍👧 ok']) {
      expect(
        pieces(text, [])
          .map((p) => p.text)
          .join(''),
      ).toBe(text);
    }
  });

  it('splits a word that is hidden in part', () => {
    expect(pieces('x:dana!', [hidden(2, 6)]).map((p) => p.text)).toEqual(['x:', '[name 1]', '!']);
  });
});

describe('context', () => {
  const config = { mode: 'launcher', product: 'Box', context: 'plan: Solo' } as Config;

  it('tells the page without what may tell the person', () => {
    const got = contextOf(config, { title: ' Help \n Box ', url: 'https://shop.example/help?customer=7#top' });
    expect(got).toBe('product: Box\npage: https://shop.example/help\npage title: Help Box\nplan: Solo');
  });

  it('leaves out where our own pages are', () => {
    const ours = { ...config, base: new URL('https://k.example/') };
    expect(contextOf(ours, { title: '', url: 'https://k.example/demo/shop' })).toBe('product: Box\npage: /demo/shop\nplan: Solo');
  });

  it('is silent about a page of ours', () => {
    expect(contextOf({ ...config, mode: 'page', product: '', context: '' }, { title: 'Ask', url: 'https://k.example/ask/1' })).toBe('');
  });
});

describe('whose a token is', () => {
  const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

  it('goes by its subject, in whatever letters', () => {
    const subjects = ['7', '8', '78', '87', 'dana@whitlow.example', 'dana?whitlow>example', 'دانا', 'Aa', 'BB', 'ÿÿÿ~~~???'];
    const owners = subjects.map((sub) => ownerOf(token({ sub, iat: 1 })));
    expect(new Set(owners).size).toBe(subjects.length);
    expect(subjects.map((sub) => ownerOf(token({ iat: 2, exp: 3, sub })))).toEqual(owners);
  });

  it('is nobody’s where it is none, or no token', () => {
    expect([undefined, '', 'that', 'a.b.c', `.${btoa('7')}.`, token({})].map((t) => ownerOf(t))).toEqual(['', '', '', '', '', '']);
  });
});

describe('words', () => {
  it('says numbers by the rules of the language', () => {
    const t = translator({ lang: 'ar', dir: 'rtl', messages: { n: { one: 'one', two: 'two', few: 'few {n}', other: 'other' } } });
    expect([1, 2, 3, 100].map((n) => t('n', { n }))).toEqual(['one', 'two', 'few 3', 'other']);
  });

  it('keeps what it has no value for, and names a key without words', () => {
    const t = translator({ lang: 'en', dir: 'ltr', messages: { a: 'in {x} of {y}' } });
    expect(t('a', { x: 1 })).toBe('in 1 of {y}');
    expect(t('b')).toBe('b');
  });

  it('says first what it can in the language of any locale', () => {
    const said = Object.fromEntries(['en', 'de'].map((lang) => [lang, [lang, ''] as First]));
    expect(['de', 'DE', 'de-AT', 'de_at', 'fr', '', 'constructor', '__proto__'].map((locale) => first(said, locale)[0])).toEqual(['de', 'de', 'de', 'de', 'en', 'en', 'en', 'en']);
  });

  it('says how long as people do', () => {
    expect([20, 360, 7200, 400_000].map((s) => span('en', s))).toEqual(['1 minute', '6 minutes', '2 hours', '5 days']);
    expect(inTime('de', 360)).toBe('in 6 Minuten');
  });
});

describe('dark', () => {
  it('goes by contrast, not by taste', () => {
    expect(['#000000', '#2452c7', '#ffd257', '#ffffff'].map(dark)).toEqual([true, true, false, false]);
  });

  it('leaves what is written readable on every colour', () => {
    const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const hex = (n: number) => n.toString(16).padStart(2, '0');
    let least = 21;
    for (let r = 0; r < 256; r += 3)
      for (let g = 0; g < 256; g += 3)
        for (let b = 0; b < 256; b += 3) {
          const light = 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255) + 0.05;
          least = Math.min(least, dark(`#${hex(r)}${hex(g)}${hex(b)}`) ? 1.05 / light : light / 0.05);
        }
    expect(least).toBeGreaterThan(4.5);
  });
});

describe('store', () => {
  const allowed = (storage: Pick<Storage, 'getItem' | 'setItem'>) => vi.stubGlobal('localStorage', storage);
  const refuse = () => {
    throw new Error('not allowed');
  };

  it('is one for all tabs: none writes over who another found this browser to be', () => {
    const shelf = new Map<string, string>();
    allowed({ getItem: (k) => shelf.get(k) ?? null, setItem: (k, v) => void shelf.set(k, v) });
    const [one, two] = [new Store('p'), new Store('p')];
    one.set('device', 'this one');
    two.set('draft', 'half a question');
    expect([one.get('device'), two.get('device'), new Store('p').get('draft')]).toEqual(['this one', 'this one', 'half a question']);
    two.clear();
    expect(one.get('device')).toBeUndefined();
  });

  it('lasts as long as the page where storage is not allowed, or full', () => {
    for (const getItem of [refuse, () => '{"device":"old"}']) {
      allowed({ getItem, setItem: refuse });
      const store = new Store('p');
      store.set('draft', 'a');
      store.set('asked', 'yes');
      expect([store.get('draft'), store.get('asked')]).toEqual(['a', 'yes']);
    }
  });
});

describe('a browser that was here before', () => {
  const config = { base: new URL('https://k.example/'), program: 'p', locale: 'en' } as Config;
  const came = () => Response.json({ access_token: 'token', expires_at: new Date(Date.now() + 600_000).toISOString(), device_token: 'anew' });

  it.each([
    [401, 'device_unknown', 'anew'],
    [404, 'not_found', 'anew'], // who it was is erased
    [404, undefined, 'before'], // not the service's own answer
    [403, 'origin', 'before'], // the brand does not trust the page, at present
    [429, 'too_many_requests', 'before'],
    [503, 'unavailable', 'before'],
  ])('after %i %s is %s', async (status, code, device) => {
    const shelf = new Map<string, string>();
    vi.stubGlobal('localStorage', { getItem: (k: string) => shelf.get(k) ?? null, setItem: (k: string, v: string) => void shelf.set(k, v) });
    vi.stubGlobal('fetch', async (_: URL, init: RequestInit) =>
      String(init.body).includes('device_token') ? Response.json({ code }, { status }) : came(),
    );
    const store = new Store('p');
    store.set('device', 'before');
    await new Api(config, store).token().catch(() => undefined);
    expect(store.get('device')).toBe(device);
  });
});
