package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// AccountTotal is what all accounts of one kind and currency hold together.
type AccountTotal = ledger.Total

// BooksTx adds up the ledger by kind of account and currency. It reads all the
// entries of accounts without a balance of their own.
func BooksTx(ctx context.Context, tx *gorm.DB) ([]AccountTotal, error) {
	return ledger.BooksTx(ctx, tx)
}

// ByExpert is the query for an expert's rewards or payouts, for who pages
// through them: by earned_at and id, or by created_at and id.
func ByExpert(ctx context.Context, tx *gorm.DB, expert uuid.UUID) *gorm.DB {
	return tx.WithContext(ctx).Where("expert_id = ?", expert)
}

// DueTx reports whether a payout or an order waits to be processed at now; a
// refund that is kept back does not.
func DueTx(ctx context.Context, tx *gorm.DB, now time.Time) (bool, error) {
	var due bool
	err := tx.WithContext(ctx).Raw(`SELECT EXISTS (SELECT 1 FROM payouts WHERE state IN ('created', 'sending') AND not_before <= ?)
		OR EXISTS (SELECT 1 FROM payout_orders WHERE state IN ('created', 'sending') AND not_before <= ? AND `+notKept+`)`, stamp(now), stamp(now)).Scan(&due).Error
	if err != nil {
		return false, fmt.Errorf("look for due payouts: %w", err)
	}
	return due, nil
}

// AccountOf returns an expert's account at the provider; ok is false where they
// have none.
func (s *Service) AccountOf(ctx context.Context, tx *gorm.DB, expert uuid.UUID) (a Account, ok bool, err error) {
	a, err = findAccount(tx.WithContext(ctx), expert, s.Provider.Label())
	if errors.Is(err, ErrNotFound) {
		return Account{}, false, nil
	}
	return a, err == nil, err
}

// Paused reports that payouts are stopped until a person has looked.
func Paused(ctx context.Context, tx *gorm.DB) (bool, error) {
	err := refusePaused(tx.WithContext(ctx))
	if errors.Is(err, ErrPaused) {
		return true, nil
	}
	return false, err
}
