import { session } from './api';
import { drafts } from './drafts';
import { useWrite } from './write';

/** Signs out, and leaves no draft behind on this device. */
export function useSignOut() {
  const out = useWrite(async () => {
    await session.signOut();
    drafts.wipe(true);
  });
  return () => out.mutate();
}
