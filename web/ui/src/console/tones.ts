/** The colour of a question's state. */
export const tones: Record<string, string> = {
  asked: 'honey',
  offered: 'honey',
  assigned: 'pine',
  answered: 'pine',
  resolved: 'gray',
  escalated: 'brick',
  withdrawn: 'gray',
};
