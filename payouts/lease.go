package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// claimed is an errand as it was leased, and as it was before.
type claimed struct{ now, before errand }

// claim leases up to limit errands that are due, orders before payouts; none
// where none is due.
func (s *Service) claim(ctx context.Context, limit int) (batch []claimed, err error) {
	now := s.now()
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		batch = nil
		orders, err := nextDue[Order](s, tx, now, limit)
		if err != nil {
			return err
		}
		var payouts []Payout
		if left := limit - len(orders); left > 0 {
			if payouts, err = nextDue[Payout](s, tx, now, left); err != nil {
				return err
			}
		}
		if len(orders)+len(payouts) == 0 {
			return refusePaused(tx)
		}
		due := make([]errand, 0, len(orders)+len(payouts))
		for _, o := range orders {
			due = append(due, o.errand())
		}
		for _, p := range payouts {
			due = append(due, p.errand())
		}
		batch, err = lease(tx, due, now)
		return err
	})
	return batch, err
}

// nextDue locks rows that are due, unless payouts are paused.
func nextDue[T Payout | Order](s *Service, tx *gorm.DB, now time.Time, limit int) ([]T, error) {
	query := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE", Options: "SKIP LOCKED"}).
		Where("state IN ('created', 'sending') AND not_before <= ? AND provider = ?", now, s.Provider.Label()).
		Where("NOT EXISTS (SELECT 1 FROM payout_freezes WHERE scope = ?)", scopePayouts)
	if _, orders := any(*new(T)).(Order); orders { // an instant payout waits for its transfer
		query = query.Where("kind <> ? OR EXISTS (SELECT 1 FROM payouts AS p WHERE p.id = payout_orders.payout_id AND p.state = 'sent')", MoveInstant).
			Where(notKept)
	}
	if s.guarded(guardLease) {
		query = query.Where("lease_until IS NULL OR lease_until <= ?", now)
	}
	var due []T
	if err := query.Order("not_before, id").Limit(limit).Find(&due).Error; err != nil {
		return nil, fmt.Errorf("claim payouts: %w", err)
	}
	return due, nil
}

// lease writes one lease on errands that are locked.
func lease(tx *gorm.DB, due []errand, now time.Time) ([]claimed, error) {
	token, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make lease token: %w", err)
	}
	batch, ids, until := make([]claimed, len(due)), map[string][]uuid.UUID{}, now.Add(leaseTime)
	for i, e := range due {
		batch[i].before, ids[e.table] = e, append(ids[e.table], e.id)
		e.State, e.LeaseToken, e.LeaseUntil = PayoutSending, &token, &until
		e.Tries++
		if e.FirstSentAt == nil {
			e.FirstSentAt = &now
		}
		batch[i].now = e
	}
	for table, of := range ids {
		err := tx.Exec(`UPDATE `+table+` SET state = 'sending', lease_token = ?, lease_until = ?, tries = tries + 1,
			first_sent_at = COALESCE(first_sent_at, ?) WHERE id IN ?`, token, until, now, of).Error
		if err != nil {
			return nil, fmt.Errorf("lease %s: %w", table, err)
		}
	}
	return batch, nil
}

// giveBack undoes the claim of errands that nothing was done with.
func (s *Service) giveBack(ctx context.Context, batch []claimed) error {
	var errs []error
	for _, c := range batch {
		if err := s.save(ctx, c.before, c.now); err != nil && !errors.Is(err, errLeaseLost) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
