package quality

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality/verdict"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// cause is why a turn is reviewed, or empty where it is not.
func (s *Service) cause(d question.Detail, by question.Drawing) ReviewCause {
	risk := verdict.Risk{
		Ended: d.Ended, Probation: by.Probation, Stranger: !by.Verified,
		Doubtful: by.Watch == expert.WatchDoubt, Suspicious: by.Watch == expert.WatchSignal,
	}
	return ReviewCause(risk.Sample(draw(s.drawKey, by.AskedAt, d.Attempt), by.SampleBP))
}

// drawAtOnce decides, in the transaction in which an assignment is earned,
// whether it is reviewed, and opens the review. Handoffs are not reviewed: the
// next expert confirmed them. Where the review is paid for, it leaves that to
// drawOn: money that is lacking, or waited for, must not keep anybody from
// earning.
func (s *Service) drawAtOnce(_ context.Context, _ *gorm.DB, e event.Event, data any) ([]marketplace.Statement, []event.News, error) {
	d, ok := data.(question.Detail)
	if !ok || !atOnce(d) || d.Assignment == nil {
		return nil, nil, nil
	}
	if d.Person == nil {
		return nil, nil, fmt.Errorf("assignment %s was earned by nobody", *d.Assignment)
	}
	cause, due := s.cause(d, *d.Drawing), reviewDue(d.Drawing.EarnedAt, d.Drawing.ReleaseAt)
	if cause == "" || !due.After(e.At) {
		return nil, nil, nil // nothing to look at, or no time left for a look
	}
	r := Review{
		ID: marketplace.NewID[Review](), BrandID: e.Brand, QuestionID: question.ID(e.Subject), AssignmentID: *d.Assignment, AuthorID: *d.Person,
		State: ReviewOpen, Cause: cause, Currency: d.Drawing.Pay.Currency, CreatedAt: e.At, NextDueAt: &due,
	}
	requested := event.News{
		Event: event.Event{Brand: e.Brand, Kind: EventReviewRequested, Subject: e.Subject, At: e.At},
		Data:  Detail{Attempt: d.Attempt, Assignment: r.AssignmentID, Review: r.ID},
	}
	return []marketplace.Statement{r.insert()}, []event.News{requested}, nil
}

// atOnce reports what drawAtOnce decides.
func atOnce(d question.Detail) bool {
	return d.Reason == string(payouts.ForAssignment) && d.Drawing != nil && d.Drawing.Pay.Minor == 0
}

// mayDraw saves drawOn where drawAtOnce has decided, and where it would find
// that nothing is reviewed, as it does of most work.
func (s *Service) mayDraw(_ event.Event, data any) bool {
	d, ok := data.(question.Detail)
	switch {
	case !ok:
		return true
	case d.Reason != string(payouts.ForAssignment) || atOnce(d):
		return false
	}
	return d.Drawing == nil || s.cause(d, *d.Drawing) != ""
}

// drawOn decides, when an assignment is earned, whether it is reviewed.
// Handoffs are not: the next expert confirmed them.
func (s *Service) drawOn(ctx context.Context, tx *gorm.DB, e event.Event) error {
	var d question.Detail
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	if d.Reason != string(payouts.ForAssignment) || d.Assignment == nil || d.Person == nil {
		return nil
	}
	q, err := question.QuestionTx(ctx, tx, question.ID(e.Subject))
	if err != nil {
		return err
	}
	p, err := s.programs.LoadTx(ctx, tx, q.ProgramID)
	if err != nil {
		return err
	}
	cause, err := s.causeTx(ctx, tx, q, d, p)
	if err != nil || cause == "" {
		return err
	}
	w, err := s.lockWorkTx(ctx, tx, e.Brand, *d.Assignment)
	if err != nil || w.turn.State != question.Earned {
		return err
	}
	now, due := s.clock.Now(), reviewDue(*w.turn.EarnedAt, *w.turn.ReleaseAt)
	if !due.After(now) {
		return nil // no time left for a look
	}
	return s.openTx(ctx, tx, w, p, cause, now, due)
}

// causeTx is why the turn that d tells of is reviewed, or empty where it is not.
func (s *Service) causeTx(ctx context.Context, tx *gorm.DB, q question.Question, d question.Detail, p program.Program) (ReviewCause, error) {
	enrolment, found, err := expert.EnrolmentTx(ctx, tx, p.ID, *d.Person)
	if err != nil {
		return "", err
	}
	asker, err := customer.CustomerTx(ctx, tx, q.BrandID, q.CustomerID)
	if err != nil {
		return "", err
	}
	return s.cause(d, question.Drawing{
		AskedAt: q.AskedAt, SampleBP: p.Policies.Review.SampleBP, Probation: found && enrolment.OnProbation(), Verified: asker.Verified,
		Watch: enrolment.Watch,
	}), nil
}

// reviewedTx reports whether an assignment, whose question is locked, has its
// review.
func reviewedTx(ctx context.Context, tx *gorm.DB, id question.AssignmentID) (bool, error) {
	var n int64
	if err := tx.WithContext(ctx).Model(&Review{}).Where("assignment_id = ?", id).Count(&n).Error; err != nil {
		return false, fmt.Errorf("look for the review of assignment %s: %w", id, err)
	}
	return n > 0, nil
}

// openTx opens the review, unless there is one, and, where the program pays peers for theirs, sets
// that money aside first: as much as votes may be needed, where there are peers
// to vote, who are then asked. Without money the review is open all the same, to
// the brand's own people and to reviewers who read that it pays nothing.
func (s *Service) openTx(ctx context.Context, tx *gorm.DB, w work, p program.Program, cause ReviewCause, now, due time.Time) error {
	if there, err := reviewedTx(ctx, tx, w.turn.ID); err != nil || there {
		return err
	}
	r := Review{
		ID: marketplace.NewID[Review](), BrandID: w.of.BrandID, QuestionID: w.of.ID, AssignmentID: w.turn.ID, AuthorID: w.turn.PersonID,
		State: ReviewOpen, Cause: cause, Currency: p.Currency, CreatedAt: now, NextDueAt: &due,
	}
	peers := false
	if reward := p.ReviewReward(); reward.Minor > 0 {
		var err error
		if peers, err = reviewedByPeersTx(ctx, tx, p.ID); err != nil {
			return err
		}
		aside := reward
		if peers {
			aside.Minor *= verdict.MostVotes
		}
		err = payouts.HoldTx(ctx, tx, now, payouts.NewHold{
			ID: uuid.UUID(r.ID), Brand: uuid.UUID(r.BrandID), Program: uuid.UUID(p.ID), Question: uuid.UUID(r.QuestionID),
			Purpose: payouts.ForReview, Reward: aside,
		})
		switch {
		case err == nil:
			r.RewardMinor = reward.Minor
		case !errors.Is(err, payouts.ErrInsufficientFunds) && !errors.Is(err, payouts.ErrFrozen):
			return err
		}
	}
	if err := marketplace.WriteTx(ctx, tx, r.insert()); err != nil {
		return err
	}
	if peers && r.RewardMinor > 0 {
		if _, err := s.askPeersTx(ctx, tx, r, w, verdict.Votes, now); err != nil {
			return err
		}
	}
	return s.appendTx(ctx, tx, EventReviewRequested, w.of, now, Detail{
		Attempt: w.turn.Attempt, Assignment: w.turn.ID, Review: r.ID,
	})
}

// insert opens the review.
func (r *Review) insert() marketplace.Statement {
	return marketplace.Statement{
		Doing: "insert the review of assignment " + r.AssignmentID.String(),
		SQL: `INSERT INTO reviews (id, brand_id, question_id, assignment_id, author_id, state, cause, reward_minor, currency, created_at, next_due_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		Args: []any{r.ID, r.BrandID, r.QuestionID, r.AssignmentID, r.AuthorID, r.State, r.Cause, r.RewardMinor, r.Currency, r.CreatedAt, r.NextDueAt},
	}
}

// lapseDueTx ends a review that nobody made in time. The work counts as
// passed; it is paid at its own release_at.
func (s *Service) lapseDueTx(ctx context.Context, tx *gorm.DB, row job.RowID, now time.Time) error {
	r, w, err := s.lockReviewTx(ctx, tx, ReviewID(row))
	if err != nil || r.NextDueAt == nil || r.NextDueAt.After(now) {
		return err // another process was faster
	}
	end, err := r.end(ReviewLapsed, now)
	if err != nil {
		return err
	}
	if err := marketplace.WriteTx(ctx, tx, end, r.endTurn(now)); err != nil {
		return err
	}
	if r.RewardMinor > 0 {
		given, err := withdrawTx(ctx, tx, r.ID, now)
		if err != nil {
			return err
		}
		if err := lockMoneyTx(ctx, tx, r, w, false, given); err != nil {
			return err
		}
		if err := payVotesTx(ctx, tx, r.ID, given, nil, now); err != nil {
			return err
		}
	}
	return s.appendTx(ctx, tx, EventReviewLapsed, w.of, now, Detail{
		Attempt: w.turn.Attempt, Assignment: w.turn.ID, Review: r.ID,
	})
}

// lockReviewTx loads a review with its work, and holds both rows until the
// transaction ends.
func (s *Service) lockReviewTx(ctx context.Context, tx *gorm.DB, id ReviewID) (Review, work, error) {
	q, a, err := s.questions.LockWorkTx(ctx, tx, "(SELECT assignment_id FROM reviews WHERE reviews.id = ?)", id)
	if err != nil {
		return Review{}, work{}, marketplace.OnlyOne(err, "review", id)
	}
	r, err := reviewTx(ctx, marketplace.ForUpdate(tx), id)
	return r, work{turn: a, of: q}, err
}

func reviewTx(ctx context.Context, tx *gorm.DB, id ReviewID) (Review, error) {
	var r Review
	err := tx.WithContext(ctx).Where("id = ?", id).Take(&r).Error
	return r, marketplace.OnlyOne(err, "review", id)
}

// end moves an open review to its end; the statement saves it.
func (r *Review) end(end ReviewState, now time.Time) (marketplace.Statement, error) {
	from := r.State
	next, err := from.to(end)
	if err != nil {
		return marketplace.Statement{}, err
	}
	var scores *string
	if r.Scores != nil {
		text, err := json.Marshal(r.Scores)
		if err != nil {
			return marketplace.Statement{}, fmt.Errorf("write the scores of review %s: %w", r.ID, err)
		}
		list := string(text)
		scores = &list
	}
	r.State, r.EndedAt, r.NextDueAt = next, &now, nil
	return marketplace.Statement{
		Doing: "save review " + r.ID.String(),
		SQL: `UPDATE reviews SET state = ?, passed = ?, scores = ?, note = ?, reviewer_id = ?, votes = ?, bad = ?, ended_at = ?, next_due_at = NULL
			WHERE id = ? AND state = ?`,
		Args: []any{r.State, r.Passed, scores, r.Note, r.ReviewerID, r.Votes, r.Bad, r.EndedAt, r.ID, from},
		Then: func(rows int64) error {
			if rows == 1 {
				return nil
			}
			return &question.TransitionError{Noun: "review", From: "no longer " + string(from), Verb: "become " + string(end)}
		},
	}, nil
}
