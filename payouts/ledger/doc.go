// Package ledger is an append-only double-entry ledger. It owns accounts,
// postings and entries; what a posting means, and when one is made, it leaves to
// package payouts.
//
// Invariants: the entries of a posting add up to zero per currency; a posting's
// key is posted once, and again only as a no-op with the same content; the
// accounts marked constrained never fall below zero and number their entries
// without a gap; nothing is ever changed or removed, corrections are new
// postings. An account that everybody posts to is kept as several rows, which
// together are the account; each of them keeps this, and a posting is refused only
// where all lack the money. Amounts are signed with credits positive and debits
// negative.
package ledger
