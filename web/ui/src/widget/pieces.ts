// A text in pieces: what is hidden from experts, words that can be, and what
// lies between. Ranges are of bytes in UTF-8, as the API counts.
import type { Hidden } from './api';

export type Range = [from: number, to: number];

export interface Piece {
  kind: 'hidden' | 'word' | 'plain';
  text: string;
  range: Range;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** pieces takes a text apart; spans are in order and do not overlap. */
export function pieces(text: string, spans: Hidden[]): Piece[] {
  const bytes = encoder.encode(text);
  const list: Piece[] = [];
  let at = 0;
  for (const span of spans) {
    list.push(...between(decoder.decode(bytes.slice(at, span.start)), at));
    list.push({ kind: 'hidden', text: span.placeholder, range: [span.start, span.end] });
    at = span.end;
  }
  return [...list, ...between(decoder.decode(bytes.slice(at)), at)];
}

/** between is words and spaces, from an offset on. */
function between(text: string, from: number): Piece[] {
  return text
    .split(/(\s+)/)
    .filter(Boolean)
    .map((part): Piece => {
      const range: Range = [from, from + encoder.encode(part).length];
      from = range[1];
      return { kind: /[\p{L}\p{N}]/u.test(part) ? 'word' : 'plain', text: part, range };
    });
}
