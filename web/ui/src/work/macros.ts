import { $api, client, key, type Schemas, useWrite } from '@kit/index';

/** An answer one keeps to use again. */
export type Macro = Schemas['Macro'];

const path = '/api/v1/me/macros';

export function useMacros() {
  return $api.useQuery('get', path, {}, { select: ({ data }) => data, staleTime: 60_000 });
}

/** Keeps a new one, or changes the one with the id. */
export function useKeepMacro(done: string, after?: () => void) {
  return useWrite(
    async ({ id, name, text, language }: { id?: string; name: string; text: string; language: string }) => {
      const body = language ? { name, text, language } : { name, text };
      if (id) await client.PUT('/api/v1/me/macros/{macro}', { params: { path: { macro: id } }, body });
      else await client.POST(path, { body });
    },
    { stale: [key(path)], done, after },
  );
}

export function useForgetMacro() {
  return useWrite(async (macro: string) => (await client.DELETE('/api/v1/me/macros/{macro}', { params: { path: { macro } } })).data, { stale: [key(path)] });
}
