package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/agenda"
	"knowhow/marketplace"
	"knowhow/payouts"
)

// The kinds of things that people do, in the order in which they come at one
// instant. Asking is last: the story's very last deed is a question.
const (
	doStep = iota // of an expert's way into the program
	doAct
	doFund
	doPromise
	doPayday
	doDecline
	doAccept
	doAnswer
	doAnswerForBrand
	doJudge
	doVote
	doReview
	doRefuse
	doAppeal
	doDecideAppeal
	doAsk
)

// play lives through the story in order of time: people act when the agenda
// says, the market when its jobs and deadlines are due. What comes after the
// end is left to the visitors.
func (w *world) play(ctx context.Context, tell func(done, of int)) error {
	told := -1
	for {
		if len(w.asked) != told {
			told = len(w.asked)
			tell(told, len(w.list))
		}
		at, more, err := w.agenda.Soonest(ctx, w.Queue)
		if err != nil || !more || at.After(w.end) {
			w.clock.Set(w.end)
			return err
		}
		if at.After(w.clock.Now()) {
			w.clock.Set(at)
		}
		if err := w.settle(ctx, false); err != nil {
			return err
		}
		for d, ok := w.agenda.Due(w.clock.Now()); ok; d, ok = w.agenda.Due(w.clock.Now()) {
			if err := w.do(ctx, d); err != nil {
				return err
			}
			if err := w.settle(ctx, true); err != nil {
				return err
			}
		}
	}
}

// do does what is on the agenda. Where visitors are about, they may have been
// faster, or have made it pointless.
func (w *world) do(ctx context.Context, d agenda.Deed) error {
	err := d.Do(ctx)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s at %s: %w", d.Name, d.At.Format(time.RFC3339), err)
	if w.shown && ctx.Err() == nil {
		w.log.Debug("somebody of the demo could not do something", "err", err)
		return nil
	}
	return err
}

// settle runs what is due in the market and puts on the agenda what people will
// do about it, and about what somebody has just done.
func (w *world) settle(ctx context.Context, done bool) error {
	n, err := w.Queue.RunDue(ctx)
	if err == nil && w.shown {
		return w.settleShown(ctx)
	}
	if err != nil || n == 0 && !done {
		return err
	}
	return w.notice(ctx, w.clock.Now())
}

// notice looks for offers, reviews, votes and escalations at since or later, and has
// people react to them.
func (w *world) notice(ctx context.Context, since time.Time) error {
	var offers []offered
	var reviews []reviewing
	var votes []agenda.Vote
	var ours []escalated
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) (err error) {
		if offers, err = newOffers(tx, since); err != nil {
			return err
		}
		if reviews, err = newReviews(tx, since); err != nil {
			return err
		}
		if votes, err = agenda.Votes(tx, since); err != nil {
			return err
		}
		ours, err = newEscalations(tx, since)
		return err
	})
	if err != nil {
		return err
	}
	if w.only != nil {
		offers = slices.DeleteFunc(offers, func(o offered) bool { return !w.only(o.Reference) })
		reviews = slices.DeleteFunc(reviews, func(r reviewing) bool { return !w.only(r.Reference) })
		votes = slices.DeleteFunc(votes, func(v agenda.Vote) bool { return !w.only(v.Reference) })
		ours = slices.DeleteFunc(ours, func(e escalated) bool { return !w.only(e.Reference) })
	}
	w.expectReactions(offers)
	w.expectVerdicts(reviews)
	w.expectVotes(votes)
	w.expectTeam(ours)
	return nil
}

// pickUp puts everything on the agenda that is under way, as it is at the start
// or after an interruption.
func (w *world) pickUp(ctx context.Context) error {
	for _, it := range w.list {
		if _, asked := w.asked[it.Reference]; !asked {
			w.agenda.Add(it.At, doAsk, it.Reference, w.asks(it))
		}
	}
	for _, x := range w.experts {
		if err := w.expectStep(ctx, x); err != nil {
			return err
		}
	}
	for _, pick := range []func(context.Context) error{w.pickUpWork, w.pickUpBrandAnswers, w.pickUpRefusals} {
		if err := pick(ctx); err != nil {
			return err
		}
	}
	w.expectActs()
	w.agenda.Add(w.start.Add(refundDay*day), doFund, "second funding", func(ctx context.Context) error {
		return w.fund(ctx, "second", secondFunding)
	})
	w.expectPayday(w.clock.Now())
	w.expectPatience()
	return w.notice(ctx, time.Time{})
}

// expectPayday puts the first Monday morning at or after t on the agenda.
func (w *world) expectPayday(t time.Time) {
	days := (int(time.Monday) - int(t.Weekday()) + 7) % 7
	monday := time.Date(t.Year(), t.Month(), t.Day()+days, 6, 0, 0, 0, time.UTC)
	if monday.Before(t) {
		monday = monday.Add(week)
	}
	w.agenda.Add(monday, doPayday, "payday", w.payday)
}

// payday pays everybody who has enough.
func (w *world) payday(ctx context.Context) error {
	if _, err := w.Payouts.CreateRun(ctx, payouts.WeekOf(w.clock.Now())); err != nil {
		return fmt.Errorf("make the weekly payouts: %w", err)
	}
	if err := w.sendPayouts(ctx); err != nil {
		return err
	}
	w.expectPayday(w.clock.Now().Add(time.Second))
	return nil
}

// sendPayouts sends what is to be sent. What an interruption left in doubt is
// looked at again later.
func (w *world) sendPayouts(ctx context.Context) error {
	if _, err := w.Payouts.Process(ctx, 1000); err != nil {
		return fmt.Errorf("send the payouts: %w", err)
	}
	var totals []payouts.Totals
	err := w.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		totals, err = payouts.TotalsTx(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range totals {
		if t.InTransit > 0 {
			w.agenda.Add(w.clock.Now().Add(10*time.Minute), doPayday, "payouts in doubt", w.sendPayouts)
			return nil
		}
	}
	return nil
}

// asks is the asking of the question.
func (w *world) asks(it *item) func(context.Context) error {
	return func(ctx context.Context) error { return w.ask(ctx, it) }
}
