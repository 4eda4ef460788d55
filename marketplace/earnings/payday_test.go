package earnings_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/migrations/dbtest"
	"knowhow/payouts"
)

// monday is the first payday after the market begins, which is on a Monday at
// nine.
var monday = time.Date(2026, 3, 9, 6, 0, 0, 0, time.UTC)

// states counts the expert's payouts by state.
func (b *bench) states() map[payouts.PayoutState]int {
	b.T.Helper()
	states := map[payouts.PayoutState]int{}
	page, err := b.Earnings.Payouts(b.Ctx(), b.expert, marketplace.Page{Limit: 100})
	b.ok("list the payouts", err)
	for _, p := range page.Items {
		states[p.State]++
	}
	return states
}

// at moves the clock and runs what is due.
func (b *bench) at(t time.Time) {
	b.T.Helper()
	b.Clock.Set(t)
	b.RunDue()
}

func TestPaydayComesEveryMonday(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		b.at(b.Clock.Now()) // the timetable is read for the first time: no payday comes before Monday
		b.earn(1)
		b.at(monday) // it is released at nine, three hours later
		b.at(b.Clock.Now().Add(12 * time.Hour))
		if got := b.states(); len(got) != 0 {
			t.Errorf("paid before there was anything: %v", got)
		}
		b.at(monday.Add(week - time.Microsecond))
		if got := b.states(); len(got) != 0 {
			t.Errorf("paid before payday: %v", got)
		}
		b.at(monday.Add(week))
		if got := b.stands(); got.PaidOut != 1000 || got.Available+got.InTransit != 0 {
			t.Errorf("on payday: %+v", got)
		}
		b.earn(1)
		b.at(monday.Add(2*week - time.Hour)) // not yet released
		b.at(monday.Add(2 * week))
		b.at(monday.Add(5*week + 50*time.Hour)) // nobody was there for weeks
		if got := b.stands(); got.PaidOut != 2000 {
			t.Errorf("a payday that was missed is not made up for: %+v", got)
		}
		if got := b.states(); got[payouts.PayoutSent] != 2 || len(got) != 1 {
			t.Errorf("payouts %v", got)
		}
		b.Balanced()
	})
}

// A payday on which the provider cannot be asked is made up for soon after it can,
// and once.
func TestPaydayAfterAnOutage(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		b.at(b.Clock.Now())
		b.earn(1)
		b.at(monday)
		b.at(monday.Add(week - time.Hour))
		b.without()
		if got := b.stands(); got.PaidOut != 0 || got.Available != 1000 {
			t.Fatalf("meanwhile: %+v", got)
		}
		b.at(b.Clock.Now().Add(time.Hour))
		if got := b.stands(); got.PaidOut != 1000 {
			t.Errorf("an hour later: %+v", got)
		}
		b.earn(1)
		b.at(b.Clock.Now().Add(5 * 24 * time.Hour))
		if got := b.states(); got[payouts.PayoutSent] != 1 || len(got) != 1 {
			t.Errorf("before the next payday: %v", got)
		}
		b.Balanced()
	})
}

func TestRequestedPayoutsAreSentAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.released(1)
		b.KeepPaydays()
		b.RunDue()
		_, err := b.Earnings.RequestPayout(b.Ctx(), b.expert, uuid.New())
		b.ok("request", err)
		if got := b.states(); got[payouts.PayoutCreated] != 1 {
			t.Fatalf("before the queue runs: %v", got)
		}
		b.RunDue()
		if got := b.states(); got[payouts.PayoutSent] != 1 {
			t.Errorf("after that: %v", got)
		}
	})
}

// What nobody told the queue of is found by the timetable; what is paused waits
// until a person has looked.
func TestForgottenPayoutsAreSent(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.released(1)
		_, err := b.Earnings.RequestPayout(b.Ctx(), b.expert, uuid.New()) // no payday here: nothing is queued
		b.ok("request", err)
		b.pause()
		b.KeepPaydays()
		b.at(b.Clock.Now().Add(10 * time.Minute))
		b.at(b.Clock.Now().Add(10 * time.Minute))
		if got := b.states(); got[payouts.PayoutCreated] != 1 {
			t.Errorf("while paused: %v", got)
		}
		b.ok("resume", b.Earnings.ResumePayouts(b.Ctx(), b.Operator, "Looked at."))
		b.at(b.Clock.Now().Add(10 * time.Minute))
		if got := b.states(); got[payouts.PayoutSent] != 1 {
			t.Errorf("after that: %v", got)
		}
		b.Balanced()
	})
}

func TestHalfwayKeepsNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		b.RunDue()
		b.Clock.Set(monday)
		dbtest.Halfway(t, b.DB, func() error { return b.Earnings.Keep(b.Ctx(), "payday") })
		dbtest.Unchanged(t, b.DB, func() { b.ok("keep it again", b.Earnings.Keep(b.Ctx(), "payday")) })
		if waiting, err := b.Queue.Waiting(b.Ctx()); err != nil || waiting[job.Ready] != 1 {
			t.Errorf("queued: %v, %v", waiting, err)
		}
	})
}

func TestOneOfManyKeepsTheTimetable(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		b.released(1)
		b.Clock.Set(monday.Add(week))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := b.Queue.RunDue(b.Ctx()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := b.states(); got[payouts.PayoutSent] != 1 || len(got) != 1 {
			t.Errorf("payouts %v", got)
		}
		if waiting, err := b.Queue.Waiting(b.Ctx()); err != nil || len(waiting) != 0 {
			t.Errorf("left over: %v, %v", waiting, err)
		}
	})
}

// A house without paydays is not disturbed by the timetable.
func TestWithoutPaydayNothingComes(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.released(1)
		if next, due, err := b.Queue.NextDue(b.Ctx()); err != nil || due {
			t.Errorf("next due %v, %v, %v", next, due, err)
		}
		b.After(3 * week)
		if got := b.states(); len(got) != 0 {
			t.Errorf("payouts %v", got)
		}
	})
}
