package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts"
)

type transferRow struct {
	ID            string
	TransferGroup string
	PayoutID      uuid.UUID
	Currency      payouts.Currency
	AmountMinor   int64
	Destination   string
	CreatedAt     time.Time
}

func (transferRow) TableName() string { return "sandbox_transfers" }

func (t transferRow) transfer() payouts.Transfer {
	return payouts.Transfer{
		ID: t.ID, Amount: payouts.Money{Minor: t.AmountMinor, Currency: t.Currency}, Destination: t.Destination,
	}
}

// keyRow is the answer kept under an idempotency key: a transfer, or the code of
// an error that is answered again.
type keyRow struct {
	Key        string
	Params     []byte
	Code       string
	TransferID string
	CreatedAt  time.Time
}

func (keyRow) TableName() string { return "sandbox_keys" }

// Transfer implements payouts.Provider.
func (p *Provider) Transfer(ctx context.Context, req payouts.TransferRequest) (payouts.Transfer, error) {
	fault := None
	if p.Fault != nil {
		fault = p.Fault(req)
	}
	if code := fault.before(); code != "" {
		return payouts.Transfer{}, answer(code)
	}
	var row transferRow
	var code string
	err := p.InTx(ctx, func(tx *gorm.DB) (err error) {
		row, code, err = p.transferTx(tx, req, fault)
		return err
	})
	if err != nil {
		return payouts.Transfer{}, err
	}
	if fault == LostAfter {
		code = codeLost
	}
	if code != "" {
		return payouts.Transfer{}, answer(code)
	}
	return row.transfer(), nil
}

// transferTx answers from the key, or has the effect and keeps the answer.
func (p *Provider) transferTx(tx *gorm.DB, req payouts.TransferRequest, fault Fault) (transferRow, string, error) {
	kept, err := p.keptAnswer(tx, req)
	if err != nil {
		return transferRow{}, "", err
	}
	if kept != nil {
		return replay(tx, *kept, req)
	}
	row, code, err := p.move(tx, req, fault)
	if err != nil {
		return transferRow{}, "", err
	}
	key := keyRow{Key: req.IdempotencyKey, Params: params(req), Code: code, TransferID: row.ID, CreatedAt: p.now()}
	if code != "" {
		key.TransferID = ""
	}
	if err := tx.Create(&key).Error; err != nil {
		return transferRow{}, "", fmt.Errorf("keep sandbox key: %w", err)
	}
	return row, code, nil
}

// keptAnswer returns what is kept under the key; what is too old is forgotten.
func (p *Provider) keptAnswer(tx *gorm.DB, req payouts.TransferRequest) (*keyRow, error) {
	var row keyRow
	err := tx.Where("key = ?", req.IdempotencyKey).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read sandbox key: %w", err)
	}
	if row.CreatedAt.After(p.now().Add(-keyLife)) {
		return &row, nil
	}
	if err := tx.Where("key = ?", req.IdempotencyKey).Delete(&keyRow{}).Error; err != nil {
		return nil, fmt.Errorf("forget sandbox key: %w", err)
	}
	return nil, nil
}

func replay(tx *gorm.DB, kept keyRow, req payouts.TransferRequest) (transferRow, string, error) {
	if !bytes.Equal(kept.Params, params(req)) {
		return transferRow{}, codeKeyReused, nil
	}
	if kept.Code != "" {
		return transferRow{}, kept.Code, nil
	}
	var row transferRow
	if err := tx.Where("id = ?", kept.TransferID).Take(&row).Error; err != nil {
		return transferRow{}, "", fmt.Errorf("read sandbox transfer: %w", err)
	}
	return row, "", nil
}

// move refuses, or makes the transfer. ErrorApplied makes it and answers an error.
func (p *Provider) move(tx *gorm.DB, req payouts.TransferRequest, fault Fault) (transferRow, string, error) {
	if code := fault.instead(); code != "" {
		return transferRow{}, code, nil
	}
	to, err := findAccount(tx, req.Destination)
	var refused *payouts.ProviderError
	if errors.As(err, &refused) {
		return transferRow{}, refused.Code, nil
	}
	if err != nil {
		return transferRow{}, "", err
	}
	if !to.PayoutsEnabled {
		return transferRow{}, payouts.CodeAccountRestricted, nil
	}
	row := transferRow{
		ID: "sandbox_tr_" + uuid.NewString(), TransferGroup: req.Group, PayoutID: req.PayoutID,
		Currency: req.Amount.Currency, AmountMinor: req.Amount.Minor, Destination: req.Destination, CreatedAt: p.now(),
	}
	if err := tx.Create(&row).Error; err != nil {
		return transferRow{}, "", fmt.Errorf("insert sandbox transfer: %w", err)
	}
	if fault == ErrorApplied {
		return row, codeServerError, nil
	}
	return row, "", nil
}

func params(req payouts.TransferRequest) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s", req.Group, req.PayoutID, req.Amount, req.Destination))
	return sum[:]
}

// FindTransfers implements payouts.Provider.
func (p *Provider) FindTransfers(ctx context.Context, group string) ([]payouts.Transfer, error) {
	var rows []transferRow
	err := p.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Where("transfer_group = ?", group).Order("created_at, id").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list sandbox transfers: %w", err)
	}
	found := make([]payouts.Transfer, len(rows))
	for i, row := range rows {
		found[i] = row.transfer()
	}
	return found, nil
}
