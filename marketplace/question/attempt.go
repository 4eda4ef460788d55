package question

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// ending is the end of an attempt: what is to be written, and what becomes of
// the money that was held for it.
type ending struct {
	writes
	turn    *Assignment         // that ended, if any
	hold    uuid.UUID           // to be settled; zero: none
	rewards []payouts.NewReward // what of it was earned; the rest goes back to the budget
}

// turnID names the turn in an event, if there is one.
func (e *ending) turnID() *AssignmentID {
	if e.turn == nil {
		return nil
	}
	return &e.turn.ID
}

// endAttemptTx writes the end of an attempt, saves the question and settles the
// hold. The money comes last: others wait for the budget's row.
func (s *Service) endAttemptTx(ctx context.Context, tx *gorm.DB, q *Question, end ending, now time.Time) error {
	if err := s.writeTx(ctx, tx, q, end.writes); err != nil {
		return err
	}
	switch {
	case end.hold == uuid.Nil:
		return nil
	case len(end.rewards) == 0:
		return payouts.VoidHoldTx(ctx, tx, now, end.hold)
	}
	if q.present != nil && q.present.hold.ID == end.hold {
		return payouts.EarnHeldTx(ctx, tx, now, q.present.hold, end.rewards...)
	}
	return payouts.EarnTx(ctx, tx, now, end.hold, end.rewards...)
}

// closeAttemptTx ends what is under way in the present attempt: open offers are
// withdrawn, unfinished work is cancelled, delivered work is earned, and the
// hold is settled. Where an end or the brand's own answer came before, there is
// nothing left to close.
func (s *Service) closeAttemptTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) (ending, error) {
	if q.State != Offered && q.State != Assigned && q.State != Answered {
		return ending{}, nil
	}
	p, err := s.ProgramTx(ctx, tx, q)
	if err != nil {
		return ending{}, err
	}
	if q.State == Offered {
		if err := closeOffersTx(ctx, tx, q, OfferWithdrawn, now); err != nil {
			return ending{}, err
		}
		end := ending{}
		return end, end.settleTx(ctx, tx, q, p, now)
	}
	a, drawing, err := q.currentTx(ctx, tx)
	switch {
	case errors.Is(err, marketplace.ErrNotFound):
		return ending{}, nil // the brand answered a question nobody had taken
	case err != nil:
		return ending{}, err
	case a.State == Working:
		return s.stopWorkTx(ctx, tx, q, p, &a, Cancelled, now)
	case a.State == Delivered:
		drawing.SampleBP, drawing.Pay = p.Policies.Review.SampleBP, p.ReviewReward()
		end := ending{turn: &a}
		if err := end.earn(q, p, &a, now, &drawing); err != nil {
			return ending{}, err
		}
		return end, end.settleTx(ctx, tx, q, p, now)
	}
	return ending{}, nil // earned before the brand's answer
}

// stopWorkTx ends an assignment before delivery.
func (s *Service) stopWorkTx(ctx context.Context, tx *gorm.DB, q *Question, p program.Program, a *Assignment, to AssignmentState, now time.Time) (ending, error) {
	next, err := a.State.to(to)
	if err != nil {
		return ending{}, err
	}
	from := a.State
	a.State = next
	end := ending{turn: a}
	end.add(a.save(from), s.experts.Free(ctx, tx, a.PersonID))
	return end, end.settleTx(ctx, tx, q, p, now)
}

// settleTx has the attempt's hold settled, if it has one: confirmed handoffs
// get their share, and the rest of what nobody earned goes back to the budget.
func (e *ending) settleTx(ctx context.Context, tx *gorm.DB, q *Question, p program.Program, now time.Time) error {
	if q.Wave == 0 {
		return nil // no offer of this attempt was made, so nothing is held
	}
	e.hold = holdID(q.ID, q.Attempt)
	shares, err := handoffsTx(ctx, tx, q)
	if err != nil {
		return err
	}
	for i := range shares {
		if shares[i].ConfirmedAt == nil {
			continue
		}
		if err := e.earn(q, p, &shares[i], now, nil); err != nil {
			return err
		}
	}
	return nil
}

// earn makes an assignment earned: pending until review or release_at.
func (e *ending) earn(q *Question, p program.Program, a *Assignment, now time.Time, drawing *Drawing) error {
	from, kind := a.State, payouts.ForAssignment
	if from == HandedBack {
		kind = payouts.ForHandoff
	}
	next, err := from.to(Earned)
	if err != nil {
		return err
	}
	release := now.Add(p.Policies.Review.ReleaseAfter)
	a.State, a.EarnedAt, a.ReleaseAt, a.NextDueAt = next, &now, &release, &release
	if drawing != nil {
		drawing.EarnedAt, drawing.ReleaseAt = now, release
	}
	e.add(a.save(from))
	e.tell(EventEarned, q, now, Detail{
		Attempt: a.Attempt, Person: &a.PersonID, Assignment: &a.ID, Minor: a.RewardMinor, Reason: string(kind), Ended: a.Ended(), Drawing: drawing,
	})
	e.rewards = append(e.rewards, payouts.NewReward{
		ID: uuid.UUID(a.ID), Expert: uuid.UUID(a.PersonID), Kind: kind, Amount: a.Reward(),
		Fee: payouts.Money{Minor: a.FeeMinor, Currency: a.Currency}, ReleaseAt: release,
	})
	return nil
}
