import { key, type Notice } from '@kit/index';

const questions = ['', '/{question}', '/{question}/offers', '/{question}/decisions', '/{question}/reviews', '/{question}/receipt'].map((rest) => key(`/api/v1/brands/{brand}/questions${rest}`));
const reviews = [key('/api/v1/brands/{brand}/reviews'), key('/api/v1/brands/{brand}/proposals')];
const refusals = [key('/api/v1/brands/{brand}/refusals'), key('/api/v1/brands/{brand}/appeals'), ...reviews];

const measures = ['/brands/{brand}/measure_appeals', '/programs/{program}/measures', '/enrolments/{enrolment}', '/programs/{program}/enrolments'].map((path) => key(`/api/v1${path}`));

/** What is old once a notice was heard. */
export function stale({ type, object }: Notice) {
  switch (object) {
    case 'question':
      if (type === 'question.typing') return [];
      return [...questions, key('/api/v1/brands/{brand}/queue'), ...(type === 'question.rated' ? [key('/api/v1/brands/{brand}/feedback')] : [])];
    case 'assignment':
      return [...questions.slice(1), ...reviews];
    case 'review':
      return [...reviews, key('/api/v1/brands/{brand}/questions/{question}/reviews')];
    case 'measure':
      return measures;
    case 'refusal':
      return refusals;
    default:
      return [];
  }
}
