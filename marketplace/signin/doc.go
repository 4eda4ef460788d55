// Package signin proves who a person is: sign-up and its verification,
// passwords and one-time codes, sessions and their tokens, the links that are
// mailed, and invitations into a brand.
//
// It owns the tables credentials, signups, resets, sessions, authenticators,
// recovery_codes, throttles (all global, like persons) and invitations (per
// brand). Who a person is and what they may do belongs to the room access;
// access tokens, cookies and HTTP to web.
//
// Invariants: no token, code or password is stored, but hashes of them, and
// an authenticator's secret is sealed; a link works once; nobody learns from an
// answer whether an address is known; a session's token is good for one turn,
// and a copy of it that turns up later ends the session. Passwords are hashed
// outside any transaction, so a method that checks one takes its place among
// the attempts in a transaction before, and acts in another.
package signin
