import { key, type Notice } from '@kit/index';

/** What is old once a notice was heard. */
export function stale({ type, object }: Notice) {
  switch (object) {
    case 'offer':
      return [key('/api/v1/offers')];
    case 'assignment':
      return [key('/api/v1/assignments'), key('/api/v1/assignments/{assignment}'), key('/api/v1/me/earnings'), key('/api/v1/me/rewards')];
    case 'review':
      return [key('/api/v1/me/votes'), key('/api/v1/me/reviewing'), key('/api/v1/me/earnings')];
    case 'refusal':
      return [key('/api/v1/me/refusals'), key('/api/v1/assignments'), key('/api/v1/me/earnings'), key('/api/v1/me/rewards')];
    case 'measure':
      return [key('/api/v1/me/measures'), key('/api/v1/me/enrolments'), key('/api/v1/programs/{program}/application'), key('/api/v1/programs/{program}/application/chances')];
    case 'question':
      if (type === 'question.typing') return [];
      if (type === 'question.read' || type === 'question.message') return [key('/api/v1/work/questions/{question}')];
      return [
        key('/api/v1/work/questions/{question}'),
        key('/api/v1/assignments'),
        key('/api/v1/assignments/{assignment}'),
        key('/api/v1/me/expert'),
        key('/api/v1/offers'), // accepted in another tab
      ];
    default:
      return [];
  }
}
