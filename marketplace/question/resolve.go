package question

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
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
	end, err := s.closeAttemptTx(ctx, tx, q, now)
	if err != nil {
		return err
	}
	detail := Detail{Attempt: q.Attempt, Reason: how}
	if a := end.turn; a != nil {
		detail.Person, detail.Assignment = &a.PersonID, &a.ID
		if err := s.creditTx(ctx, tx, q, &end, now); err != nil {
			return err
		}
	}
	if err := q.enter(VerbResolve, now, nil); err != nil {
		return err
	}
	q.EndReason = how
	end.tell(EventResolved, q, now, detail)
	return s.endAttemptTx(ctx, tx, q, end, now)
}

// creditTx puts on record that the expert's answer resolved the question.
func (s *Service) creditTx(ctx context.Context, tx *gorm.DB, q *Question, end *ending, now time.Time) error {
	evidence, err := s.recordAnswer(ctx, tx, q, end.turn, &now)
	if err != nil {
		return err
	}
	work := expert.Work{
		Brand: q.BrandID, Program: q.ProgramID, Person: end.turn.PersonID, Outcome: expert.Success, Weight: 1, At: now,
	}
	if work.Topic, err = s.slugTx(ctx, tx, q); err != nil {
		return err
	}
	var outcome marketplace.Statement
	if q.present != nil {
		outcome, err = s.experts.RecordOutcomeAfter(ctx, tx, work, q.present.standing)
	} else {
		outcome, err = s.experts.RecordOutcome(ctx, tx, work)
	}
	end.add(append(evidence, outcome)...)
	return err
}

// Reopen is the customer's word that the answer did not solve it, with a
// reason: the expert's work counts as delivered all the same and may be
// reviewed, and another expert is asked. The SLA clocks go on. A question
// resolved longer ago than ReopenWithin is ErrTooLate; a customer nobody vouches
// for who has asked as much as they may today gets a *CapError.
func (s *Service) Reopen(ctx context.Context, caller access.Caller, id ID, reason string) error {
	if err := marketplace.CheckText("reason", reason, 0, 500); err != nil {
		return err
	}
	return s.onOwn(ctx, caller, id, func(tx *gorm.DB, q *Question) error {
		if err := refuseCrowdTx(ctx, tx, q, VerbReopen); err != nil {
			return err
		}
		now := s.clock.Now()
		if q.State == Resolved && now.After(q.ResolvedAt.Add(ReopenWithin)) {
			return fmt.Errorf("reopen question %s: %w", id, ErrTooLate)
		}
		if _, err := q.State.after(VerbReopen); err != nil {
			return err
		}
		if reason != "" {
			if err := s.sayTx(ctx, tx, q, ByCustomer, access.PersonID{}, AssignmentID{}, reason, enclosed{}, now); err != nil {
				return err
			}
		}
		if err := s.capAgainTx(ctx, tx, q, now); err != nil {
			return err
		}
		end, err := s.closeAttemptTx(ctx, tx, q, now)
		if err != nil {
			return err
		}
		return s.againTx(ctx, tx, q, end, VerbReopen, EventReopened, now, Detail{Attempt: q.Attempt, Assignment: end.turnID()})
	})
}

// againTx ends the attempt and starts the next; the event has the question
// routed.
func (s *Service) againTx(ctx context.Context, tx *gorm.DB, q *Question, end ending, v Verb, kind event.Kind, now time.Time, d Detail) error {
	due := now.Add(routeWithin)
	if err := q.enter(v, now, &due); err != nil {
		return err
	}
	q.nextAttempt()
	end.tell(kind, q, now, d)
	return s.endAttemptTx(ctx, tx, q, end, now)
}

// Escalate is the customer asking for the brand's own team, at any time before
// the end, and where the expert ended the conversation for ReopenWithin after
// it. An answer already given is paid.
func (s *Service) Escalate(ctx context.Context, caller access.Caller, id ID) error {
	return s.onOwn(ctx, caller, id, func(tx *gorm.DB, q *Question) error {
		if q.State == Escalated {
			return nil
		}
		now := s.clock.Now()
		if err := q.mayEscalate(now); err != nil {
			return err
		}
		return s.escalateTx(ctx, tx, q, ReasonCustomer, now)
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
	return s.endTx(ctx, tx, q, q.escalating(), EventEscalated, reason, now)
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
	end, err := s.closeAttemptTx(ctx, tx, q, now)
	if err != nil {
		return err
	}
	if err := q.enter(v, now, nil); err != nil {
		return err
	}
	q.EndReason = reason
	end.tell(kind, q, now, Detail{Attempt: q.Attempt, Assignment: end.turnID(), Reason: reason})
	return s.endAttemptTx(ctx, tx, q, end, now)
}
