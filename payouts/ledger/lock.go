package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/money"
)

// LockTx holds the accounts, as far as they exist, until the transaction ends.
// PostTx locks what it posts to in the order of the accounts' ids; a transaction
// of several postings calls LockTx before the first, with the accounts of all,
// so that it keeps that order too and meets others without a deadlock. Near is
// what the postings are about, as in a Posting.
func LockTx(ctx context.Context, tx *gorm.DB, near uuid.UUID, accounts ...Account) error {
	wanted := make(map[string]Account, len(accounts))
	for _, a := range accounts {
		if err := a.check(); err != nil {
			return err
		}
		if a.Constrained() {
			wanted[a.home(near)] = a
		}
	}
	_, err := lock(tx.WithContext(ctx), wanted)
	return err
}

// HoldingTx is LockTx of accounts with all of their rows, and returns what they
// have, by their normal side: one never used has nothing.
func HoldingTx(ctx context.Context, tx *gorm.DB, accounts ...Account) ([]money.Money, error) {
	wanted := make(map[string]Account, len(accounts))
	for _, a := range accounts {
		if err := a.check(); err != nil {
			return nil, err
		}
		if !a.Constrained() {
			return nil, fmt.Errorf("%w: account %s has no balance to hold", ErrPosting, a.ID())
		}
		for _, id := range a.rows() {
			wanted[id] = a
		}
	}
	locked, err := lock(tx.WithContext(ctx), wanted)
	if err != nil {
		return nil, err
	}
	have := make([]money.Money, len(accounts))
	for i, a := range accounts {
		have[i].Currency = a.Currency
		for _, id := range a.rows() {
			if row, ok := locked[id]; ok {
				have[i].Minor += row.Balance
			}
		}
	}
	return have, nil
}
