package customer

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

type consentNoun struct{}

// ConsentID identifies a consent.
type ConsentID = marketplace.ID[consentNoun]

// Consent is what a customer agreed to: one version of the text for one
// purpose. It stays on record after it was withdrawn and after the customer
// was erased, as proof; it holds nothing of the person.
type Consent struct {
	ID          ConsentID `gorm:"primaryKey"`
	BrandID     marketplace.BrandID
	CustomerID  ID
	Purpose     string // a short code of the brand's, at most 100 bytes
	Version     string // of the text agreed to, at most 100 bytes
	GivenAt     time.Time
	WithdrawnAt *time.Time // nil while it stands
}

const maxCode = 100

// GiveConsent records that the customer agreed to this version for this
// purpose; while that stands, again changes nothing and returns it. Only the
// customer, or the system in their name. Errors: *access.ForbiddenError,
// *marketplace.InvalidError, *marketplace.NotFoundError, ErrErased.
func (s *Service) GiveConsent(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID, purpose, version string) (Consent, error) {
	if err := marketplace.CheckText("version", version, 1, maxCode); err != nil {
		return Consent{}, err
	}
	var c Consent
	err := s.consentTx(ctx, caller, brand, id, purpose, func(tx *gorm.DB, now time.Time) (err error) {
		c, err = s.giveTx(ctx, tx, Consent{
			ID: marketplace.NewID[consentNoun](), BrandID: brand, CustomerID: id,
			Purpose: purpose, Version: version, GivenAt: now,
		})
		marketplace.Made(ctx, c.ID)
		return err
	})
	if err != nil {
		return Consent{}, err
	}
	return c, nil
}

// GiveConsentTx is GiveConsent by the customer themselves, for the rooms above,
// which have locked them (LockTx).
func (s *Service) GiveConsentTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID, purpose, version string) (Consent, error) {
	if err := marketplace.CheckText("version", version, 1, maxCode); err != nil {
		return Consent{}, err
	}
	return s.giveTx(ctx, tx, Consent{
		ID: marketplace.NewID[consentNoun](), BrandID: brand, CustomerID: id, Purpose: purpose, Version: version, GivenAt: s.clock.Now(),
	})
}

// WithdrawConsentTx is WithdrawConsent, as GiveConsentTx is GiveConsent.
func (s *Service) WithdrawConsentTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID, purpose string) error {
	return s.withdrawTx(ctx, tx, brand, id, purpose, s.clock.Now())
}

func (s *Service) giveTx(ctx context.Context, tx *gorm.DB, c Consent) (Consent, error) {
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&c)
	if done.Error != nil {
		return c, wrap(done.Error, "record a consent of customer", c.CustomerID)
	}
	if done.RowsAffected == 1 {
		data := map[string]string{"purpose": c.Purpose, "version": c.Version}
		return c, s.appendTx(ctx, tx, ConsentGiven, c.BrandID, c.CustomerID, c.GivenAt, data)
	}
	var standing Consent
	err := standingTx(ctx, tx, c.BrandID, c.CustomerID, c.Purpose).Where("version = ?", c.Version).Take(&standing).Error
	return standing, wrap(err, "load a consent of customer", c.CustomerID)
}

// WithdrawConsent ends every standing consent of the customer for a purpose.
// With none standing it changes nothing. Callers and errors as GiveConsent's.
func (s *Service) WithdrawConsent(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID, purpose string) error {
	return s.consentTx(ctx, caller, brand, id, purpose, func(tx *gorm.DB, now time.Time) error {
		return s.withdrawTx(ctx, tx, brand, id, purpose, now)
	})
}

func (s *Service) withdrawTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID, purpose string, now time.Time) error {
	done := standingTx(ctx, tx, brand, id, purpose).Model(&Consent{}).Updates(map[string]any{"withdrawn_at": now})
	if done.Error != nil {
		return wrap(done.Error, "withdraw a consent of customer", id)
	}
	if done.RowsAffected == 0 {
		return nil
	}
	return s.appendTx(ctx, tx, ConsentWithdrawn, brand, id, now, map[string]string{"purpose": purpose})
}

// consentTx checks what giving and withdrawing have in common, locks the
// customer and runs change.
func (s *Service) consentTx(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID, purpose string, change func(tx *gorm.DB, now time.Time) error) error {
	if err := access.CheckBrand(brand); err != nil {
		return err
	}
	if err := marketplace.CheckText("purpose", purpose, 1, maxCode); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := allowOwnTx(ctx, tx, caller, brand, id, access.RecordConsent); err != nil {
			return err
		}
		if _, err := LockTx(ctx, tx, brand, id); err != nil {
			return err
		}
		return change(tx, now)
	})
}

// allowOwnTx lets the customer themselves pass, and who has the permission.
func allowOwnTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, id ID, permission access.Permission) error {
	if caller.IsCustomer(brand, id) {
		return nil
	}
	return access.AuthorizeTx(ctx, tx, caller, brand, permission)
}

func standingTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID, purpose string) *gorm.DB {
	return tx.WithContext(ctx).Where("brand_id = ? AND customer_id = ? AND purpose = ?", brand, id, purpose).
		Where("withdrawn_at IS NULL")
}

// ConsentTx gives the customer's newest standing consent for a purpose; ok is
// false where there is none.
func ConsentTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID, purpose string) (c Consent, ok bool, err error) {
	err = standingTx(ctx, tx, brand, id, purpose).Order("given_at DESC").Take(&c).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Consent{}, false, nil
	}
	return c, err == nil, wrap(err, "load a consent of customer", id)
}
