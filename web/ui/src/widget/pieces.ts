// A text in pieces: what is hidden from experts, words that can be, and what
// lies between. Ranges are of bytes in UTF-8, as the API counts.
import type { Hidden } from './api';

export type Range = [from: number, to: number];

export interface Piece {
  kind: 'hidden' | 'word' | 'plain';
  text: string;
  range: Range;
}

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** pieces takes a text apart; spans are in order and do not overlap. */
export function pieces(text: string, spans: Hidden[]): Piece[] {
  const bytes = encode(text);
  const list: Piece[] = [];
  let at = 0;
  for (const span of spans) {
    list.push(...between(decode(bytes.slice(at, span.start)), at));
    list.push({ kind: 'hidden', text: span.placeholder, range: [span.start, span.end] });
    at = span.end;
  }
  return [...list, ...between(decode(bytes.slice(at)), at)];
}

/** between is words and spaces, from an offset on. */
function between(text: string, from: number): Piece[] {
  return text
    .split(/(\s+)/)
    .filter(Boolean)
    .map((part): Piece => {
      const range: Range = [from, from + encode(part).length];
      from = range[1];
      return { kind: /[\p{L}\p{N}]/u.test(part) ? 'word' : 'plain', text: part, range };
    });
}
