package payouts

import (
	"time"

	"github.com/google/uuid"
)

// MoveKind is a way in which we have the provider move money.
type MoveKind string

const (
	// MoveTransfer pays an expert's account out of our balance.
	MoveTransfer MoveKind = "transfer"
	// MoveReversal takes back from an expert's account what a transfer brought
	// there, or a part of it, into our balance.
	MoveReversal MoveKind = "reversal"
	// MoveInstant pays from an expert's account to their bank or card at once. Our
	// balance has no part in it.
	MoveInstant MoveKind = "instant"
	// MoveRefund gives a brand's payment back, or a part of it, out of our balance.
	MoveRefund MoveKind = "refund"
)

// MoveRequest is one attempt at one movement. All but the key are the same for
// every attempt, and the key for all tries of an attempt.
type MoveRequest struct {
	Kind           MoveKind
	IdempotencyKey string
	// Group is what a transfer's attempts share at the provider (Stripe's
	// transfer_group); the other kinds have it in the metadata at most.
	Group string
	// Subject is our id of it, which the provider keeps in the object's metadata:
	// "payout_id" of a transfer, "order_id" of the other kinds.
	Subject uuid.UUID
	Amount  Money
	// Account is the expert's account: where a transfer goes to, a reversal takes
	// from, and an instant payout starts. Empty for a refund.
	Account string
	// Of is the provider's id of what is undone: the transfer of a reversal, the
	// payment of a refund. Empty for the other kinds.
	Of string
	// Since is when we began with it: nothing that moved for it is older.
	Since time.Time
}

// MoveState is how a movement stands at the provider.
type MoveState string

const (
	// MoveDone: the money has moved. A transfer or a reversal is done at once.
	MoveDone MoveState = "done"
	// MovePending: a refund or an instant payout is under way to a bank; it has left
	// the balance it comes from.
	MovePending MoveState = "pending"
	// MoveFailed: the bank sent it back, and it is again where it came from. A
	// movement may fail up to some days after it was done.
	MoveFailed MoveState = "failed"
)

// Movement is money that has moved at the provider. ArrivesAt is when a bank is
// expected to have it, zero where that is not known; Failure is why it came back.
type Movement struct {
	ID        string
	Amount    Money
	Account   string
	Of        string
	State     MoveState
	ArrivesAt time.Time
	Failure   string
}

// ProviderBalance is what we have at the provider in one currency, in minor
// units: what can be transferred now, and what will be.
type ProviderBalance struct {
	Currency  Currency
	Available int64
	Pending   int64
}

// EntryKind is what an entry of the provider's books is of.
type EntryKind string

const (
	// EntryPayment: a brand has paid. Its subject is the funding.
	EntryPayment EntryKind = "payment"
	// EntryTransfer, EntryReversal and EntryRefund: what we asked for. Their subjects
	// are the payout and the orders. An instant payout has none in our books.
	EntryTransfer EntryKind = "transfer"
	EntryReversal EntryKind = "reversal"
	EntryRefund   EntryKind = "refund"
	// EntryRefundFailed: a refund came back from the bank.
	EntryRefundFailed EntryKind = "refund_failed"
	// EntryDispute: a bank took a payment back, or gave it back again.
	EntryDispute EntryKind = "dispute"
	// EntryFee: what the provider charges by itself.
	EntryFee EntryKind = "fee"
	// EntryBank: our own money to or from our bank.
	EntryBank EntryKind = "bank"
	// EntryReserve: what the provider sets aside of our balance, or gives back.
	EntryReserve EntryKind = "reserve"
	// EntryOther: anything else; nobody expects it.
	EntryOther EntryKind = "other"
)

// BalanceTransaction is one entry of the provider's books of our balance, in
// minor units, positive where the balance grew; Net = Gross − Fee is what it grew
// by. Source is the object it is of, and Of what that object undoes: the transfer
// of a reversal, the payment of a refund or dispute. Subject is our id in the
// source's metadata, zero where there is none.
type BalanceTransaction struct {
	ID          string
	Kind        EntryKind
	Currency    Currency
	Gross       int64
	Fee         int64
	Net         int64
	Source      string
	Of          string
	Subject     uuid.UUID
	At          time.Time
	AvailableAt time.Time
}

// BalanceQuery asks for the entries made at or after From, the newest first, at
// most Limit: those that follow the entry with the id After, if it is set.
type BalanceQuery struct {
	From  time.Time
	After string
	Limit int
}

// BalancePage is some of them, without those of a currency that is not known, which
// may leave none. More says that others follow; Next is then the id after which they
// do, whether its entry was left out or not.
type BalancePage struct {
	Entries []BalanceTransaction
	Next    string
	More    bool
}
