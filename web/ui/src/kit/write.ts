import { notifications } from '@mantine/notifications';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { ApiError, codeOf, OfflineError } from './api';
import { SignedOutError } from './errors';
import { useCodes, useI18n } from './i18n';

/** The words for an error: what is known of its code, else what the service said. */
export function useProblem() {
  const { t, has } = useI18n();
  const codes = useCodes();
  return useCallback(
    (error: unknown): string => {
      const code = codeOf(error);
      if (has(`problem.${code}`)) {
        const words = codes('problem', code);
        const fields = error instanceof ApiError && code === 'invalid' ? error.fields.map((f) => f.message).join(' · ') : '';
        return fields ? `${words} ${fields}` : words;
      }
      if (error instanceof ApiError) return error.detail || error.message;
      return t('problem.internal');
    },
    [t, has, codes],
  );
}

/**
 * A write: it runs, makes what it changes be read again, and says what went
 * wrong where nobody else does.
 */
export function useWrite<Input = void, Output = unknown>(
  work: (input: Input) => Promise<Output>,
  options: { stale?: QueryKey[]; done?: string | ((out: Output) => string); after?: (out: Output, input: Input) => void; failed?: (error: unknown) => boolean } = {},
) {
  const queries = useQueryClient();
  const problem = useProblem();
  return useMutation<Output, unknown, Input>({
    mutationFn: work,
    onSuccess: (out, input) => {
      for (const queryKey of options.stale ?? []) void queries.invalidateQueries({ queryKey });
      if (options.done) {
        notifications.show({ message: typeof options.done === 'string' ? options.done : options.done(out), color: 'pine' });
      }
      options.after?.(out, input);
    },
    onError: (error) => {
      for (const queryKey of options.stale ?? []) if (error instanceof ApiError && error.status === 409) void queries.invalidateQueries({ queryKey });
      if (error instanceof SignedOutError || options.failed?.(error)) return;
      notifications.show({ message: problem(error), color: 'brick', autoClose: error instanceof OfflineError ? 4000 : 8000 });
    },
  });
}

/** The beginning of the query keys of a route. */
export const key = (path: string, params?: object): QueryKey => (params ? ['get', path, { params }] : ['get', path]);
