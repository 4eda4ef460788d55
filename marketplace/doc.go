// Package marketplace is the ground the rooms of the domain stand on: the
// Store that runs transactions, the one Clock, typed ids and the errors every
// room shares. It knows no noun of the business; those live in the rooms
// (question, expert, program, …), each of which imports only rooms below it.
//
// Invariants: every access to the database goes through Store.InTx or
// Store.Read, which set the brand for PostgreSQL's row-level security; a
// transaction is an argument, never in a context, and is never nested.
package marketplace
