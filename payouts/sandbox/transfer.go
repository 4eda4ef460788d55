package sandbox

import (
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

func (t transferRow) movement() payouts.Movement {
	return payouts.Movement{
		ID: t.ID, Amount: payouts.Money{Minor: t.AmountMinor, Currency: t.Currency}, Account: t.Destination, State: payouts.MoveDone,
	}
}

func newTransfer(req payouts.MoveRequest, at time.Time) transferRow {
	return transferRow{
		ID: newID("tr"), TransferGroup: req.Group, PayoutID: req.Subject, Currency: req.Amount.Currency,
		AmountMinor: req.Amount.Minor, Destination: req.Account, CreatedAt: at,
	}
}

// entry is the transfer in the books.
func (t transferRow) entry() entryRow {
	return entryRow{
		ID: newID("txn"), Kind: payouts.EntryTransfer, Currency: t.Currency, GrossMinor: -t.AmountMinor, NetMinor: -t.AmountMinor,
		Source: t.ID, SubjectID: &t.PayoutID, MadeAt: t.CreatedAt, AvailableAt: t.CreatedAt,
	}
}

// transfer pays an account out of the platform's balance.
func (p *Provider) transfer(tx *gorm.DB, req payouts.MoveRequest, at time.Time) (m payouts.Movement, code string, err error) {
	to, err := findAccount(tx, req.Account)
	var refused *payouts.ProviderError
	switch {
	case errors.As(err, &refused):
		return m, refused.Code, nil
	case err != nil:
		return m, "", err
	case !to.PayoutsEnabled:
		return m, payouts.CodeAccountRestricted, nil
	case req.Amount.Minor <= 0:
		return m, codeRefused, nil
	}
	row := newTransfer(req, at)
	if covered, err := enter(tx, row.entry()); err != nil || !covered {
		return m, codeLowBalance, err
	}
	if err := tx.Create(&row).Error; err != nil {
		return m, "", fmt.Errorf("insert sandbox transfer: %w", err)
	}
	return row.movement(), "", nil
}

// transferAtOnce is a transfer to which nothing happens, in one statement. None
// was made where the answer has no id: something stands against it.
func (p *Provider) transferAtOnce(tx *gorm.DB, req payouts.MoveRequest) (payouts.Movement, error) {
	now := p.now()
	t := newTransfer(req, now)
	e := t.entry()
	var made int64
	err := tx.Raw(`WITH taken AS (UPDATE sandbox_balances SET minor = minor - @amount WHERE currency = @currency AND minor >= @amount AND CAST(@amount AS bigint) > 0
			AND EXISTS (SELECT FROM sandbox_accounts WHERE id = @account AND payouts_enabled)
			AND NOT EXISTS (SELECT FROM sandbox_keys WHERE key = @key) RETURNING 1),
		keyed AS (INSERT INTO sandbox_keys (key, params, code, transfer_id, created_at)
			SELECT @key, @params, '', @id, CAST(@at AS timestamptz) WHERE EXISTS (SELECT FROM taken)),
		moved AS (INSERT INTO sandbox_transfers (id, transfer_group, payout_id, currency, amount_minor, destination, created_at)
			SELECT @id, @group, CAST(@payout AS uuid), @currency, @amount, @account, CAST(@at AS timestamptz) WHERE EXISTS (SELECT FROM taken)),
		entered AS (INSERT INTO sandbox_entries (id, kind, currency, gross_minor, fee_minor, net_minor, source, subject_id, made_at, available_at)
			SELECT @entry, @kind, @currency, @gross, 0, @gross, @id, CAST(@payout AS uuid), CAST(@at AS timestamptz), CAST(@at AS timestamptz)
			WHERE EXISTS (SELECT FROM taken))
		SELECT count(*) FROM taken`, map[string]any{
		"amount": t.AmountMinor, "currency": string(t.Currency), "account": t.Destination, "key": req.IdempotencyKey, "params": params(req),
		"id": t.ID, "at": now, "group": t.TransferGroup, "payout": t.PayoutID, "entry": e.ID, "kind": string(e.Kind), "gross": e.GrossMinor,
	}).Scan(&made).Error
	if err != nil {
		return payouts.Movement{}, fmt.Errorf("make sandbox transfer: %w", err)
	}
	if made == 0 {
		return payouts.Movement{}, nil
	}
	return t.movement(), nil
}
