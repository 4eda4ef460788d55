package question

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
)

// ForExpert returns a question on which the caller has an offer or had a turn,
// all of it redacted. Whose turn is over reads what there was until then, and
// no more. Who was neither asked nor assigned finds nothing.
func (s *Service) ForExpert(ctx context.Context, caller access.Caller, id ID) (Conversation, error) {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return Conversation{}, marketplace.NotFound("question", id)
	}
	var c Conversation
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		c, err = s.forExpertTx(ctx, tx, caller.Person, id)
		return err
	})
	return c, err
}

func (s *Service) forExpertTx(ctx context.Context, tx *gorm.DB, person access.PersonID, id ID) (Conversation, error) {
	asked, err := askedTx(ctx, tx, person, id)
	if err != nil {
		return Conversation{}, err
	}
	turns, err := assignmentsTx(ctx, tx, id)
	if err != nil {
		return Conversation{}, err
	}
	last, had := lastOf(turns, person)
	if !asked && !had {
		return Conversation{}, marketplace.NotFound("question", id)
	}
	q, messages, read, err := conversationTx(ctx, tx, id)
	if err != nil {
		return Conversation{}, err
	}
	if !asked && last.over() {
		turns = slices.DeleteFunc(turns, func(a Assignment) bool { return a.Attempt > last.Attempt })
		if messages, err = s.untilOverTx(ctx, tx, q, messages, last); err != nil {
			return Conversation{}, err
		}
		read = read.until(len(messages))
	}
	c := conversation(q, messages, read)
	for _, a := range turns {
		if a.State == HandedBack && a.Note != "" {
			c.Notes = append(c.Notes, a.Note)
			c.Handoffs = append(c.Handoffs, Handoff{Assignment: a.ID, Note: a.Note, Confirmed: a.ConfirmedAt != nil})
		}
	}
	return c, nil
}

// askedTx looks for an open offer to the person.
func askedTx(ctx context.Context, tx *gorm.DB, person access.PersonID, id ID) (bool, error) {
	var n int64
	err := tx.WithContext(ctx).Model(&Offer{}).Where("question_id = ? AND person_id = ? AND state = ?", id, person, OfferOpen).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look for the caller's offer of question %s: %w", id, err)
	}
	return n > 0, nil
}

// lastOf is the person's latest of a question's turns.
func lastOf(turns []Assignment, person access.PersonID) (Assignment, bool) {
	for _, a := range slices.Backward(turns) {
		if a.PersonID == person {
			return a, true
		}
	}
	return Assignment{}, false
}

// over reports that the turn is no longer the expert's to work on or answer for.
func (a Assignment) over() bool { return a.State != Working && a.State != Delivered }

// ends are the events that end the turn under way.
var ends = []event.Kind{EventHandedBack, EventLapsed, EventResolved, EventReopened, EventEscalated, EventWithdrawn, EventEnded}

// untilOverTx keeps of a question's messages those before the end of a turn,
// and everything up to the expert's own last word.
func (s *Service) untilOverTx(ctx context.Context, tx *gorm.DB, q Question, messages []Message, a Assignment) ([]Message, error) {
	events, err := s.events.OfTx(ctx, tx, q.BrandID, event.Subject(q.ID))
	if err != nil {
		return nil, err
	}
	end, ended, err := endOf(events, a.Attempt)
	if err != nil {
		return nil, err
	}
	keep := 1 // the question itself
	for i, m := range messages {
		if m.AssignmentID == a.ID || ended && m.At.Before(end.At) {
			keep = i + 1
		}
	}
	return messages[:min(keep, len(messages))], nil
}

// endOf finds the event that ended the turn of an attempt.
func endOf(events []event.Event, attempt int) (event.Event, bool, error) {
	begun := false
	for _, e := range events {
		if begun && slices.Contains(ends, e.Kind) {
			return e, true, nil
		}
		if e.Kind != EventAccepted {
			continue
		}
		var d Detail
		if err := e.Decode(&d); err != nil {
			return event.Event{}, false, err
		}
		begun = begun || d.Attempt == attempt
	}
	return event.Event{}, false, nil
}
