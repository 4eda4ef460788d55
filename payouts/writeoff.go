package payouts

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// WriteOff is a debt, or a part of it, that we give up. ID is the key; By is the
// brand or expert who owes.
type WriteOff struct {
	ID     uuid.UUID
	By     uuid.UUID
	Amount Money
}

// WriteOffBrandTx makes what a brand owes our loss: *InsufficientFundsError when
// it owes less.
func WriteOffBrandTx(ctx context.Context, tx *gorm.DB, now time.Time, w WriteOff) error {
	return w.post(ctx, tx, now, ledger.ChargebackLoss, ledger.BrandOwes)
}

// WriteOffExpertTx is WriteOffBrandTx for what an expert owes.
func WriteOffExpertTx(ctx context.Context, tx *gorm.DB, now time.Time, w WriteOff) error {
	return w.post(ctx, tx, now, ledger.Writeoff, ledger.ExpertOwes)
}

func (w WriteOff) post(ctx context.Context, tx *gorm.DB, now time.Time, loss, debt ledger.Kind) error {
	if err := checkIDs([]string{"write_off", "by"}, w.ID, w.By); err != nil {
		return err
	}
	if err := checkAmount("amount", w.Amount, 1); err != nil {
		return err
	}
	_, err := ledger.PostTx(ctx, tx, ledger.Posting{
		Key: "write_off:" + w.ID.String(), Kind: "write_off", At: now,
		Entries: ledger.Move(account(loss, uuid.Nil, w.Amount.Currency), account(debt, w.By, w.Amount.Currency), w.Amount.Minor),
	})
	return err
}
