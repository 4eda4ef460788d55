// Package sandbox is a payment provider that moves no money. It behaves as the
// real one does where that matters: accounts and transfers are kept, idempotency
// keys answer again with the first answer for 24 hours and refuse other
// parameters, books are kept of the platform's balance, which can be too low, and
// faults can be put in at each side of an effect. It keeps its state in tables of
// its own, in transactions of its own, as if it were elsewhere.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/payouts"
)

// Label names the provider everywhere: "sandbox".
const Label = "sandbox"

// keyLife is how long an idempotency key is kept.
const keyLife = 24 * time.Hour

// Provider is the sandbox. InTx and Now are needed; Fault may be nil. Safe for
// concurrent use.
type Provider struct {
	// InTx runs fn in a transaction of the sandbox's own and may run it again.
	InTx func(ctx context.Context, fn func(tx *gorm.DB) error) error
	// Now is the clock that keys expire by.
	Now func() time.Time
	// Fault says what goes wrong with a movement; nil means nothing ever does.
	// Delay is how late an effect comes that comes late; nil: a minute.
	Fault func(req payouts.MoveRequest) Fault
	Delay func(req payouts.MoveRequest) time.Duration
	// Decline gives the code with which a charge is declined; nil, or "": it is not.
	Decline func(req payouts.ChargeRequest) string

	mu   sync.Mutex
	late []late // what is still to come
}

var _ payouts.Provider = (*Provider)(nil)

// Label implements payouts.Provider.
func (*Provider) Label() string { return Label }

// Sandbox implements payouts.Provider: it is one.
func (*Provider) Sandbox() bool { return true }

type accountRow struct {
	ID             string
	Key            string
	PayoutsEnabled bool
	CreatedAt      time.Time
}

func (accountRow) TableName() string { return "sandbox_accounts" }

func (a accountRow) account() payouts.ProviderAccount {
	return payouts.ProviderAccount{Reference: a.ID, PayoutsEnabled: a.PayoutsEnabled}
}

// CreateAccount opens an account that can be paid at once.
func (p *Provider) CreateAccount(ctx context.Context, req payouts.AccountRequest) (payouts.ProviderAccount, error) {
	var row accountRow
	err := p.InTx(ctx, func(tx *gorm.DB) error {
		fresh := accountRow{ID: "sandbox_acct_" + uuid.NewString(), Key: req.IdempotencyKey, PayoutsEnabled: true, CreatedAt: p.now()}
		onKey := clause.OnConflict{Columns: []clause.Column{{Name: "key"}}, DoNothing: true}
		if err := tx.Clauses(onKey).Create(&fresh).Error; err != nil {
			return fmt.Errorf("insert sandbox account: %w", err)
		}
		row = accountRow{} // gorm would also ask for the id that is in it
		if err := tx.Where("key = ?", req.IdempotencyKey).Take(&row).Error; err != nil {
			return fmt.Errorf("read sandbox account: %w", err)
		}
		return nil
	})
	return row.account(), err
}

// AccountStatus implements payouts.Provider.
func (p *Provider) AccountStatus(ctx context.Context, reference string) (payouts.ProviderAccount, error) {
	var row accountRow
	err := p.InTx(ctx, func(tx *gorm.DB) (err error) {
		row, err = findAccount(tx, reference)
		return err
	})
	return row.account(), err
}

// Restrict makes an account refuse transfers, or take them again, as a provider
// does when it wants to know more about its owner.
func (p *Provider) Restrict(ctx context.Context, reference string, restricted bool) error {
	return p.InTx(ctx, func(tx *gorm.DB) error {
		if _, err := findAccount(tx, reference); err != nil {
			return err
		}
		return tx.Model(&accountRow{}).Where("id = ?", reference).
			Updates(map[string]any{"payouts_enabled": !restricted}).Error
	})
}

func findAccount(tx *gorm.DB, reference string) (accountRow, error) {
	var row accountRow
	err := tx.Where("id = ?", reference).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return accountRow{}, &payouts.ProviderError{Class: payouts.Definitive, Code: "no_such_account"}
	}
	if err != nil {
		return accountRow{}, fmt.Errorf("read sandbox account: %w", err)
	}
	return row, nil
}

func (p *Provider) now() time.Time { return p.Now().UTC().Truncate(time.Microsecond) }
