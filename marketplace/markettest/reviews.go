package markettest

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
)

// GiveReview gives a certain review to a reviewer of the brand, who would be given
// one by lot.
func (m *Market) GiveReview(reviewer access.Caller, id quality.ReviewID) error {
	now := m.Clock.Now()
	return m.Store.InTx(m.Ctx(), m.Brand, func(tx *gorm.DB) error {
		if err := tx.Model(&quality.ReviewTurn{}).Where("ended_at IS NULL AND (review_id = ? OR person_id = ?)", id, reviewer.Person).Update("ended_at", now).Error; err != nil {
			return err
		}
		turn := quality.ReviewTurn{ID: marketplace.NewID[quality.ReviewTurn](), BrandID: m.Brand, ReviewID: id, PersonID: reviewer.Person, GivenAt: now, AloneUntil: now}
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&turn).Error
	})
}

// Decide has a reviewer of the brand be given a certain review, and decide it.
func (m *Market) Decide(reviewer access.Caller, id quality.ReviewID, v quality.Verdict) error {
	if err := m.GiveReview(reviewer, id); err != nil {
		return err
	}
	return m.Quality.Decide(m.Ctx(), reviewer, m.Brand, id, v)
}
