// Package question is the life of a question: asked, routed, offered,
// accepted, answered, resolved; declined, expired, handed back, reopened,
// withdrawn or escalated on the way. It owns the tables questions, messages,
// offers, assignments and decisions, and the receipt, a projection over them,
// the events and the ledger.
//
// It leaves ranking to matching, money to payouts, who may work to expert, and
// whether the work was good to quality, which settles assignments through
// ReleaseTx, ContestTx and RefuseTx.
//
// Invariants: a hold precedes every offer, one per attempt; an offer is
// accepted by one expert at most; every delivered assignment becomes a reward;
// the SLA clocks start when the question is asked and never again; an expert
// reads redacted text only; of an erased customer nothing is written any more.
// Every method is one transaction that locks the customer where it is they who
// act, then the question's row, so moves of one question happen one after
// another.
package question
