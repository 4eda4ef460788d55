import type { components } from './schema';

type Problem = components['schemas']['Problem'];

/** What the API refused, with the stable code of docs/api.md. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly fields: { location?: string; message: string }[];
  readonly retryAfter: number; // seconds; 0: not told
  readonly request: string;

  constructor(status: number, problem: Partial<Problem>, retryAfter = 0) {
    super(problem.title ?? `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? 'internal';
    this.detail = problem.detail ?? '';
    this.fields = problem.errors ?? [];
    this.retryAfter = retryAfter;
    this.request = problem.request_id ?? '';
  }
}

/** The request did not reach the service, or its answer did not come back. */
export class OfflineError extends Error {
  constructor(cause?: unknown) {
    super('offline', { cause });
    this.name = 'OfflineError';
  }
}

/** Nobody is signed in any more; the page is on its way to the sign-in. */
export class SignedOutError extends Error {
  constructor() {
    super('signed out');
    this.name = 'SignedOutError';
  }
}

/** errorOf makes an ApiError of a response that is not a success. */
export async function errorOf(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('Retry-After')) || 0;
  let problem: Partial<Problem> = {};
  try {
    if ((response.headers.get('Content-Type') ?? '').includes('json')) problem = (await response.json()) as Problem;
  } catch {
    // a body that is cut off tells nothing more than its status
  }
  return new ApiError(response.status, problem, retryAfter);
}
