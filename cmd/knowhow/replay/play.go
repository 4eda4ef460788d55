package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/agenda"
	"knowhow/marketplace"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// The kinds of things that people do, in the order in which they come at one
// instant.
const (
	doPayday = iota
	doRefit
	doAsk
	doEvidence
	doJoin
	doDecline
	doAccept
	doAnswer
	doJudge
	doVote
	doReview
	doRefuse
	doAppeal
	doDecideAppeal
)

const (
	day = 24 * time.Hour
	// week is how often experts are paid.
	week = 7 * day
)

// play lives through the window in order of time: people act when the agenda
// says, the market when its jobs and deadlines are due. It ends when nothing is
// left to do and everybody is paid.
func (w *world) play(ctx context.Context, tell func(done, of int)) error {
	asked := 0
	for {
		at, more, err := w.agenda.Soonest(ctx, w.Queue)
		if err != nil || !more {
			return err
		}
		if at.After(w.clock.Now()) {
			w.clock.Set(at)
		}
		if err := w.settle(ctx, false); err != nil {
			return err
		}
		for d, ok := w.agenda.Due(w.clock.Now()); ok; d, ok = w.agenda.Due(w.clock.Now()) {
			if err := d.Do(ctx); err != nil {
				return fmt.Errorf("%s at %s: %w", d.Name, d.At.Format(time.RFC3339), err)
			}
			if d.Kind == doAsk {
				asked++
				tell(asked, len(w.window))
			}
			if err := w.settle(ctx, true); err != nil {
				return err
			}
		}
	}
}

// settle runs what is due in the market and puts on the agenda what people
// will do about it, and about what somebody has just done.
func (w *world) settle(ctx context.Context, done bool) error {
	if n, err := w.Queue.RunDue(ctx); err != nil || n == 0 && !done {
		return err
	}
	return w.notice(ctx, w.clock.Now())
}

// notice looks for offers, reviews, votes and ends at since or later, and has people
// react to them.
func (w *world) notice(ctx context.Context, since time.Time) error {
	var offers []offered
	var reviews, failed []reviewing
	var votes []agenda.Vote
	var ended []string
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) (err error) {
		if offers, err = newOffers(tx, since); err != nil {
			return err
		}
		if reviews, err = newReviews(tx, since); err != nil {
			return err
		}
		if failed, err = newlyFailed(tx, since); err != nil {
			return err
		}
		if votes, err = agenda.Votes(tx, since); err != nil {
			return err
		}
		ended, err = newEscalations(tx, since)
		return err
	})
	if err != nil {
		return err
	}
	w.expectReactions(offers)
	w.expectVerdicts(reviews)
	w.expectRefusals(failed)
	w.expectVotes(votes)
	for _, reference := range ended {
		if err := w.letGo(ctx, reference); err != nil {
			return err
		}
	}
	return nil
}

// pickUp puts everything on the agenda that is under way, as it is at the start
// or after an interruption.
func (w *world) pickUp(ctx context.Context) error {
	w.posts, w.asked = map[string]post{}, map[string]question.ID{}
	w.offers, w.withheld = map[question.OfferID]bool{}, map[string][]reply{}
	w.reviews, w.failed, w.votes = map[quality.ReviewID]bool{}, map[quality.ReviewID]bool{}, map[quality.VoteID]bool{}
	for _, p := range w.window {
		w.posts[p.ID] = p
	}
	if err := w.readAsked(ctx); err != nil {
		return err
	}
	for _, p := range w.window {
		if _, asked := w.asked[p.ID]; !asked {
			w.agenda.Add(p.Created.Time, doAsk, p.ID, func(ctx context.Context) error { return w.ask(ctx, p) })
		}
	}
	if err := w.expectEvidence(ctx); err != nil {
		return err
	}
	for _, pick := range []func(context.Context) error{w.pickUpWork, w.pickUpRefusals} {
		if err := pick(ctx); err != nil {
			return err
		}
	}
	if err := w.pickUpJoining(ctx); err != nil {
		return err
	}
	w.expectPayday(latest(w.clock.Now(), w.window[0].Created.Time))
	w.expectRefit(w.clock.Now())
	return w.notice(ctx, time.Time{})
}

func (w *world) readAsked(ctx context.Context) error {
	var rows []struct {
		ID        question.ID
		Reference string
	}
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Table("questions").Select("id, reference").Where("program_id = ?", w.program.ID).Scan(&rows).Error
	})
	if err != nil {
		return fmt.Errorf("read what was asked: %w", err)
	}
	for _, r := range rows {
		w.asked[r.Reference] = r.ID
	}
	return nil
}

// expectPayday puts the first Monday at or after t on the agenda.
func (w *world) expectPayday(t time.Time) {
	days := (int(time.Monday) - int(t.Weekday()) + 7) % 7
	monday := time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, time.UTC)
	if monday.Before(t) {
		monday = monday.Add(week)
	}
	w.agenda.Add(monday, doPayday, "payday", w.payday)
}

// expectRefit puts the next look at the weights at or after t on the agenda: as
// the window begins, then every midnight until its last question is asked. When it
// comes hangs on the file alone, and on no interruption.
func (w *world) expectRefit(t time.Time) {
	at := w.window[0].Created.Time
	if t.After(at) {
		if at = t.Truncate(day); at.Before(t) {
			at = at.Add(day)
		}
	}
	if at.After(w.window[len(w.window)-1].Created.Time) {
		return
	}
	w.agenda.Add(at, doRefit, "refit", func(ctx context.Context) error {
		if err := w.Questions.RefitWeights(ctx); err != nil {
			return fmt.Errorf("fit the weights: %w", err)
		}
		w.expectRefit(at.Add(time.Microsecond))
		return nil
	})
}

// payday pays everybody who has enough, and comes again next week while there
// is anything to come.
func (w *world) payday(ctx context.Context) error {
	made, err := w.Payouts.CreateRun(ctx, payouts.WeekOf(w.clock.Now()))
	if err != nil {
		return fmt.Errorf("make the weekly payouts: %w", err)
	}
	done, err := w.Payouts.Process(ctx, 1_000_000)
	if err != nil {
		return fmt.Errorf("send the payouts: %w", err)
	}
	_, due, err := w.Queue.NextDue(ctx)
	if err != nil {
		return err
	}
	open, err := w.openPayouts(ctx)
	if err != nil {
		return err
	}
	if due || open || made > 0 || done.Sent > 0 || !w.agenda.Empty() {
		w.expectPayday(w.clock.Now().Add(time.Microsecond))
	}
	return nil
}

func (w *world) openPayouts(ctx context.Context) (open bool, err error) {
	err = w.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		totals, err := payouts.TotalsTx(ctx, tx)
		for _, t := range totals {
			open = open || t.InTransit > 0
		}
		return err
	})
	return open, err
}

// gone reports the refusals that only mean that somebody else was faster.
func gone(err error) bool {
	return errors.Is(err, marketplace.ErrConflict)
}
