package quality

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/quality/verdict"
	"knowhow/payouts"
)

// ReviewTurnID identifies one reviewer's turn on a review.
type ReviewTurnID = marketplace.ID[ReviewTurn]

// ReviewTurn is that a reviewer of the brand was given a review, by lot: nobody
// chooses whom they judge. It is theirs until EndedAt, alone until AloneUntil;
// after that somebody else may be given it, which ends it.
type ReviewTurn struct {
	ID         ReviewTurnID `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	ReviewID   ReviewID
	PersonID   access.PersonID
	GivenAt    time.Time
	AloneUntil time.Time
	EndedAt    *time.Time
	Returned   ReturnReason // empty: they did not give it back
}

// ReturnReason is why a reviewer cannot judge what they were given.
type ReturnReason string

const (
	ReturnLanguage ReturnReason = "language" // they do not read it well enough
	ReturnConflict ReturnReason = "conflict" // they know whose work it is
	ReturnOther    ReturnReason = "other"
)

// ReturnReasons lists them.
var ReturnReasons = []ReturnReason{ReturnLanguage, ReturnConflict, ReturnOther}

const (
	aloneFor = 30 * time.Minute
	// mostReturned a day, so that giving back is no way to choose.
	mostReturned = 5
	// drawnAmong is how many of the reviews that are due soonest a lot is among: few,
	// so that none lapses while others are drawn that have days left.
	drawnAmong = 20
)

// waiting is a review that a reviewer may be given.
type waiting struct {
	ID    ReviewID
	Asked bool // peers are asked to judge it
	Met   bool // its author is somebody the reviewer has lately judged, or who judged them
	Held  bool // somebody has had it for longer than it was theirs alone
}

// rank puts what nobody else judges, and whose author the reviewer has not met,
// before the rest.
func (w waiting) rank() int {
	rank := 0
	if w.Asked {
		rank = 1
	}
	if w.Met {
		rank += 2
	}
	return rank
}

// place is where a reviewer of a brand stands.
type place struct {
	Turn  *ReviewTurnID // under way
	Works bool          // they are an expert of one of its programs
}

// NextReview gives the caller a review to decide (permission ReviewWork): the one
// they were given and have not decided, or one that is drawn by lot, among those
// due soonest in whose question they had no part, that are not paid to their own
// bank account, on which they have no vote as a peer, and which they have not given
// back. Where there is a choice, it is one whose author they have not judged in the
// last 30 days, nor the author them; an expert of the program gets no other. nil:
// there is none. Errors: *access.ForbiddenError.
func (s *Service) NextReview(ctx context.Context, caller access.Caller, brand marketplace.BrandID) (next *OpenReview, err error) {
	now := s.clock.Now()
	err = s.inBrand(ctx, caller, brand, access.ReviewWork, func(tx *gorm.DB) error {
		next = nil
		at, err := placeTx(ctx, tx, caller.Person, brand)
		var mine []OpenReview
		if err == nil && at.Turn != nil {
			mine, err = s.inHandTx(ctx, tx, caller, brand, now)
		}
		if err == nil && len(mine) == 0 {
			mine, err = s.drawnTx(ctx, tx, caller, brand, at, now)
		}
		if err == nil && len(mine) > 0 {
			next = &mine[0]
		}
		return err
	})
	return next, err
}

// placeTx tells where a reviewer stands.
func placeTx(ctx context.Context, tx *gorm.DB, person access.PersonID, brand marketplace.BrandID) (at place, err error) {
	err = tx.WithContext(ctx).Raw(`SELECT (SELECT id FROM review_turns WHERE brand_id = @brand AND person_id = @person AND ended_at IS NULL) AS turn,
			EXISTS (SELECT 1 FROM enrolments WHERE person_id = @person AND brand_id = @brand AND state IN ('probation', 'active')) AS works`,
		map[string]any{"brand": brand, "person": person}).Scan(&at).Error
	if err != nil {
		return place{}, fmt.Errorf("look what %s has in hand: %w", person, err)
	}
	return at, nil
}

// drawnTx gives a review to somebody who has none that they may decide.
func (s *Service) drawnTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, at place, now time.Time) ([]OpenReview, error) {
	given, err := s.giveReviewTx(ctx, tx, caller.Person, brand, at, now)
	if err != nil || !given {
		return nil, err
	}
	mine, err := s.inHandTx(ctx, tx, caller, brand, now)
	if err == nil && len(mine) == 0 {
		return nil, fmt.Errorf("the review given to %s has ended: %w", caller.Person, marketplace.ErrAgain)
	}
	return mine, err
}

// ReviewsInHand lists what the caller was given to review and may still decide:
// one, or none (permission ReviewWork). Error: *access.ForbiddenError.
func (s *Service) ReviewsInHand(ctx context.Context, caller access.Caller, brand marketplace.BrandID) (list []OpenReview, err error) {
	now := s.clock.Now()
	err = s.readBrand(ctx, caller, brand, access.ReviewWork, func(tx *gorm.DB) error {
		list, err = s.inHandTx(ctx, tx, caller, brand, now)
		return err
	})
	return list, err
}

// inHandTx is what the reader was given and may still decide.
func (s *Service) inHandTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, now time.Time) ([]OpenReview, error) {
	var rows marketplace.Listing[reviewRow]
	err := judgeable(ctx, tx, "reviews", caller.Person, "reviews.id, reviews.next_due_at, reviews.reward_minor, reviews.currency").
		Joins("JOIN review_turns ON review_turns.review_id = reviews.id AND review_turns.ended_at IS NULL").
		Where("review_turns.brand_id = ? AND review_turns.person_id = ? AND reviews.state = 'open' AND reviews.next_due_at > ?", brand, caller.Person, now).
		Find(&rows.Items).Error
	if err != nil {
		return nil, fmt.Errorf("find the review in hand: %w", err)
	}
	list, err := seen(ctx, tx, s, rows, func(r reviewRow) judged { return r.Judged }, func(r reviewRow, v WorkView) OpenReview {
		return OpenReview{ID: r.ID, Due: r.NextDueAt, Reward: payouts.Money{Minor: r.RewardMinor, Currency: r.Currency}, Work: v}
	})
	return list.Items, err
}

// giveReviewTx draws a review and gives it, if there is one. Of a turn that is under
// way it ends that one only: who asks twice at once is given a review once, since a
// turn that the other one was given meanwhile stands in the way of a second.
func (s *Service) giveReviewTx(ctx context.Context, tx *gorm.DB, person access.PersonID, brand marketplace.BrandID, at place, now time.Time) (bool, error) {
	if at.Turn != nil {
		if err := endTurnsTx(ctx, tx, now, "id = ?", at.Turn); err != nil {
			return false, err
		}
	}
	list, err := waitingTx(ctx, tx, person, brand, at, now)
	if err != nil || len(list) == 0 {
		return false, err
	}
	chosen := s.drawReview(list, now)
	if chosen.Held {
		if err := endTurnsTx(ctx, tx, now, "review_id = ? AND alone_until <= ?", chosen.ID, now); err != nil {
			return false, err
		}
	}
	turn := ReviewTurn{ID: marketplace.NewID[ReviewTurn](), BrandID: brand, ReviewID: chosen.ID, PersonID: person, GivenAt: now, AloneUntil: now.Add(aloneFor)}
	given := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&turn)
	switch {
	case given.Error != nil:
		return false, fmt.Errorf("give review %s to %s: %w", chosen.ID, person, given.Error)
	case given.RowsAffected == 0:
		return false, fmt.Errorf("review %s was given to somebody else, or %s another one: %w", chosen.ID, person, marketplace.ErrAgain)
	}
	return true, nil
}

// drawReview draws among those of a list, which is not empty, that come first.
func (s *Service) drawReview(list []waiting, now time.Time) waiting {
	var first []waiting
	for _, w := range list {
		switch {
		case len(first) == 0 || w.rank() < first[0].rank():
			first = []waiting{w}
		case w.rank() == first[0].rank():
			first = append(first, w)
		}
	}
	var by work
	by.of.AskedAt = now
	return first[s.lots(by, "reviewer", len(list)).IntN(len(first))]
}

// metSQL is whether the author of a review has lately judged @person, or @person
// them, as peers or for the brand; PostgreSQL finds each by the two.
const metSQL = `(EXISTS (SELECT 1 FROM reviews m WHERE m.reviewer_id = @person AND m.author_id = reviews.author_id AND m.brand_id = @brand AND m.votes = 0 AND m.ended_at > @since)
	OR EXISTS (SELECT 1 FROM reviews m WHERE m.reviewer_id = reviews.author_id AND m.author_id = @person AND m.brand_id = @brand AND m.votes = 0 AND m.ended_at > @since)
	OR EXISTS (SELECT 1 FROM review_votes m WHERE m.person_id = @person AND m.author_id = reviews.author_id AND m.brand_id = @brand AND m.asked_at > @since)
	OR EXISTS (SELECT 1 FROM review_votes m WHERE m.person_id = reviews.author_id AND m.author_id = @person AND m.brand_id = @brand AND m.asked_at > @since))`

// waitingTx lists what a reviewer may be given, due soonest first, in an order that
// follows from no id. Of whom they have met, an expert of the program is given
// nothing. States are not parameters: an index is of open reviews alone.
func waitingTx(ctx context.Context, tx *gorm.DB, person access.PersonID, brand marketplace.BrandID, at place, now time.Time) ([]waiting, error) {
	apart := ""
	if at.Works {
		apart = "AND NOT (" + metSQL + " AND COALESCE(" + expert.StateSQL("questions.program_id", "@person") + " IN ('probation', 'active'), FALSE))"
	}
	var list []waiting
	err := tx.WithContext(ctx).Raw(`SELECT reviews.id,
			EXISTS (SELECT 1 FROM review_votes v WHERE v.review_id = reviews.id AND v.state = 'asked') AS asked,
			EXISTS (SELECT 1 FROM review_turns t WHERE t.review_id = reviews.id AND t.ended_at IS NULL) AS held,
			`+metSQL+` AS met
		FROM reviews JOIN questions ON questions.id = reviews.question_id JOIN assignments ON assignments.id = reviews.assignment_id
		WHERE reviews.brand_id = @brand AND reviews.state = 'open' AND reviews.next_due_at > @now
			AND @person NOT IN (SELECT own.person_id FROM assignments own WHERE own.question_id = reviews.question_id)
			AND (questions.asker_person IS NULL OR questions.asker_person <> @person)
			AND reviews.author_id NOT IN (@alike)
			AND NOT EXISTS (SELECT 1 FROM review_votes v WHERE v.review_id = reviews.id AND v.person_id = @person)
			AND NOT EXISTS (SELECT 1 FROM review_turns t WHERE t.review_id = reviews.id
				AND ((t.ended_at IS NULL AND t.alone_until > @now) OR (t.person_id = @person AND t.returned <> '')))
			`+apart+`
		ORDER BY reviews.next_due_at, reviews.created_at, questions.asked_at, assignments.attempt LIMIT `+strconv.Itoa(drawnAmong),
		map[string]any{
			"person": person, "brand": brand, "now": now, "since": now.Add(-verdict.PairedApart),
			"alike": payouts.PaidAlike(tx.WithContext(ctx), uuid.UUID(person)),
		}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the reviews that wait: %w", err)
	}
	return list, nil
}

// endTurnsTx ends the turns that are under way where a condition holds.
func endTurnsTx(ctx context.Context, tx *gorm.DB, now time.Time, where string, args ...any) error {
	err := tx.WithContext(ctx).Model(&ReviewTurn{}).Where("ended_at IS NULL").Where(where, args...).Update("ended_at", now).Error
	if err != nil {
		return fmt.Errorf("end the turns of reviewers: %w", err)
	}
	return nil
}

// endTurn ends the turn on a review that has ended.
func (r *Review) endTurn(now time.Time) marketplace.Statement {
	return marketplace.Statement{
		Doing: "end the turn on review " + r.ID.String(),
		SQL:   "UPDATE review_turns SET ended_at = ? WHERE review_id = ? AND ended_at IS NULL", Args: []any{now, r.ID},
	}
}

// givenTx refuses who was not given an open review, and keeps it from being given
// to somebody else until the transaction ends.
func givenTx(ctx context.Context, tx *gorm.DB, r Review, person access.PersonID) error {
	if r.State != ReviewOpen {
		return nil // which is refused for that
	}
	var turns []ReviewTurn
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("review_id = ? AND person_id = ? AND ended_at IS NULL", r.ID, person).Find(&turns).Error
	if err != nil {
		return fmt.Errorf("look whose review %s is: %w", r.ID, err)
	}
	if len(turns) == 0 {
		return ErrNotGiven
	}
	return nil
}

// ReturnReview gives back what the caller was given and cannot judge, which says
// nothing of the work; they are not given it again. Errors: *access.ForbiddenError,
// *marketplace.NotFoundError, ErrNotGiven, ErrEnoughReturned, *marketplace.InvalidError.
func (s *Service) ReturnReview(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ReviewID, why ReturnReason) error {
	if !slices.Contains(ReturnReasons, why) {
		return &marketplace.InvalidError{Field: "reason", Reason: fmt.Sprintf("must be one of %v", ReturnReasons)}
	}
	return s.inBrand(ctx, caller, brand, access.ReviewWork, func(tx *gorm.DB) error {
		r, _, err := s.lockReviewTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.BrandID != brand {
			return marketplace.NotFound("review", id)
		}
		now := s.clock.Now()
		var returned int64
		err = tx.WithContext(ctx).Model(&ReviewTurn{}).
			Where("brand_id = ? AND person_id = ? AND returned <> '' AND ended_at >= ?", brand, caller.Person, now.Truncate(24*time.Hour)).Count(&returned).Error
		if err != nil {
			return fmt.Errorf("count what %s gave back: %w", caller.Person, err)
		}
		if returned >= mostReturned {
			return ErrEnoughReturned
		}
		end := tx.WithContext(ctx).Model(&ReviewTurn{}).
			Where("brand_id = ? AND review_id = ? AND person_id = ? AND ended_at IS NULL", brand, id, caller.Person).
			Updates(map[string]any{"ended_at": now, "returned": why})
		switch {
		case end.Error != nil:
			return fmt.Errorf("give back review %s: %w", id, end.Error)
		case end.RowsAffected == 0:
			return ErrNotGiven
		}
		return nil
	})
}
