package earnings

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
	"knowhow/payouts"
)

// told is how far somebody has read the facts of payouts.
type told struct {
	Name  string `gorm:"primaryKey"`
	Place string // a payouts.FactCursor
}

// TableName implements gorm's Tabler.
func (told) TableName() string { return "told_facts" }

const (
	mailed  = "mailed" // the name of who writes mails
	factsAt = 500      // facts read in one statement
)

// tellPaidTx writes to every expert whose payout was sent since the last time.
// Of those who do it at the same time one waits for the other.
func (s *Service) tellPaidTx(ctx context.Context, tx *gorm.DB) error {
	if err := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&told{Name: mailed}).Error; err != nil {
		return fmt.Errorf("begin to tell of payouts: %w", err)
	}
	var t told
	if err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("name = ?", mailed).Take(&t).Error; err != nil {
		return fmt.Errorf("look who was told of payouts: %w", err)
	}
	after, err := payouts.ParseFactCursor(t.Place)
	if err != nil {
		return err
	}
	for {
		facts, err := payouts.FactsAfter(ctx, tx, after, factsAt)
		if err != nil {
			return err
		}
		for _, f := range facts {
			if err := s.tellTx(ctx, tx, f); err != nil {
				return err
			}
			after = f.Cursor()
		}
		if len(facts) < factsAt {
			break
		}
	}
	if after.String() == t.Place {
		return nil
	}
	err = tx.WithContext(ctx).Model(&told{}).Where("name = ?", mailed).Updates(map[string]any{"place": after.String()}).Error
	if err != nil {
		return fmt.Errorf("note who was told of payouts: %w", err)
	}
	return nil
}

// tellTx writes of one fact to the expert it concerns, if it is one to write of
// and they have an address.
func (s *Service) tellTx(ctx context.Context, tx *gorm.DB, f payouts.Fact) error {
	if f.Kind != payouts.FactPayoutSent || f.ExpertID == nil || f.Currency == nil {
		return nil
	}
	person := access.PersonID(*f.ExpertID)
	p, err := access.PersonTx(ctx, tx, person)
	if errors.Is(err, marketplace.ErrNotFound) || err == nil && p.EmailSealed == nil {
		return nil
	}
	if err != nil {
		return err
	}
	amount := payouts.Money{Minor: f.Minor, Currency: *f.Currency}
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: marketplace.AllBrands, Kind: notify.Payouts, Key: "payout:" + f.SubjectID.String(), To: person,
		Says: notify.Letter{Name: "earnings.sent", Values: notify.Values{
			"amount": amount, "link": s.notify.Link("work/earnings", ""), "payout": f.SubjectID.String(),
		}},
	})
}
