// The invitation one came by: it is in the fragment of the link, which no server
// sees, and is kept for as long as the window is open, until one has applied.
const name = (program: string) => `invitation.${program}`;

/** Keeps the invitation in the address, and takes it out of there. */
export function keepInvitation() {
  const program = /\/programs\/([0-9a-f-]{36})/.exec(location.pathname)?.[1];
  const token = /^#invitation=([\w-]{1,100})$/.exec(location.hash)?.[1];
  if (!program || !token) return;
  try {
    sessionStorage.setItem(name(program), token);
  } catch {
    return; // the address keeps it
  }
  history.replaceState(history.state, '', location.pathname + location.search);
}

/** The invitation to a program that one came by. */
export function invitationTo(program: string): string | undefined {
  try {
    return sessionStorage.getItem(name(program)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** It was used, or is good for nothing any more. */
export function forgetInvitation(program: string) {
  try {
    sessionStorage.removeItem(name(program));
  } catch {
    // there was none
  }
}
