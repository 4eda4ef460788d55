package question

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// How a question was resolved.
const (
	ByCustomersWord    = "customer"
	ByCustomersSilence = "silence"
)

// ReopenWithin is how long a resolved question can be reopened; afterwards the
// customer asks a new one.
const ReopenWithin = 14 * 24 * time.Hour

// Resolve is the customer's word that the answer solved it: the hold becomes
// the expert's pending reward. Resolving again changes nothing.
func (s *Service) Resolve(ctx context.Context, caller access.Caller, id ID) error {
	return s.onOwn(ctx, caller, id, func(tx *gorm.DB, q *Question) error {
		if q.State == Resolved {
			return nil
		}
		return s.resolveTx(ctx, tx, q, ByCustomersWord, s.clock.Now())
	})
}

func (s *Service) resolveTx(ctx context.Context, tx *gorm.DB, q *Question, how string, now time.Time) error {
	if _, err := q.State.after(VerbResolve); err != nil {
		return err
	}
	if err := s.markMissedTx(ctx, tx, q, now); err != nil {
		return err
	}
	a, err := s.closeAttemptTx(ctx, tx, q, now)
	if err != nil {
		return err
	}
	detail := Detail{Attempt: q.Attempt, Reason: how}
	if a != nil {
		detail.Person, detail.Assignment = &a.PersonID, &a.ID
		if err := s.creditTx(ctx, tx, q, a, now); err != nil {
			return err
		}
	}
	if err := q.enter(VerbResolve, now, nil); err != nil {
		return err
	}
	q.EndReason = how
	if err := saveTx(ctx, tx, q); err != nil {
		return err
	}
	return s.appendTx(ctx, tx, EventResolved, q, now, detail)
}

// creditTx puts on record that the expert's answer resolved the question.
func (s *Service) creditTx(ctx context.Context, tx *gorm.DB, q *Question, a *Assignment, now time.Time) error {
	if err := s.recordAnswerTx(ctx, tx, q, a, &now); err != nil {
		return err
	}
	slug, err := s.topicSlugTx(ctx, tx, q)
	if err != nil {
		return err
	}
	return s.experts.RecordOutcomeTx(ctx, tx, expert.Work{
		Brand: q.BrandID, Program: q.ProgramID, Person: a.PersonID, Topic: slug, Outcome: expert.Success, Weight: 1, At: now,
	})
}

// Reopen is the customer's word that the answer did not solve it, with a
// reason: the expert's work counts as delivered all the same and may be
// reviewed, and another expert is asked. The SLA clocks go on. A question
// resolved longer ago than ReopenWithin is ErrTooLate.
func (s *Service) Reopen(ctx context.Context, caller access.Caller, id ID, reason string) error {
	if err := marketplace.CheckText("reason", reason, 0, 500); err != nil {
		return err
	}
	return s.onOwn(ctx, caller, id, func(tx *gorm.DB, q *Question) error {
		now := s.clock.Now()
		if q.State == Resolved && now.After(q.ResolvedAt.Add(ReopenWithin)) {
			return fmt.Errorf("reopen question %s: %w", id, ErrTooLate)
		}
		if _, err := q.State.after(VerbReopen); err != nil {
			return err
		}
		if reason != "" {
			if err := s.sayTx(ctx, tx, q, ByCustomer, access.PersonID{}, AssignmentID{}, reason, now); err != nil {
				return err
			}
		}
		a, err := s.closeAttemptTx(ctx, tx, q, now)
		if err != nil {
			return err
		}
		return s.againTx(ctx, tx, q, VerbReopen, EventReopened, now, Detail{Attempt: q.Attempt, Assignment: idOf(a)})
	})
}

// againTx starts the next attempt; the event has the question routed.
func (s *Service) againTx(ctx context.Context, tx *gorm.DB, q *Question, v Verb, kind event.Kind, now time.Time, d Detail) error {
	due := now.Add(routeWithin)
	if err := q.enter(v, now, &due); err != nil {
		return err
	}
	q.nextAttempt()
	if err := saveTx(ctx, tx, q); err != nil {
		return err
	}
	return s.appendTx(ctx, tx, kind, q, now, d)
}

// Escalate is the customer asking for the brand's own team, at any time before
// the end. An answer already given is paid.
func (s *Service) Escalate(ctx context.Context, caller access.Caller, id ID) error {
	return s.onOwn(ctx, caller, id, func(tx *gorm.DB, q *Question) error {
		if q.State == Escalated {
			return nil
		}
		return s.escalateTx(ctx, tx, q, ReasonCustomer, s.clock.Now())
	})
}

// TakeOver is the brand taking a question from the crowd to its own team.
func (s *Service) TakeOver(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID) error {
	return s.onBrands(ctx, caller, brand, access.AnswerForBrand, id, func(tx *gorm.DB, q *Question) error {
		if q.State == Escalated {
			return nil
		}
		return s.escalateTx(ctx, tx, q, ReasonBrand, s.clock.Now())
	})
}

func (s *Service) escalateTx(ctx context.Context, tx *gorm.DB, q *Question, reason string, now time.Time) error {
	return s.endTx(ctx, tx, q, VerbEscalate, EventEscalated, reason, now)
}

// Withdraw is the customer taking the question back. An answer already given
// is paid.
func (s *Service) Withdraw(ctx context.Context, caller access.Caller, id ID) error {
	return s.onOwn(ctx, caller, id, func(tx *gorm.DB, q *Question) error {
		if q.State == Withdrawn {
			return nil
		}
		return s.endTx(ctx, tx, q, VerbWithdraw, EventWithdrawn, ReasonCustomer, s.clock.Now())
	})
}

func (s *Service) endTx(ctx context.Context, tx *gorm.DB, q *Question, v Verb, kind event.Kind, reason string, now time.Time) error {
	if _, err := q.State.after(v); err != nil {
		return err
	}
	if err := s.markMissedTx(ctx, tx, q, now); err != nil {
		return err
	}
	a, err := s.closeAttemptTx(ctx, tx, q, now)
	if err != nil {
		return err
	}
	if err := q.enter(v, now, nil); err != nil {
		return err
	}
	q.EndReason = reason
	if err := saveTx(ctx, tx, q); err != nil {
		return err
	}
	return s.appendTx(ctx, tx, kind, q, now, Detail{Attempt: q.Attempt, Assignment: idOf(a), Reason: reason})
}

// idOf names a turn in an event, if there is one.
func idOf(a *Assignment) *AssignmentID {
	if a == nil {
		return nil
	}
	return &a.ID
}

// closeAttemptTx ends what is under way in the present attempt: open offers are
// withdrawn, unfinished work is cancelled, delivered work is earned, and the
// hold is settled. It returns the assignment it ended, if any. Where an end or
// the brand's own answer came before, there is nothing left to close.
func (s *Service) closeAttemptTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) (*Assignment, error) {
	if q.State != Offered && q.State != Assigned && q.State != Answered {
		return nil, nil
	}
	p, err := s.programs.LoadTx(ctx, tx, q.ProgramID)
	if err != nil {
		return nil, err
	}
	if q.State == Offered {
		if err := closeOffersTx(ctx, tx, q, OfferWithdrawn, now); err != nil {
			return nil, err
		}
		return nil, s.settleHoldTx(ctx, tx, q, p, nil, now)
	}
	a, err := currentTx(ctx, tx, q)
	switch {
	case errors.Is(err, marketplace.ErrNotFound):
		return nil, nil // the brand answered a question nobody had taken
	case err != nil:
		return nil, err
	case a.State == Working:
		return &a, s.stopWorkTx(ctx, tx, q, p, &a, Cancelled, now)
	case a.State == Delivered:
		return &a, s.settleHoldTx(ctx, tx, q, p, &a, now)
	}
	return nil, nil // earned before the brand's answer
}

// stopWorkTx ends an assignment before delivery.
func (s *Service) stopWorkTx(ctx context.Context, tx *gorm.DB, q *Question, p program.Program, a *Assignment, to AssignmentState, now time.Time) error {
	next, err := a.State.to(to)
	if err != nil {
		return err
	}
	from := a.State
	a.State = next
	if err := moveTurnTx(ctx, tx, a, from); err != nil {
		return err
	}
	if err := s.experts.FreeTx(ctx, tx, a.PersonID); err != nil {
		return err
	}
	return s.settleHoldTx(ctx, tx, q, p, nil, now)
}
