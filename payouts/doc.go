// Package payouts moves the money: a brand's funds, a program's budget, the hold
// set aside before anyone is asked, the reward an expert earns, and the payout
// that settles many rewards. It owns the ledger's posting rules, payout runs, the
// crash-safe protocol with the payment provider, and the facts it reports. What a
// question is, who may decide, and why pay is refused it leaves to its callers,
// who pass values: ids, amounts and the time.
//
// Verbs ending in Tx join the caller's transaction. Each is idempotent by the id
// it is given: again with the same content it does nothing, with other content
// it is ErrKeyReused, in a state that forbids it *StateError. When a verb returns
// one of this package's errors it has written nothing, so the caller may go on
// with its transaction; after any other error it must roll back.
//
// Invariants: docs/money.md lists them and Check proves them. No floating point
// appears here. No network call is made inside a transaction.
package payouts
