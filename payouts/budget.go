package payouts

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// BudgetTx is what a program may still spend in a currency: what was allocated
// and is neither held nor spent.
func BudgetTx(ctx context.Context, tx *gorm.DB, program uuid.UUID, c Currency) (Money, error) {
	return balanceTx(ctx, tx, ledger.ProgramBudget, program, c)
}

// WalletTx is what a brand paid in and has not given to a program.
func WalletTx(ctx context.Context, tx *gorm.DB, brand uuid.UUID, c Currency) (Money, error) {
	return balanceTx(ctx, tx, ledger.BrandWallet, brand, c)
}

// HeldTx is what a program has set aside for work under way.
func HeldTx(ctx context.Context, tx *gorm.DB, program uuid.UUID, c Currency) (Money, error) {
	return balanceTx(ctx, tx, ledger.ProgramHold, program, c)
}

// Locks are what a transaction moves: of a program as far as a hold of it goes, of
// experts, and of one reward that waits, if any.
type Locks struct {
	Program, Hold, Reward uuid.UUID
	Experts               []uuid.UUID
}

// LockTx holds the accounts of one currency, and before them the reward, until the
// transaction ends. A transaction that calls several of this package's verbs for more
// than one expert calls it first; then it cannot deadlock with another that does, nor
// with one verb: all hold rewards before accounts.
func LockTx(ctx context.Context, tx *gorm.DB, c Currency, l Locks) error {
	if l.Reward != uuid.Nil {
		if _, err := lockReward(tx.WithContext(ctx), l.Reward); err != nil {
			return err
		}
	}
	accounts := []ledger.Account{account(ledger.ProgramBudget, l.Program, c), account(ledger.ProgramHold, l.Program, c)}
	for _, expert := range l.Experts {
		accounts = append(accounts, account(ledger.ExpertPending, expert, c), account(ledger.ExpertAvailable, expert, c))
	}
	return ledger.LockTx(ctx, tx, l.Hold, accounts...)
}

func balanceTx(ctx context.Context, tx *gorm.DB, kind ledger.Kind, owner uuid.UUID, c Currency) (Money, error) {
	if err := checkIDs([]string{string(kind)}, owner); err != nil {
		return Money{}, err
	}
	if err := c.Check(); err != nil {
		return Money{}, &InvalidError{Field: "currency", Reason: "is not known"}
	}
	return ledger.BalanceTx(ctx, tx, account(kind, owner, c))
}
