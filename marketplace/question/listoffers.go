package question

import (
	"context"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// BrandOffer is an offer as the brand sees it.
type BrandOffer struct {
	ID          OfferID
	PersonID    access.PersonID
	Handle      string // the expert's pseudonym
	Attempt     int
	Wave        int
	Position    int // in the order of offering, over the whole attempt
	State       OfferState
	RewardMinor int64
	FeeMinor    int64
	Currency    payouts.Currency
	OfferedAt   time.Time
	ExpiresAt   time.Time
	SettledAt   *time.Time
}

// BrandOffers lists every offer of a question in the order of offering: to whom
// it was put, for how much and with what outcome. Like the brand's receipt it
// is for those who see both questions and money: reviewers judge blind. Errors:
// *access.ForbiddenError, *marketplace.NotFoundError.
func (s *Service) BrandOffers(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID) (list []BrandOffer, err error) {
	needs := []access.Permission{access.SeeQuestions, access.SeeMoney}
	err = s.readBrand(ctx, caller, brand, needs, func(tx *gorm.DB) error {
		list, err = brandOffersTx(ctx, marketplace.Last(tx), brand, id)
		return err
	})
	if err != nil || len(list) > 0 {
		return list, err
	}
	err = s.readBrand(ctx, caller, brand, needs, func(tx *gorm.DB) error {
		var of Question // without an offer yet, or not the brand's
		err := tx.WithContext(ctx).Select("id").Where("id = ? AND brand_id = ?", id, brand).Take(&of).Error
		return marketplace.OnlyOne(err, "question", id)
	})
	return list, err
}

func brandOffersTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID) ([]BrandOffer, error) {
	rows, err := marketplace.RowsTx(tx.WithContext(ctx), `SELECT o.id, o.person_id, x.handle, o.attempt, o.wave, o.position, o.state,
		o.reward_minor, o.fee_minor, o.currency, o.offered_at, o.expires_at, o.settled_at
		FROM offers o JOIN experts x ON x.person_id = o.person_id
		WHERE o.question_id = ? AND o.brand_id = ? ORDER BY o.attempt, o.position`, id, brand)
	if err != nil {
		return nil, wrap(err, "list the offers of question", id)
	}
	defer rows.Close()
	list := []BrandOffer{}
	for rows.Next() {
		var o BrandOffer
		if err := rows.Scan(&o.ID, &o.PersonID, &o.Handle, &o.Attempt, &o.Wave, &o.Position, &o.State,
			&o.RewardMinor, &o.FeeMinor, &o.Currency, &o.OfferedAt, &o.ExpiresAt, &o.SettledAt); err != nil {
			return nil, wrap(err, "list the offers of question", id)
		}
		list = append(list, o)
	}
	return list, wrap(rows.Err(), "list the offers of question", id)
}
