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

// TopUp is when a brand's wallet of one currency is filled by the card that was
// left: whenever there is less than BelowMinor in it, by AmountMinor, and by no
// more than MonthMinor in one calendar month (UTC). A charge that fails makes it
// inactive, for Failure, until somebody sets it anew.
type TopUp struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	Currency    Currency  `gorm:"primaryKey"`
	Active      bool
	BelowMinor  int64
	AmountMinor int64
	MonthMinor  int64
	Failure     string
	UpdatedAt   time.Time
}

// TableName names the table.
func (TopUp) TableName() string { return "brand_top_ups" }

// ErrNoCard: the brand has left no card that could be charged.
var ErrNoCard = errors.New("no card was left to be charged")

func (t TopUp) check() error {
	if err := checkIDs([]string{"brand"}, t.BrandID); err != nil {
		return err
	}
	for _, part := range []struct {
		field string
		minor int64
	}{{"below", t.BelowMinor}, {"amount", t.AmountMinor}, {"month", t.MonthMinor}} {
		if err := checkAmount(part.field, Money{Minor: part.minor, Currency: t.Currency}, 1); err != nil {
			return err
		}
	}
	if err := checkPaid("amount", Money{Minor: t.AmountMinor, Currency: t.Currency}); err != nil {
		return err
	}
	if t.MonthMinor < t.AmountMinor {
		return &InvalidError{Field: "month", Reason: "must be at least the amount of one top-up"}
	}
	return nil
}

// SetTopUpTx sets when a wallet is topped up; an active one needs a card at the
// provider: ErrNoCard. Errors: *InvalidError.
func SetTopUpTx(ctx context.Context, tx *gorm.DB, now time.Time, provider string, t TopUp) error {
	if err := t.check(); err != nil {
		return err
	}
	tx = tx.WithContext(ctx)
	if t.Active {
		by, ok, err := findPayer(tx, t.BrandID, provider)
		if err != nil {
			return err
		}
		if !ok || by.Card == "" {
			return ErrNoCard
		}
	}
	t.Failure, t.UpdatedAt = "", stamp(now)
	onBrand := clause.OnConflict{
		Columns:   []clause.Column{{Name: "brand_id"}, {Name: "currency"}},
		DoUpdates: clause.AssignmentColumns([]string{"active", "below_minor", "amount_minor", "month_minor", "failure", "updated_at"}),
	}
	if err := tx.Clauses(onBrand).Create(&t).Error; err != nil {
		return fmt.Errorf("set top-up of brand %s: %w", t.BrandID, err)
	}
	return nil
}

// FindTopUp reads when a wallet is topped up, and whether a card is there to do
// it with; a brand that never set it has an inactive one of nothing.
func FindTopUp(ctx context.Context, tx *gorm.DB, provider string, brand uuid.UUID, c Currency) (t TopUp, card bool, err error) {
	tx = tx.WithContext(ctx)
	by, ok, err := findPayer(tx, brand, provider)
	if err != nil {
		return TopUp{}, false, err
	}
	err = tx.Where("brand_id = ? AND currency = ?", brand, c).Take(&t).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return TopUp{BrandID: brand, Currency: c}, ok && by.Card != "", nil
	}
	if err != nil {
		return TopUp{}, false, fmt.Errorf("read top-up of brand %s: %w", brand, err)
	}
	return t, ok && by.Card != "", nil
}

func stopTopUp(tx *gorm.DB, brand uuid.UUID, c Currency, why string, now time.Time) error {
	err := tx.Model(&TopUp{}).Where("brand_id = ? AND currency = ?", brand, c).
		Updates(map[string]any{"active": false, "failure": why, "updated_at": now}).Error
	if err != nil {
		return fmt.Errorf("stop top-up of brand %s: %w", brand, err)
	}
	return nil
}

// AnyTopUpTx reports whether any brand wants its wallet topped up.
func AnyTopUpTx(ctx context.Context, tx *gorm.DB) (bool, error) {
	var any bool
	if err := tx.WithContext(ctx).Raw("SELECT EXISTS (SELECT 1 FROM brand_top_ups WHERE active)").Scan(&any).Error; err != nil {
		return false, fmt.Errorf("look for top-ups: %w", err)
	}
	return any, nil
}

// DueTopUpsTx makes the payments of wallets that are to be topped up, but not of
// frozen brands; they are due at once, and Settle charges them. It returns how
// many there are.
func (c *Cashier) DueTopUpsTx(ctx context.Context, tx *gorm.DB) (made int, err error) {
	now := c.now()
	tx = tx.WithContext(ctx)
	var active []TopUp
	err = tx.Where("active AND NOT EXISTS (SELECT 1 FROM brand_payments p WHERE p.brand_id = brand_top_ups.brand_id " +
		"AND p.currency = brand_top_ups.currency AND p.method = 'top_up' AND p.state IN ('created', 'open')) " +
		"AND NOT EXISTS (SELECT 1 FROM payout_freezes f WHERE f.scope = 'brand' AND f.owner_id = brand_top_ups.brand_id)").
		Order("brand_id, currency").Find(&active).Error
	if err != nil {
		return 0, fmt.Errorf("read top-ups: %w", err)
	}
	for _, t := range active {
		due, err := t.due(ctx, tx, now)
		if err != nil {
			return made, err
		}
		if !due {
			continue
		}
		id, err := uuid.NewV7()
		if err != nil {
			return made, fmt.Errorf("make payment id: %w", err)
		}
		p := Payment{
			ID: id, BrandID: t.BrandID, Method: PayTopUp, Provider: c.Label, Currency: t.Currency,
			AmountMinor: t.AmountMinor, State: PaymentCreated, NextDueAt: &now, CreatedAt: now,
		}
		done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&p)
		if done.Error != nil {
			return made, fmt.Errorf("insert top-up of brand %s: %w", t.BrandID, done.Error)
		}
		made += int(done.RowsAffected)
	}
	return made, nil
}

// due reports whether the wallet is low and the month's sum allows another.
func (t TopUp) due(ctx context.Context, tx *gorm.DB, now time.Time) (bool, error) {
	wallet, err := WalletTx(ctx, tx, t.BrandID, t.Currency)
	if err != nil || wallet.Minor >= t.BelowMinor {
		return false, err
	}
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	var sum int64
	err = tx.Model(&Payment{}).Where("brand_id = ? AND currency = ? AND method = 'top_up' AND state <> 'failed' AND created_at >= ?",
		t.BrandID, t.Currency, month).Select("COALESCE(SUM(amount_minor), 0)").Scan(&sum).Error
	if err != nil {
		return false, fmt.Errorf("add up top-ups of brand %s: %w", t.BrandID, err)
	}
	return sum <= t.MonthMinor-t.AmountMinor, nil
}

// topUp charges a top-up, or finds out whether it was. There is one request, with
// one key: it is repeated only while the provider keeps keys and nothing is there
// to be seen of it, and given up when an effect can no longer come late.
func (c *Cashier) topUp(ctx context.Context, p Payment) (Payment, error) {
	by, err := c.payer(ctx, p.BrandID)
	if err != nil {
		return p, reached(err)
	}
	now := c.now()
	if p.FirstSentAt != nil {
		found, err := ask(ctx, func(ctx context.Context) ([]Charge, error) {
			return c.Collector.FindCharges(ctx, by.Reference, p.ID, *p.FirstSentAt)
		})
		switch age := now.Sub(*p.FirstSentAt); {
		case err != nil:
			return p, reached(err)
		case len(found) > 1:
			return c.change(ctx, p.ID, func(tx *gorm.DB, p *Payment, now time.Time) error { return p.alarm(tx, "several_charges", now) })
		case len(found) == 1:
			return c.act(ctx, p, found[0])
		case age >= settleWindow:
			return c.fail(ctx, p.ID, "not_charged")
		case age >= resendWindow || p.Ambiguous:
			return c.lookLater(ctx, p.ID, earlier(now.Add(deferral), p.FirstSentAt.Add(settleWindow)))
		}
	}
	if by.Card == "" {
		return c.fail(ctx, p.ID, "no_card")
	}
	return c.charge(ctx, p, by)
}

// charge sends the request, after it is on record that it may have been sent.
func (c *Cashier) charge(ctx context.Context, p Payment, by payer) (Payment, error) {
	p, err := c.change(ctx, p.ID, func(_ *gorm.DB, p *Payment, now time.Time) error {
		if p.FirstSentAt == nil {
			p.FirstSentAt = &now
		}
		due := now.Add(deferral)
		p.NextDueAt = &due
		return nil
	})
	if err != nil || p.ended() {
		return p, err
	}
	if c.now().Sub(*p.FirstSentAt) >= resendWindow { // somebody slept meanwhile
		return p, nil
	}
	charge, err := ask(ctx, func(ctx context.Context) (Charge, error) {
		return c.Collector.Charge(ctx, ChargeRequest{
			IdempotencyKey: p.key(), Brand: p.BrandID, Payment: p.ID, Payer: by.Reference, Card: by.Card, Amount: p.Amount(),
		})
	})
	if err == nil {
		return c.act(ctx, p, charge)
	}
	code, definitive := notCharged(err)
	if definitive {
		return c.fail(ctx, p.ID, code)
	}
	doubtful := false
	if class, _ := classify(err); class == Ambiguous {
		doubtful = true
	}
	p, saveErr := c.change(ctx, p.ID, func(_ *gorm.DB, p *Payment, _ time.Time) error {
		p.Failure, p.Ambiguous = code, p.Ambiguous || doubtful
		return nil
	})
	if saveErr != nil {
		return p, saveErr
	}
	return p, reached(err)
}
