package quality

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// OpenReview is a review that waits for the verdict of whom it was given to.
type OpenReview struct {
	ID     ReviewID
	Due    time.Time
	Reward payouts.Money // what a peer earns by it; zero: nothing
	Work   WorkView
}

// reviewRow is an open review as it is read.
type reviewRow struct {
	ID          ReviewID
	NextDueAt   time.Time
	RewardMinor int64
	Currency    payouts.Currency
	Judged      judged `gorm:"embedded"`
}

// Proposal is a failing verdict on work that is not yet paid: whether to refuse
// it is a human's decision, until ReleaseAt.
type Proposal struct {
	Review     ReviewID
	Assignment question.AssignmentID
	Scores     map[Criterion]int
	Note       string
	ReleaseAt  time.Time
	Work       WorkView
}

// proposalRow is one line of the proposals.
type proposalRow struct {
	ID        ReviewID
	Scores    map[Criterion]int `gorm:"serializer:json"`
	Note      string
	ReleaseAt time.Time
	Judged    judged `gorm:"embedded"`
}

// Proposals lists the failing verdicts on which the caller may still refuse,
// soonest release first.
func (s *Service) Proposals(ctx context.Context, caller access.Caller, brand marketplace.BrandID, page marketplace.Page) (list marketplace.Listing[Proposal], err error) {
	now := s.clock.Now()
	err = s.readBrand(ctx, caller, brand, access.RefusePay, func(tx *gorm.DB) error {
		find := judgeable(ctx, tx, "reviews", caller.Person, "reviews.id, reviews.scores, reviews.note, assignments.release_at").
			Where("reviews.brand_id = ? AND NOT reviews.passed AND assignments.state = ? AND assignments.release_at > ?", brand, question.Earned, now)
		order := marketplace.Order{At: "assignments.release_at", ID: "reviews.id"}
		rows, err := marketplace.List(find, page, order, func(r proposalRow) marketplace.Place {
			return marketplace.Place{At: r.ReleaseAt, ID: r.ID}
		})
		if err != nil {
			return fmt.Errorf("list the failed reviews: %w", err)
		}
		list, err = seen(ctx, tx, s, rows, func(r proposalRow) judged { return r.Judged }, func(r proposalRow, v WorkView) Proposal {
			return Proposal{r.ID, r.Judged.AssignmentID, r.Scores, r.Note, r.ReleaseAt, v}
		})
		return err
	})
	return list, err
}

// readBrand is inBrand for reading.
func (s *Service) readBrand(ctx context.Context, caller access.Caller, brand marketplace.BrandID, permission access.Permission, fn func(tx *gorm.DB) error) error {
	if err := access.CheckBrand(brand); err != nil {
		return err
	}
	return s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, permission); err != nil {
			return err
		}
		return fn(tx)
	})
}
