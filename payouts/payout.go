package payouts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// PayoutState is where a payout stands.
type PayoutState string

const (
	// PayoutCreated: the money is in transit, nothing was sent. A worker claims it.
	PayoutCreated PayoutState = "created"
	// PayoutSending: a worker may have sent it. What the provider shows ends it.
	PayoutSending PayoutState = "sending"
	// PayoutSent: the provider has the transfer. Final here.
	PayoutSent PayoutState = "sent"
	// PayoutFailed: definitely not paid, the money is available again. Final; a
	// retry is another payout.
	PayoutFailed PayoutState = "failed"
)

// Payout is one transfer to one expert that settles what was available. Amount,
// currency and destination never change. FirstSentAt is when the current
// attempt may first have been sent; Failure is the provider's last code.
type Payout struct {
	ID          uuid.UUID
	RunID       uuid.UUID
	ExpertID    uuid.UUID
	Currency    Currency
	AmountMinor int64
	Provider    string
	Destination string
	State       PayoutState
	Attempt     int
	Tries       int
	FirstSentAt *time.Time
	Ambiguous   bool
	NotBefore   time.Time
	LeaseToken  *uuid.UUID
	LeaseUntil  *time.Time
	TransferID  *string
	Failure     string
	CreatedAt   time.Time
	EndedAt     *time.Time
}

// Amount is what is paid.
func (p Payout) Amount() Money { return Money{Minor: p.AmountMinor, Currency: p.Currency} }

// group is the transfer group that all attempts share.
func (p Payout) group() string { return GroupOf(p.ID) }

// GroupOf is the group under which the provider keeps a payout's transfers.
func GroupOf(payout uuid.UUID) string { return "po_" + payout.String() }

func (p Payout) available() ledger.Account {
	return account(ledger.ExpertAvailable, p.ExpertID, p.Currency)
}

func (p Payout) inTransit() ledger.Account {
	return account(ledger.InTransitPayouts, uuid.Nil, p.Currency)
}

func (p Payout) posting(verb string, now time.Time, entries []ledger.Entry) ledger.Posting {
	return ledger.Posting{Key: "payout:" + p.ID.String() + ":" + verb, Kind: "payout_" + verb, At: now, Entries: entries, Near: p.ID}
}

func (p Payout) fact(kind FactKind, now time.Time, reason string) Fact {
	return Fact{
		Kind: kind, ExpertID: &p.ExpertID, SubjectID: p.ID,
		Currency: &p.Currency, Minor: p.AmountMinor, Reason: reason, At: now,
	}
}

// ended reports a payout that nothing more happens to here.
func (p Payout) ended() bool { return p.State == PayoutSent || p.State == PayoutFailed }

// FindPayout returns a payout: *NotFoundError.
func FindPayout(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Payout, error) {
	return findPayout(tx.WithContext(ctx), id)
}

// PayoutsOf returns an expert's payouts, the newest first, at most limit.
func PayoutsOf(ctx context.Context, tx *gorm.DB, expert uuid.UUID, limit int) ([]Payout, error) {
	var payouts []Payout
	err := tx.WithContext(ctx).Where("expert_id = ?", expert).
		Order("created_at DESC, id DESC").Limit(limit).Find(&payouts).Error
	if err != nil {
		return nil, fmt.Errorf("read payouts of expert %s: %w", expert, err)
	}
	return payouts, nil
}

func findPayout(tx *gorm.DB, id uuid.UUID) (Payout, error) { return byID[Payout](tx, "payout", id) }
