package notify

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// mailRefusal is a customer's word that they want no mail about their questions.
type mailRefusal struct {
	BrandID    marketplace.BrandID `gorm:"primaryKey"`
	CustomerID access.CustomerID   `gorm:"primaryKey"`
	RefusedAt  time.Time
}

// RefusedSQL tells whether a customer wants no mail about their questions; the
// two are columns of the statement it stands in.
func RefusedSQL(brand, id string) string {
	return "EXISTS (SELECT 1 FROM mail_refusals WHERE brand_id = " + brand + " AND customer_id = " + id + ")"
}

// WrittenSQL tells whether a mail of a brand, a column of the statement it stands
// in, was written under a key, an expression.
func WrittenSQL(brand, key string) string {
	return "EXISTS (SELECT 1 FROM mails WHERE brand_id = " + brand + " AND mail_key = " + key + ")"
}

// CustomerWants tells whether the calling customer is written to about their
// questions: they are, unless they turned it off. Errors: *access.ForbiddenError
// for who is no customer.
func (s *Service) CustomerWants(ctx context.Context, caller access.Caller) (bool, error) {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return false, &access.ForbiddenError{Permission: ownChoices}
	}
	var wanted bool
	err := s.store.Read(ctx, caller.Brand, func(tx *gorm.DB) (err error) {
		wanted, err = wantedTx(ctx, tx, Mail{Brand: caller.Brand, Kind: Answers, Customer: caller.Customer})
		return err
	})
	return wanted, err
}

// SetCustomerWants turns mail about the calling customer's questions on or off.
// The same again changes nothing. Errors as CustomerWants's.
func (s *Service) SetCustomerWants(ctx context.Context, caller access.Caller, wanted bool) error {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return &access.ForbiddenError{Permission: ownChoices}
	}
	return s.setCustomer(ctx, caller.Brand, caller.Customer, wanted)
}

// setCustomer records whether a customer wants mail about their questions.
func (s *Service) setCustomer(ctx context.Context, brand marketplace.BrandID, id access.CustomerID, wanted bool) error {
	r := mailRefusal{BrandID: brand, CustomerID: id, RefusedAt: s.clock.Now()}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		done := tx.WithContext(ctx)
		if wanted {
			done = done.Delete(&r)
		} else {
			done = done.Clauses(clause.OnConflict{DoNothing: true}).Create(&r)
		}
		if done.Error != nil {
			return fmt.Errorf("record whether customer %s wants mail: %w", id, done.Error)
		}
		return nil
	})
}
