package replay

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// How long experts take: to say no, to say yes, to answer.
const (
	declineLeast, declineMost = 10 * time.Second, 8 * time.Minute
	acceptLeast, acceptMost   = 20 * time.Second, 10 * time.Minute
	answerLeast, answerMost   = 2 * time.Minute, 90 * time.Minute
)

// silent is the percentage of those who cannot answer that let offers expire.
const silent = 50

// offered is an open offer as the replay reads it.
type offered struct {
	ID        question.OfferID
	Reference string
	PersonID  access.PersonID
	Attempt   int
	OfferedAt time.Time
}

// newOffers reads the open offers made at since or later.
func newOffers(tx *gorm.DB, since time.Time) ([]offered, error) {
	var list []offered
	err := tx.Raw(`SELECT o.id, q.reference, o.person_id, o.attempt, o.offered_at FROM offers o
		JOIN questions q ON q.id = o.question_id WHERE o.state = 'open' AND o.offered_at >= ?`, since).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("look for new offers: %w", err)
	}
	return list, nil
}

// expectReactions has every expert with a new offer react: one who answered
// this question in the file accepts, the others decline or say nothing.
func (w *world) expectReactions(list []offered) {
	for _, o := range list {
		if !w.offers[o.ID] {
			w.offers[o.ID] = true
			w.react(o)
		}
	}
}

func (w *world) react(o offered) {
	user := w.users[o.PersonID]
	name := fmt.Sprintf("%s/%d/%s", o.Reference, o.Attempt, user)
	caller := access.PersonCaller(o.PersonID)
	if r, can := w.posts[o.Reference].answerOf(user); can {
		at := o.OfferedAt.Add(w.draw("accept", name).between(acceptLeast, acceptMost))
		w.agenda.Add(at, doAccept, name, func(ctx context.Context) error { return w.accept(ctx, caller, o, r) })
		return
	}
	if w.draw("silent", name).in(silent) {
		return
	}
	at := o.OfferedAt.Add(w.draw("decline", name).between(declineLeast, declineMost))
	w.agenda.Add(at, doDecline, name, func(ctx context.Context) error {
		if err := w.Questions.Decline(ctx, caller, o.ID); err != nil && !gone(err) {
			return fmt.Errorf("decline: %w", err)
		}
		return w.notice(ctx, w.clock.Now())
	})
}

func (w *world) accept(ctx context.Context, caller access.Caller, o offered, r reply) error {
	a, err := w.Questions.Accept(ctx, caller, o.ID)
	if gone(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	w.expectAnswer(o.Reference, a, r)
	return nil
}

func (w *world) expectAnswer(reference string, a question.Assignment, r reply) {
	name := fmt.Sprintf("%s/%d/%s", reference, a.Attempt, r.By)
	at := a.AcceptedAt.Add(w.draw("answer", name).between(answerLeast, answerMost))
	w.agenda.Add(at, doAnswer, name, func(ctx context.Context) error {
		if err := w.Questions.Answer(ctx, access.PersonCaller(a.PersonID), a.ID, r.Text); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		w.expectJudgement(reference, a, w.clock.Now())
		return w.countAnswer(ctx, r.By)
	})
}

// pickUpWork puts answers and judgements on the agenda for what is in hand.
func (w *world) pickUpWork(ctx context.Context) error {
	var list []struct {
		question.Assignment
		Reference string
		Question  question.State
	}
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT a.*, q.reference, q.state AS question FROM assignments a JOIN questions q ON q.id = a.question_id
			WHERE a.state IN ('working', 'delivered')`).Scan(&list).Error
	})
	if err != nil {
		return fmt.Errorf("look for work in hand: %w", err)
	}
	for _, a := range list {
		if a.State == question.Delivered {
			w.expectJudgement(a.Reference, a.Assignment, *a.DeliveredAt)
			continue
		}
		r, _ := w.posts[a.Reference].answerOf(w.users[a.PersonID])
		w.expectAnswer(a.Reference, a.Assignment, r)
	}
	return nil
}
