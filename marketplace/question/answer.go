package question

import (
	"context"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
)

// MaxMessage is how long a message may be, in bytes.
const MaxMessage = 16 << 10

// Answer delivers the caller's assignment: the customer reads text, which is
// redacted as everything is, with pictures that the expert uploaded. It ends the
// expert's turn unless the question is reopened.
func (s *Service) Answer(ctx context.Context, caller access.Caller, id AssignmentID, text string, pictures ...PictureID) error {
	if err := marketplace.CheckText("text", text, 1, MaxMessage); err != nil {
		return err
	}
	return s.onTurn(ctx, caller, id, func(tx *gorm.DB, q *Question, a *Assignment) error {
		now := s.clock.Now()
		if err := s.answeredTx(ctx, tx, q, VerbAnswer, now); err != nil {
			return err
		}
		next, err := a.State.to(Delivered)
		if err != nil {
			return err
		}
		from := a.State
		a.State, a.DeliveredAt = next, &now
		message, err := s.messageTx(ctx, tx, q, ByExpert, a.PersonID, a.ID, text, enclosed{caller, pictures}, now)
		if err != nil {
			return err
		}
		evidence, err := s.recordAnswer(ctx, tx, q, a, nil)
		if err != nil {
			return err
		}
		var w writes
		w.add(a.save(from), s.experts.Free(ctx, tx, a.PersonID))
		w.add(message.inserts()...)
		w.add(evidence...)
		w.tell(EventAnswered, q, now, Detail{Attempt: a.Attempt, Person: &a.PersonID, Assignment: &a.ID})
		if err := s.tellSoonTx(ctx, tx, q, now); err != nil {
			return err
		}
		return s.writeTx(ctx, tx, q, w)
	})
}

// answeredTx moves the question to Answered: the first response is met, and
// the customer's silence begins to count.
func (s *Service) answeredTx(ctx context.Context, tx *gorm.DB, q *Question, v Verb, now time.Time) error {
	if _, err := q.State.after(v); err != nil {
		return err
	}
	p, err := s.ProgramTx(ctx, tx, q)
	if err != nil {
		return err
	}
	if err := s.markMissedTx(ctx, tx, q, now); err != nil {
		return err
	}
	if q.FirstRespondedAt == nil {
		q.FirstRespondedAt = &now
	}
	nudge := now.Add(p.Policies.SLA.NudgeAfter)
	return q.enter(v, now, &nudge)
}

// recordAnswer puts on record, for matching, who answered the question, and
// from when they count as having resolved it (nil: not).
func (s *Service) recordAnswer(ctx context.Context, tx *gorm.DB, q *Question, a *Assignment, resolved *time.Time) ([]marketplace.Statement, error) {
	known := expert.Evidence{
		Question: expert.PastQuestionID(q.ID), Person: a.PersonID, Brand: q.BrandID, Program: q.ProgramID, AnsweredAt: *a.DeliveredAt,
	}
	if resolved != nil {
		known.ResolvedAt = *resolved
	}
	return s.experts.RecordAnswer(ctx, tx, known)
}

// Say adds a message of the customer, or of the expert who has the question,
// with pictures that they uploaded, without moving it; with pictures it needs no
// text. A customer's word while the answer stands starts their silence again.
func (s *Service) Say(ctx context.Context, caller access.Caller, id ID, text string, pictures ...PictureID) error {
	least := 1
	if len(pictures) > 0 {
		least = 0
	}
	if err := marketplace.CheckText("text", text, least, MaxMessage); err != nil {
		return err
	}
	with := enclosed{caller, pictures}
	if caller.Kind == access.KindCustomer {
		return s.onOwn(ctx, caller, id, func(tx *gorm.DB, q *Question) error {
			if q.State.Ended() && q.State != Escalated {
				return &TransitionError{Noun: "question", From: string(q.State), Verb: "take a message"}
			}
			return s.saidTx(ctx, tx, q, ByCustomer, Assignment{}, text, with)
		})
	}
	a, err := s.turnOn(ctx, caller, id)
	if err != nil {
		return err
	}
	return s.onTurn(ctx, caller, a.ID, func(tx *gorm.DB, q *Question, a *Assignment) error {
		if a.State != Working && (a.State != Delivered || q.State != Answered) {
			return &TransitionError{Noun: "assignment", From: string(a.State), Verb: "take a message"}
		}
		return s.saidTx(ctx, tx, q, ByExpert, *a, text, with)
	})
}

func (s *Service) saidTx(ctx context.Context, tx *gorm.DB, q *Question, author Author, a Assignment, text string, with enclosed) error {
	now := s.clock.Now()
	if err := s.sayTx(ctx, tx, q, author, a.PersonID, a.ID, text, with, now); err != nil {
		return err
	}
	if q.State == Answered && author == ByCustomer {
		p, err := s.ProgramTx(ctx, tx, q)
		if err != nil {
			return err
		}
		nudge := now.Add(p.Policies.SLA.NudgeAfter)
		q.StageDueAt, q.Nudged = &nudge, false
		q.schedule()
	}
	if err := saveTx(ctx, tx, q); err != nil {
		return err
	}
	if author == ByExpert {
		if err := s.tellSoonTx(ctx, tx, q, now); err != nil {
			return err
		}
	}
	return s.appendTx(ctx, tx, EventMessage, q, now, nil)
}

// AnswerForBrand answers an escalated question as one of the brand's people,
// with pictures that they uploaded.
func (s *Service) AnswerForBrand(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID, text string, pictures ...PictureID) error {
	if err := marketplace.CheckText("text", text, 1, MaxMessage); err != nil {
		return err
	}
	return s.onBrands(ctx, caller, brand, access.AnswerForBrand, id, func(tx *gorm.DB, q *Question) error {
		now := s.clock.Now()
		if err := s.answeredTx(ctx, tx, q, VerbAnswerForBrand, now); err != nil {
			return err
		}
		if err := s.sayTx(ctx, tx, q, ByBrand, caller.Person, AssignmentID{}, text, enclosed{caller, pictures}, now); err != nil {
			return err
		}
		if err := saveTx(ctx, tx, q); err != nil {
			return err
		}
		if err := s.tellSoonTx(ctx, tx, q, now); err != nil {
			return err
		}
		return s.events.AppendTx(ctx, tx, event.Event{
			Brand: q.BrandID, Kind: EventBrandAnswered, Subject: event.Subject(q.ID), At: now,
		}, Detail{Person: &caller.Person})
	})
}
