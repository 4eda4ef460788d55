package earnings_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace"
	"knowhow/marketplace/earnings"
	"knowhow/migrations/dbtest"
	"knowhow/payouts"
)

// meetsSweep has sixteen do something just before a time while the sweep comes by at
// that time, and returns how many could: one or none.
func (b *bench) meetsSweep(at time.Time, do func() error) int64 {
	b.T.Helper()
	b.Clock.Set(at.Add(-time.Microsecond))
	var won atomic.Int64
	var all sync.WaitGroup
	for i := range 16 {
		if i == 8 {
			all.Go(func() {
				b.Clock.Set(at)
				if _, err := b.Queue.RunDue(b.Ctx()); err != nil {
					b.T.Errorf("run what is due: %v", err)
				}
			})
		}
		all.Go(func() {
			if err := do(); err == nil {
				won.Add(1)
			} else if !errors.Is(err, earnings.ErrNoAppeal) {
				b.T.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	b.RunDue()
	return won.Load()
}

// At the end of the window an appeal counts, or the pay is taken back; at the end of
// the time to decide a decision counts, or the appeal lapses: one of both, and the
// money goes with it.
func TestTheSweepOrWhoIsInTime(t *testing.T) {
	left := map[earnings.TakeBackState]int64{
		earnings.TakeBackAppealed: 2000, earnings.TakeBackOverturned: 2000, earnings.TakeBackLapsed: 2000, earnings.TakeBackFinal: 1000,
	}
	goes := func(t *testing.T, b *bench, won int64, inTime, swept earnings.TakeBackState) {
		t.Helper()
		want := swept
		if won == 1 {
			want = inTime
		}
		if got, state := b.terms(), b.own().TakeBack.State; won > 1 || state != want || got.Available != left[want] || (got.SetAside > 0) != (want == earnings.TakeBackAppealed) {
			t.Errorf("%d were in time, it is %s: %+v", won, state, got)
		}
		b.Balanced()
	}
	t.Run("appeal", func(t *testing.T) {
		each(t, func(t *testing.T, b *bench) {
			id, _ := b.takeBack()
			won := b.meetsSweep(b.own().TakeBack.AppealUntil, func() error {
				return b.Earnings.AppealTakeBack(b.Ctx(), b.expert, id, "They are two questions.")
			})
			goes(t, b, won, earnings.TakeBackAppealed, earnings.TakeBackFinal)
		})
	})
	for end, upheld := range map[earnings.TakeBackState]bool{earnings.TakeBackFinal: false, earnings.TakeBackOverturned: true} {
		t.Run("decision "+string(end), func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				id, third := b.takeBack()
				b.ok("appeal", b.Earnings.AppealTakeBack(b.Ctx(), b.expert, id, "They are two questions."))
				won := b.meetsSweep(*b.own().TakeBack.DecideBy, func() error {
					return b.Earnings.DecideTakeBack(b.Ctx(), third, id, upheld, "I have read both.")
				})
				goes(t, b, won, end, earnings.TakeBackLapsed)
			})
		})
	}
}

// What operators write about pay is redacted, and is in no mail.
func TestWhatShowsItIsRedactedAndNotMailed(t *testing.T) {
	for name, upheld := range map[string]bool{"rejected": false, "upheld": true} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				work := b.earn(1)
				b.After(2 * week)
				id, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, earnings.NewAct{
					Kind: earnings.ActClawBack, Subject: work[0], Ground: earnings.GroundPrivacy, Reason: "Wrote plainly to dana.whitlow@example.com about it.",
				})
				b.ok("ask", err)
				b.ok("agree", b.Earnings.AgreeToAct(b.Ctx(), b.second(), id))
				if got := b.own().Evidence; strings.Contains(got, "whitlow@") || !strings.Contains(got, "Wrote plainly") {
					t.Errorf("the evidence is %q", got)
				}
				b.ok("appeal", b.Earnings.AppealTakeBack(b.Ctx(), b.expert, id, "She asked me to."))
				b.ok("decide", b.Earnings.DecideTakeBack(b.Ctx(), b.operator("Thea Third", "thea@example.com"), id, upheld, "Read twice by me."))
				b.RunDue()
				b.told("Pay of yours is to be taken back")
				b.told("Your appeal was " + name)
				for _, mail := range b.Mails() {
					for _, written := range []string{"whitlow@", "Wrote plainly", "Read twice"} {
						if strings.Contains(mail, written) {
							t.Errorf("%q is in a mail", written)
						}
					}
				}
			})
		})
	}
}

// Pay that cannot be taken back is refused when it is asked for, not when a second
// operator agrees; without a ground nothing begins.
func TestWhatCannotBeTakenBackIsNotAskedFor(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		work := b.earn(2)
		b.After(2 * week)
		pending := b.earn(1)[0]
		b.decideAgainst(work[0])
		waits, err := b.ask(b.Operator, work[1])
		b.ok("ask", err)
		b.ok("forget the ground", b.DB.Write.Exec("UPDATE money_acts SET ground = '' WHERE id = ?", waits).Error)
		dbtest.Unchanged(t, b.DB, func() {
			for name, c := range map[string]struct {
				reward uuid.UUID
				want   error
			}{
				"not released": {pending, payouts.ErrState}, "decided about": {work[0], payouts.ErrDecided}, "none": {uuid.New(), payouts.ErrNotFound},
			} {
				if _, err := b.ask(b.Operator, c.reward); !errors.Is(err, c.want) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if err := b.Earnings.AgreeToAct(b.Ctx(), b.second(), waits); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("agreed without a ground: %v", err)
			}
		})
	})
}
