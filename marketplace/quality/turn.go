package quality

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
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
	ID     ReviewID
	Author access.PersonID
	Asked  bool // peers are asked to judge it
}

// rank puts what nobody else judges, and whose author the reviewer has not lately
// judged, nor they them, before the rest.
func (w waiting) rank(paired map[access.PersonID]time.Time) int {
	rank := 0
	if w.Asked {
		rank = 1
	}
	if _, met := paired[w.Author]; met {
		rank += 2
	}
	return rank
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
		if err := oneAtATimeTx(ctx, tx, caller.Person); err != nil {
			return err
		}
		mine, err := s.inHandTx(ctx, tx, caller, brand, now)
		if err == nil && len(mine) == 0 {
			mine, err = s.drawnTx(ctx, tx, caller, brand, now)
		}
		if err == nil && len(mine) > 0 {
			next = &mine[0]
		}
		return err
	})
	return next, err
}

// oneAtATimeTx has who asks several times at once wait for themselves: else one of
// their turns would end another that was given a moment before.
func oneAtATimeTx(ctx context.Context, tx *gorm.DB, person access.PersonID) error {
	var locked []access.PersonID
	if err := marketplace.ForUpdate(tx.WithContext(ctx)).Table("persons").Select("id").Where("id = ?", person).Scan(&locked).Error; err != nil {
		return fmt.Errorf("wait for what else %s asks for: %w", person, err)
	}
	return nil
}

// drawnTx gives a review to somebody who has none that they may decide.
func (s *Service) drawnTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, now time.Time) ([]OpenReview, error) {
	given, err := s.giveReviewTx(ctx, tx, caller.Person, brand, now)
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
		Where("review_turns.brand_id = ? AND review_turns.person_id = ? AND reviews.state = ? AND reviews.next_due_at > ?", brand, caller.Person, ReviewOpen, now).
		Find(&rows.Items).Error
	if err != nil {
		return nil, fmt.Errorf("find the review in hand: %w", err)
	}
	list, err := seen(ctx, tx, s, brand, rows, func(r reviewRow) judged { return r.Judged }, func(r reviewRow, v WorkView) OpenReview {
		return OpenReview{ID: r.ID, Due: r.NextDueAt, Reward: payouts.Money{Minor: r.RewardMinor, Currency: r.Currency}, Work: v}
	})
	return list.Items, err
}

// giveReviewTx draws a review and gives it, if there is one.
func (s *Service) giveReviewTx(ctx context.Context, tx *gorm.DB, person access.PersonID, brand marketplace.BrandID, now time.Time) (bool, error) {
	if err := endTurnsTx(ctx, tx, now, "brand_id = ? AND person_id = ?", brand, person); err != nil {
		return false, err
	}
	paired, err := pairedTx(ctx, tx, person, now)
	if err != nil {
		return false, err
	}
	list, err := waitingTx(ctx, tx, person, brand, paired, now)
	if err != nil || len(list) == 0 {
		return false, err
	}
	chosen := s.drawReview(list, paired, now)
	if err := endTurnsTx(ctx, tx, now, "review_id = ? AND alone_until <= ?", chosen, now); err != nil {
		return false, err
	}
	turn := ReviewTurn{ID: marketplace.NewID[ReviewTurn](), BrandID: brand, ReviewID: chosen, PersonID: person, GivenAt: now, AloneUntil: now.Add(aloneFor)}
	given := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&turn)
	switch {
	case given.Error != nil:
		return false, fmt.Errorf("give review %s to %s: %w", chosen, person, given.Error)
	case given.RowsAffected == 0:
		return false, fmt.Errorf("review %s was given to somebody else: %w", chosen, marketplace.ErrAgain)
	}
	return true, nil
}

// drawReview draws among those of a list, which is not empty, that come first.
func (s *Service) drawReview(list []waiting, paired map[access.PersonID]time.Time, now time.Time) ReviewID {
	var first []ReviewID
	best := 0
	for _, w := range list {
		switch rank := w.rank(paired); {
		case len(first) == 0 || rank < best:
			first, best = []ReviewID{w.ID}, rank
		case rank == best:
			first = append(first, w.ID)
		}
	}
	var by work
	by.of.AskedAt = now
	return first[s.lots(by, "reviewer", len(list)).IntN(len(first))]
}

// waitingTx lists what a reviewer may be given, due soonest first, in an order that
// follows from no id; paired is whom they have lately judged, or been judged by, of
// whom an expert of the program is given nothing.
func waitingTx(ctx context.Context, tx *gorm.DB, person access.PersonID, brand marketplace.BrandID, paired map[access.PersonID]time.Time, now time.Time) ([]waiting, error) {
	find := tx.WithContext(ctx).Table("reviews").Select(`reviews.id, assignments.person_id AS author,
			EXISTS (SELECT 1 FROM review_votes v WHERE v.review_id = reviews.id AND v.state = 'asked') AS asked`).
		Joins("JOIN assignments ON assignments.id = reviews.assignment_id").
		Joins("JOIN questions ON questions.id = reviews.question_id").
		Where("reviews.brand_id = ? AND reviews.state = ? AND reviews.next_due_at > ?", brand, ReviewOpen, now).
		Where("NOT EXISTS (SELECT 1 FROM assignments own WHERE own.question_id = reviews.question_id AND own.person_id = ?)", person).
		Where("(questions.asker_person IS NULL OR questions.asker_person <> ?)", person).
		Where("assignments.person_id NOT IN (?)", payouts.PaidAlike(tx.WithContext(ctx), uuid.UUID(person))).
		Where("NOT EXISTS (SELECT 1 FROM review_votes v WHERE v.review_id = reviews.id AND v.person_id = ?)", person).
		Where(`NOT EXISTS (SELECT 1 FROM review_turns t WHERE t.review_id = reviews.id
			AND ((t.ended_at IS NULL AND t.alone_until > ?) OR (t.person_id = ? AND t.returned <> '')))`, now, person)
	if len(paired) > 0 {
		find = find.Where("NOT (assignments.person_id IN ? AND COALESCE("+expert.StateSQL("questions.program_id", "?")+" IN ?, FALSE))",
			slices.Collect(maps.Keys(paired)), person, []expert.State{expert.Probation, expert.Active})
	}
	var list []waiting
	err := find.Order("reviews.next_due_at, reviews.created_at, questions.asked_at, assignments.attempt").Limit(drawnAmong).Find(&list).Error
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
