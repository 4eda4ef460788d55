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

// Account is an expert's account at a provider, as last heard. It can be paid
// while PayoutsEnabled. Due is how many things the provider wants to know of its
// owner, by DueBy where that has a time; Disabled is its reason for not paying.
type Account struct {
	ExpertID       uuid.UUID
	Provider       string
	Reference      string
	PayoutsEnabled bool
	Country        string // ISO 3166, two letters; empty: not known
	Submitted      bool   // everything that was asked at first has been told
	Disabled       string
	Due            int
	DueBy          *time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// TableName names the table.
func (Account) TableName() string { return "payout_accounts" }

// EnsureAccount opens the expert's account at the provider, or returns the one
// that exists. Idempotent under crashes and lost answers, as long as the provider
// keeps the key, which is the expert's id, the country, and the number of the attempt
// where one was refused.
func (s *Service) EnsureAccount(ctx context.Context, expert uuid.UUID) (Account, error) {
	return s.EnsureAccountIn(ctx, expert, "")
}

// EnsureAccountIn is EnsureAccount for an expert of a country, ISO 3166 with two
// letters; empty: the provider's own. It cannot be changed later.
func (s *Service) EnsureAccountIn(ctx context.Context, expert uuid.UUID, country string) (Account, error) {
	if err := checkIDs([]string{"expert"}, expert); err != nil {
		return Account{}, err
	}
	a, err := s.findAccount(ctx, expert)
	if err == nil || !errors.Is(err, ErrNotFound) {
		return a, err
	}
	var opened ProviderAccount
	account := opening{Provider: s.Provider.Label(), Name: "account_" + expert.String() + "_" + country, OwnerID: expert}
	err = openOnce(ctx, s.InTx, account, func(key string) (err error) {
		opened, err = s.Provider.CreateAccount(ctx, AccountRequest{IdempotencyKey: key, Expert: expert, Country: country})
		return err
	})
	if err != nil {
		return Account{}, fmt.Errorf("open account of expert %s: %w", expert, err)
	}
	return s.recordAccount(ctx, expert, opened)
}

// RefreshAccount asks the provider how the expert's account stands, and appends
// the fact FactAccountEnabled or FactAccountRestricted if that has changed.
func (s *Service) RefreshAccount(ctx context.Context, expert uuid.UUID) (Account, error) {
	a, err := s.findAccount(ctx, expert)
	if err != nil {
		return Account{}, err
	}
	status, err := s.Provider.AccountStatus(ctx, a.Reference)
	if err != nil {
		return Account{}, fmt.Errorf("read account of expert %s: %w", expert, err)
	}
	return s.recordAccount(ctx, expert, status)
}

func (s *Service) findAccount(ctx context.Context, expert uuid.UUID) (a Account, err error) {
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		a, err = findAccount(tx, expert, s.Provider.Label())
		return err
	})
	return a, err
}

func findAccount(tx *gorm.DB, expert uuid.UUID, provider string) (Account, error) {
	var a Account
	err := tx.Where("expert_id = ? AND provider = ?", expert, provider).Take(&a).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Account{}, &NotFoundError{Noun: "payout account of expert", ID: expert}
	}
	if err != nil {
		return Account{}, fmt.Errorf("read account of expert %s: %w", expert, err)
	}
	return a, nil
}

func (s *Service) recordAccount(ctx context.Context, expert uuid.UUID, heard ProviderAccount) (a Account, err error) {
	now := s.now()
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		a = Account{
			ExpertID: expert, Provider: s.Provider.Label(), Reference: heard.Reference,
			PayoutsEnabled: heard.PayoutsEnabled, CreatedAt: now, UpdatedAt: now,
		}
		a.hear(heard)
		onExpert := clause.OnConflict{
			Columns:   []clause.Column{{Name: "expert_id"}, {Name: "provider"}},
			DoNothing: true,
		}
		res := tx.Clauses(onExpert).Create(&a)
		if res.Error != nil {
			return fmt.Errorf("insert account of expert %s: %w", expert, res.Error)
		}
		if err := NoteFingerprintsTx(ctx, tx, now, a.Provider, expert, heard.Fingerprints...); err != nil {
			return err
		}
		if res.RowsAffected == 1 {
			return appendFact(tx, a.fact(now, ""))
		}
		if a, err = findAccount(forUpdate(tx), expert, s.Provider.Label()); err != nil {
			return err
		}
		if err := a.mirror(tx, now, heard); err != nil {
			return err
		}
		return a.enable(tx, now, heard.PayoutsEnabled, heard.Disabled)
	})
	return a, err
}

// hear takes over what the provider says of the account's owner.
func (a *Account) hear(heard ProviderAccount) {
	a.Submitted, a.Disabled, a.Due, a.DueBy = heard.Submitted, heard.Disabled, heard.Due, nil
	if heard.Country != "" {
		a.Country = heard.Country
	}
	if !heard.DueBy.IsZero() {
		by := stamp(heard.DueBy)
		a.DueBy = &by
	}
}

// mirror keeps what the provider says of the account's owner.
func (a *Account) mirror(tx *gorm.DB, now time.Time, heard ProviderAccount) error {
	a.hear(heard)
	a.UpdatedAt = now
	err := tx.Model(&Account{}).Where("expert_id = ? AND provider = ?", a.ExpertID, a.Provider).
		Updates(map[string]any{"country": a.Country, "submitted": a.Submitted, "disabled": a.Disabled, "due": a.Due, "due_by": a.DueBy, "updated_at": now}).Error
	if err != nil {
		return fmt.Errorf("mirror account of expert %s: %w", a.ExpertID, err)
	}
	return nil
}

// enable records whether the account can be paid, and the fact if that is new.
func (a *Account) enable(tx *gorm.DB, now time.Time, enabled bool, reason string) error {
	if a.PayoutsEnabled == enabled {
		return nil
	}
	a.PayoutsEnabled, a.UpdatedAt = enabled, now
	err := tx.Model(&Account{}).Where("expert_id = ? AND provider = ?", a.ExpertID, a.Provider).
		Updates(map[string]any{"payouts_enabled": enabled, "updated_at": now}).Error
	if err != nil {
		return fmt.Errorf("update account of expert %s: %w", a.ExpertID, err)
	}
	return appendFact(tx, a.fact(now, reason))
}

func (a *Account) fact(now time.Time, reason string) Fact {
	kind := FactAccountRestricted
	if a.PayoutsEnabled {
		kind = FactAccountEnabled
	}
	return Fact{Kind: kind, ExpertID: &a.ExpertID, SubjectID: a.ExpertID, Reason: reason, At: now}
}
