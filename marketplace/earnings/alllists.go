package earnings

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// PayoutStates lists every state of a payout.
var PayoutStates = []payouts.PayoutState{payouts.PayoutCreated, payouts.PayoutSending, payouts.PayoutSent, payouts.PayoutFailed}

// AllPayouts lists everybody's payouts, newest first, with a state only those in
// it (permission RunPayouts). Errors: *access.ForbiddenError,
// *marketplace.InvalidError.
func (s *Service) AllPayouts(ctx context.Context, caller access.Caller, state payouts.PayoutState, page marketplace.Page) (list marketplace.Listing[payouts.Payout], err error) {
	if state != "" && !slices.Contains(PayoutStates, state) {
		return list, &marketplace.InvalidError{Field: "state", Reason: fmt.Sprintf("must be one of %v", PayoutStates)}
	}
	err = s.readAll(ctx, caller, func(tx *gorm.DB) error {
		find := tx.WithContext(ctx)
		if state != "" {
			find = find.Where("state = ?", state)
		}
		list, err = marketplace.List(find, page, newestMade, func(p payouts.Payout) marketplace.Place {
			return marketplace.Place{At: p.CreatedAt, ID: p.ID}
		})
		return wrap(err, "list everybody's payouts for", caller)
	})
	return list, err
}

var newestMade = marketplace.Order{At: "created_at", ID: "id", Newest: true}

// Run is one round of payouts and what became of them.
type Run struct {
	payouts.Run
	Made, Sent, Failed int             // payouts; the rest is on its way
	Amounts            []payouts.Money // what was not failed, by currency
}

// Runs lists the rounds of payouts, newest first (permission RunPayouts). Error:
// *access.ForbiddenError.
func (s *Service) Runs(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[Run], err error) {
	err = s.readAll(ctx, caller, func(tx *gorm.DB) error {
		found, err := marketplace.List(tx.WithContext(ctx), page, newestMade, func(r payouts.Run) marketplace.Place {
			return marketplace.Place{At: r.CreatedAt, ID: r.ID}
		})
		if err != nil {
			return wrap(err, "list the payout runs for", caller)
		}
		list = marketplace.Listing[Run]{Items: make([]Run, len(found.Items)), Next: found.Next}
		for i, r := range found.Items {
			list.Items[i].Run = r
		}
		return wrap(addUpTx(ctx, tx, list.Items), "add up the payout runs for", caller)
	})
	return list, err
}

// addUpTx adds up the payouts of runs, in one statement.
func addUpTx(ctx context.Context, tx *gorm.DB, runs []Run) error {
	if len(runs) == 0 {
		return nil
	}
	ids, place := make([]uuid.UUID, len(runs)), make(map[uuid.UUID]*Run, len(runs))
	for i := range runs {
		ids[i], place[runs[i].ID] = runs[i].ID, &runs[i]
	}
	rows, err := tx.WithContext(ctx).Raw(`SELECT run_id, currency, COUNT(*), SUM(CASE WHEN state = 'sent' THEN 1 ELSE 0 END),
		SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), CAST(SUM(CASE WHEN state = 'failed' THEN 0 ELSE amount_minor END) AS bigint)
		FROM payouts WHERE run_id IN ? GROUP BY run_id, currency ORDER BY currency`, ids).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var sum payouts.Money
		var made, sent, failed int
		if err := rows.Scan(&id, &sum.Currency, &made, &sent, &failed, &sum.Minor); err != nil {
			return err
		}
		r := place[id]
		r.Made, r.Sent, r.Failed, r.Amounts = r.Made+made, r.Sent+sent, r.Failed+failed, append(r.Amounts, sum)
	}
	return rows.Err()
}
