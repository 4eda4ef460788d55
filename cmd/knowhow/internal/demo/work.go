package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/question"
)

// How long experts take: to say no, to say yes, to answer.
const (
	declineLeast, declineMost = 20 * time.Second, 9 * time.Minute
	acceptLeast, acceptMost   = 20 * time.Second, 7 * time.Minute
	answerLeast, answerMost   = 3 * time.Minute, 35 * time.Minute
)

// Percentages of what experts do with a question that somebody else knows
// better: in each wave the first may take it all the same; of the others some
// say nothing, and the rest decline.
var takesAnyway = [lastWave]uint64{10, 25, 100}

const (
	lastWave    = 3
	saysNothing = 18
)

// offered is an offer of a question's present wave as the story reads it.
type offered struct {
	ID        question.OfferID
	State     question.OfferState
	Reference string
	PersonID  access.PersonID
	Attempt   int
	Wave      int
	Position  int
	OfferedAt time.Time
}

// newOffers reads the present waves that went out at since or later, each in
// its order, with what of them was answered already.
func newOffers(tx *gorm.DB, since time.Time) ([]offered, error) {
	var list []offered
	err := tx.Raw(`SELECT o.id, o.state, q.reference, o.person_id, o.attempt, o.wave, o.position, o.offered_at FROM offers o
		JOIN questions q ON q.id = o.question_id AND q.attempt = o.attempt AND q.wave = o.wave
		WHERE q.state = 'offered' AND o.offered_at >= ? AND q.reference IS NOT NULL`, since).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("look for new offers: %w", err)
	}
	slices.SortFunc(list, func(a, b offered) int {
		return cmp.Or(cmp.Compare(a.Reference, b.Reference), cmp.Compare(a.Position, b.Position))
	})
	return list, nil
}

// expectReactions has everybody with a new offer react. In a wave the one who
// knows takes it; where that one was not asked, somebody else may, with the same
// answer, and in the last wave does.
func (w *world) expectReactions(list []offered) {
	for i, o := range list {
		it := w.item(o.Reference)
		if o.State != question.OfferOpen || w.offers[o.ID] || it == nil || it.waits(o.Attempt) {
			continue
		}
		w.offers[o.ID] = true
		knows := it.turn(o.Attempt).By
		first := i == 0 || list[i-1].Reference != o.Reference
		asked := slices.ContainsFunc(list, func(x offered) bool { return x.Reference == o.Reference && w.handles[x.PersonID] == knows })
		name := fmt.Sprintf("%s/%d/%s", o.Reference, o.Attempt, w.handles[o.PersonID])
		switch {
		case w.rests == w.handles[o.PersonID]:
			w.expectDecline(o, name)
		case w.handles[o.PersonID] == knows, !asked && first && draw("takes", name).in(takesAnyway[min(o.Wave, lastWave)-1]):
			w.expectAccept(o, name)
		case it.Open && o.Wave > 1: // so that they can be asked again when it is reopened
		case !draw("silent", name).in(saysNothing):
			w.expectDecline(o, name)
		}
	}
}

func (w *world) expectAccept(o offered, name string) {
	caller := access.PersonCaller(o.PersonID)
	at := o.OfferedAt.Add(w.wait(draw("accept", name).between(acceptLeast, acceptMost)))
	w.agenda.Add(at, doAccept, name, func(ctx context.Context) error {
		a, err := w.Questions.Accept(ctx, caller, o.ID)
		switch {
		case errors.Is(err, expert.ErrAtCapacity):
			return w.decline(ctx, caller, o)
		case gone(err):
			return nil
		case err != nil:
			return fmt.Errorf("accept: %w", err)
		}
		w.expectTurn(o.Reference, a)
		return nil
	})
}

func (w *world) expectDecline(o offered, name string) {
	caller := access.PersonCaller(o.PersonID)
	at := o.OfferedAt.Add(w.wait(draw("decline", name).between(declineLeast, declineMost)))
	w.agenda.Add(at, doDecline, name, func(ctx context.Context) error { return w.decline(ctx, caller, o) })
}

func (w *world) decline(ctx context.Context, caller access.Caller, o offered) error {
	if err := w.Questions.Decline(ctx, caller, o.ID); err != nil && !gone(err) {
		return fmt.Errorf("decline: %w", err)
	}
	return w.notice(ctx, w.clock.Now())
}

// gone reports the refusals that only mean that somebody else was faster.
func gone(err error) bool { return errors.Is(err, marketplace.ErrConflict) }

// expectTurn has the expert answer, or hand back.
func (w *world) expectTurn(reference string, a question.Assignment) {
	it, caller := w.item(reference), access.PersonCaller(a.PersonID)
	t := it.turn(a.Attempt)
	name := fmt.Sprintf("%s/%d/%s", reference, a.Attempt, w.handles[a.PersonID])
	at := a.AcceptedAt.Add(w.wait(draw("answer", name).between(answerLeast, answerMost)))
	w.agenda.Add(at, doAnswer, name, func(ctx context.Context) error {
		if t.Back != "" {
			if err := w.Questions.HandBack(ctx, caller, a.ID, t.Back, t.Text); err != nil {
				return fmt.Errorf("hand back: %w", err)
			}
			return nil
		}
		if err := w.confirmHandoffs(ctx, caller, a); err != nil {
			return err
		}
		if err := w.Questions.Answer(ctx, caller, a.ID, t.Text); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		w.expectJudgement(it, a.Attempt, w.clock.Now())
		return nil
	})
}

// confirmHandoffs says of every note that an earlier expert left that it helped.
func (w *world) confirmHandoffs(ctx context.Context, caller access.Caller, a question.Assignment) error {
	if a.Attempt == 1 {
		return nil
	}
	var turns []question.Assignment
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) (err error) {
		turns, err = question.AssignmentsTx(ctx, tx, a.QuestionID)
		return err
	})
	if err != nil {
		return err
	}
	for _, earlier := range turns {
		if earlier.State != question.HandedBack || earlier.Note == "" {
			continue
		}
		if err := w.Questions.ConfirmHandoff(ctx, caller, a.ID, earlier.ID); err != nil {
			return fmt.Errorf("confirm a handoff: %w", err)
		}
	}
	return nil
}

// pickUpWork puts turns and judgements on the agenda for what is in hand.
func (w *world) pickUpWork(ctx context.Context) error {
	var list []struct {
		question.Assignment
		Reference string
	}
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT a.*, q.reference FROM assignments a JOIN questions q ON q.id = a.question_id
			WHERE a.state IN ('working', 'delivered') AND q.reference IS NOT NULL`).Scan(&list).Error
	})
	if err != nil {
		return fmt.Errorf("look for work in hand: %w", err)
	}
	for _, a := range list {
		switch it := w.item(a.Reference); {
		case it == nil, it.waits(a.Attempt), w.only != nil && !w.only(a.Reference):
		case a.State == question.Delivered:
			w.expectJudgement(it, a.Attempt, *a.DeliveredAt)
		default:
			w.expectTurn(a.Reference, a.Assignment)
		}
	}
	return nil
}
