const tones: Record<string, string> = { applied: 'honey', assessing: 'honey', probation: 'pine', active: 'pine', paused: 'gray', suspended: 'brick', rejected: 'brick', left: 'gray' };

/** The colour of an enrolment's state. */
export function toneOf(state: string): string {
  return tones[state] ?? 'gray';
}
