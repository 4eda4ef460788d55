package quality_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/migrations"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// watched looks at the experts anew, and says how the person is watched.
func (b *bench) watched(who access.Caller) expert.Watch {
	b.T.Helper()
	b.ok("look at the experts", b.Quality.WatchExperts(ctx))
	b.RunDue()
	var e expert.Enrolment
	b.read(func(tx *gorm.DB) (err error) {
		e, _, err = expert.EnrolmentTx(ctx, tx, b.Program.ID, who.Person)
		return err
	})
	return e.Watch
}

// judged records how so many pieces of somebody's work turned out.
func (b *bench) judged(who access.Caller, n int, o expert.Outcome) {
	b.T.Helper()
	for range n {
		b.ok("record an outcome", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			return b.Experts.RecordOutcomeTx(ctx, tx, expert.Work{
				Brand: b.Brand, Program: b.Program.ID, Person: who.Person, Outcome: o, Weight: 2, At: b.Clock.Now(),
			})
		}))
	}
}

// causes are those of the reviews of so many more pieces of work; "" of what was
// not drawn.
func (b *bench) causes(n int) map[quality.ReviewCause]int {
	b.T.Helper()
	count := map[quality.ReviewCause]int{}
	for range n {
		var cause quality.ReviewCause
		for _, r := range b.reviews(b.answeredWith(advice)) {
			cause = r.Cause
		}
		count[cause]++
	}
	return count
}

// Of whom there is a signal, more is reviewed, and of nobody else; until there is
// none any more.
func TestMoreIsReviewedWhereThereIsASignal(t *testing.T) {
	t.Parallel()
	for _, pay := range []int64{0, 40} {
		dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
			b := newBench(t, db, func(p *program.Policies) { p.Review.SampleBP, p.Reward.ReviewMinor = 0, pay })
			if got := b.causes(3); b.watched(b.Expert) != expert.NotWatched || got[""] != 3 {
				t.Errorf("without a signal: %v", got)
			}
			for range 3 {
				b.answeredWith("ok")
			}
			if got := b.watched(b.Expert); got != expert.WatchSignal {
				t.Fatalf("watched for %q", got)
			}
			if got := b.causes(24); got[quality.CauseSignal] == 0 || got[""] == 0 || len(got) != 2 {
				t.Errorf("with a signal: %v", got)
			}
			b.Clock.Advance(100 * day)
			if got := b.watched(b.Expert); got != expert.NotWatched {
				t.Errorf("long after, watched for %q", got)
			}
			if got := b.causes(3); got[""] != 3 {
				t.Errorf("after the signal: %v", got)
			}
		})
	}
}

// A look that began before a signal was settled does not write its marks after the
// look that follows from it: whenever the look reads what was settled, somebody
// settles the signal at that moment, and looks anew.
func TestALookDoesNotUndoASettlement(t *testing.T) {
	t.Parallel()
	eachPeers(t, 2, func(t *testing.T, b *bench, peers []access.Caller) {
		b.shareAccount(peers[0], peers[1])
		if b.watched(peers[0]) != expert.WatchSignal {
			t.Fatal("not watched")
		}
		s := b.signal(quality.SignalAccount)
		settle := func() error {
			err := b.settle(b.Manager, s, quality.SettledNothing, "They are sisters.")
			_, err2 := b.Queue.RunDue(b.Ctx())
			return errors.Join(err, err2)
		}
		b.ok("have them looked at", b.Quality.WatchExperts(ctx))
		var first, inside atomic.Bool
		done := make(chan error, 1)
		b.DB.Watch(func(_ context.Context, sent sqldb.Sent, send func() error) error {
			err := send()
			if strings.Contains(sent.SQL, "pg_advisory_xact_lock") {
				inside.Store(true)
			}
			if strings.Contains(sent.SQL, "signal_settlements") && strings.HasPrefix(sent.SQL, "SELECT") && first.CompareAndSwap(false, true) {
				go func() { done <- settle() }()
				if b.DB.Dialect == "postgres" && !inside.Load() { // nothing keeps it waiting
					err = errors.Join(err, <-done)
					done <- nil
				}
			}
			return err
		})
		b.RunDue()
		b.ok("settle meanwhile", <-done)
		b.RunDue()
		for _, x := range peers {
			var e expert.Enrolment
			b.read(func(tx *gorm.DB) (err error) {
				e, _, err = expert.EnrolmentTx(ctx, tx, b.Program.ID, x.Person)
				return err
			})
			if e.Watch != expert.NotWatched {
				t.Errorf("settled, and watched for %q", e.Watch)
			}
		}
	})
}

func TestMoreIsReviewedWhereStandingIsInDoubt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, func(p *program.Policies) { p.Review.SampleBP = 0 })
		good := b.Market.Expert("mimi")
		b.ok("stop the other", b.Experts.SetAvailability(ctx, good, false))
		b.judged(good, 20, expert.Success)
		b.judged(b.Expert, 8, expert.Failure)
		if bad, other := b.watched(b.Expert), b.watched(good); bad != expert.WatchDoubt || other != expert.NotWatched {
			t.Fatalf("watched for %q, the other for %q", bad, other)
		}
		if got := b.causes(24); got[quality.CauseDoubt] == 0 || got[""] == 0 || len(got) != 2 {
			t.Errorf("in doubt: %v", got)
		}
		for range 3 {
			b.answeredWith("ok")
		}
		if got := b.watched(b.Expert); got != expert.WatchSignal {
			t.Errorf("with a signal too: %q", got)
		}
		b.ok("leave", b.Admission.Leave(ctx, b.Expert, b.Program.ID))
		if got := b.watched(b.Expert); got != expert.NotWatched {
			t.Errorf("who left is watched for %q", got)
		}
	})
}

func TestWatchingHalfwayKeepsNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		other := b.Market.Expert("mimi")
		if n := dbtest.Halfway(t, b.DB, func() error {
			return b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
				return expert.SetWatchTx(ctx, tx, b.Program.ID, map[access.PersonID]expert.Watch{
					b.Expert.Person: expert.WatchDoubt, other.Person: expert.WatchSignal,
				})
			})
		}); n < 3 {
			t.Errorf("%d statements", n)
		}
		if n := dbtest.Halfway(t, b.DB, func() error { return b.Quality.WatchExperts(ctx) }); n < 1 {
			t.Errorf("%d statements", n)
		}
	})
}

// Where SQLite makes the table of reviews anew, the votes that refer to it stay.
func TestVotesOutliveTheirReviewsTable(t *testing.T) {
	t.Parallel()
	eachPeers(t, 2, func(t *testing.T, b *bench, _ []access.Caller) {
		r := b.review(b.earned().ID)
		b.give(r.ID, fail())
		before := len(b.votes(r.ID))
		conn, err := b.DB.SQL()
		b.ok("open", err)
		for file := ""; !strings.Contains(file, "00133"); {
			file, err = migrations.Down(ctx, conn, b.DB.Dialect)
			b.ok("go back", err)
		}
		_, err = migrations.Up(ctx, conn, b.DB.Dialect)
		b.ok("come again", err)
		var after quality.Review
		b.read(func(tx *gorm.DB) error { return tx.Where("id = ?", r.ID).Take(&after).Error })
		if got := len(b.votes(r.ID)); got != before || before == 0 || after.State != r.State || !after.CreatedAt.Equal(r.CreatedAt) || !after.NextDueAt.Equal(*r.NextDueAt) {
			t.Errorf("%d votes of %d, and the review is %+v, was %+v", got, before, after, r)
		}
		b.give(r.ID, pass())
	})
}
