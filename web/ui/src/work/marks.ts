/** At what is left, in seconds, of so many, it is said aloud: half, half a minute, ten seconds. */
export function marks(whole: number): number[] {
  return [...new Set([Math.floor(whole / 2), 30, 10])].filter((mark) => mark >= 5 && mark <= whole * 0.75).sort((a, b) => b - a);
}
