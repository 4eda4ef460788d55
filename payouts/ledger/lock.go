package ledger

import (
	"context"

	"gorm.io/gorm"
)

// LockTx holds the accounts, as far as they exist, until the transaction ends.
// PostTx locks what it posts to in the order of the accounts' ids; a transaction
// of several postings calls LockTx before the first, with the accounts of all,
// so that it keeps that order too and meets others without a deadlock.
func LockTx(ctx context.Context, tx *gorm.DB, accounts ...Account) error {
	wanted := make(map[string]Account, len(accounts))
	for _, a := range accounts {
		if err := a.check(); err != nil {
			return err
		}
		if a.Constrained() {
			wanted[a.ID()] = a
		}
	}
	_, err := lock(tx.WithContext(ctx), wanted)
	return err
}
