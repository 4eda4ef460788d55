// The demo's time may be days ahead of the browser's; its answers say so.
const header = 'Knowhow-Now';
let ahead: number | null = null;

/** heard learns the service's time from an answer, where it tells it. */
export function heard(headers: Headers) {
  const at = Date.parse(headers.get(header) ?? '');
  if (!Number.isNaN(at)) ahead = at - Date.now();
}

/** The present moment as the service has it. */
export const now = () => Date.now() + (ahead ?? 0);

/** Whether it is the demo that answers. */
export const isDemo = () => ahead !== null;
