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
		var of Question
		err := tx.WithContext(ctx).Select("id").Where("id = ? AND brand_id = ?", id, brand).Take(&of).Error
		if err := marketplace.OnlyOne(err, "question", id); err != nil {
			return err
		}
		err = tx.WithContext(ctx).Table("offers").
			Select(`offers.id, offers.person_id, experts.handle, offers.attempt, offers.wave, offers.position, offers.state,
				offers.reward_minor, offers.fee_minor, offers.currency, offers.offered_at, offers.expires_at, offers.settled_at`).
			Joins("JOIN experts ON experts.person_id = offers.person_id").
			Where("offers.question_id = ? AND offers.brand_id = ?", id, brand).
			Order("offers.attempt, offers.position").Find(&list).Error
		return wrap(err, "list the offers of question", id)
	})
	return list, err
}
