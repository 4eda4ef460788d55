package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// errLeaseLost: the errand has moved on, another worker has it.
var errLeaseLost = errors.New("lease lost")

// The tables that errands are rows of.
const (
	payoutsTable = "payouts"
	ordersTable  = "payout_orders"
)

// errand is what the protocol needs of one thing asked of the provider: a payout,
// or an order. Its row has more; what it asks for never changes.
type errand struct {
	table   string
	id      uuid.UUID
	request MoveRequest // without a key
	progress
}

// progress is the part of an errand's row that the protocol writes.
type progress struct {
	State       PayoutState
	Attempt     int
	Tries       int
	FirstSentAt *time.Time
	Ambiguous   bool
	NotBefore   time.Time
	LeaseToken  *uuid.UUID
	LeaseUntil  *time.Time
	Failure     string
}

func (p Payout) errand() errand {
	return errand{
		table: payoutsTable, id: p.ID,
		request: MoveRequest{
			Kind: MoveTransfer, Group: p.group(), Subject: p.ID, Amount: p.Amount(), Account: p.Destination, Since: p.CreatedAt,
		},
		progress: progress{
			State: p.State, Attempt: p.Attempt, Tries: p.Tries, FirstSentAt: p.FirstSentAt, Ambiguous: p.Ambiguous,
			NotBefore: p.NotBefore, LeaseToken: p.LeaseToken, LeaseUntil: p.LeaseUntil, Failure: p.Failure,
		},
	}
}

func (o Order) errand() errand {
	return errand{
		table: ordersTable, id: o.ID,
		request: MoveRequest{
			Kind: o.Kind, Group: "or_" + o.ID.String(), Subject: o.ID, Amount: o.Amount(), Account: o.Account, Of: o.OfID, Since: o.CreatedAt,
		},
		progress: progress{
			State: o.State, Attempt: o.Attempt, Tries: o.Tries, FirstSentAt: o.FirstSentAt, Ambiguous: o.Ambiguous,
			NotBefore: o.NotBefore, LeaseToken: o.LeaseToken, LeaseUntil: o.LeaseUntil, Failure: o.Failure,
		},
	}
}

// attempt is the request under the key of the current attempt.
func (e errand) attempt() MoveRequest {
	e.request.IdempotencyKey = fmt.Sprintf("%s_a%d", e.request.Group, e.Attempt)
	return e.request
}

// release ends the lease; the errand is due again at notBefore.
func (e *errand) release(notBefore time.Time) {
	e.NotBefore, e.LeaseToken, e.LeaseUntil = notBefore, nil, nil
}

// save writes an errand's progress, if the worker still has the lease in held:
// else errLeaseLost.
func (s *Service) save(ctx context.Context, e, held errand) error {
	return s.InTx(ctx, func(tx *gorm.DB) error { return s.saveTx(tx, e, held) })
}

// saveTx writes e's progress where state and lease are still as in held; a row
// that has moved on is left alone, and is errLeaseLost.
func (s *Service) saveTx(tx *gorm.DB, e, held errand) error {
	query := tx.Table(e.table).Where("id = ? AND state = ?", e.id, held.State)
	switch {
	case !s.guarded(guardLease):
	case held.LeaseToken == nil:
		query = query.Where("lease_token IS NULL")
	default:
		query = query.Where("lease_token = ?", *held.LeaseToken)
	}
	res := query.Updates(map[string]any{
		"state": e.State, "attempt": e.Attempt, "tries": e.Tries, "first_sent_at": e.FirstSentAt,
		"ambiguous": e.Ambiguous, "not_before": e.NotBefore, "lease_token": e.LeaseToken,
		"lease_until": e.LeaseUntil, "failure": e.Failure,
	})
	if res.Error != nil {
		return fmt.Errorf("update %s %s: %w", e.table, e.id, res.Error)
	}
	if res.RowsAffected != 1 {
		return errLeaseLost
	}
	return nil
}
