package earnings_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/job"
	"knowhow/payouts"
)

// The provider's books are read every hour by themselves.
func TestBooksAreReadEveryHour(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		b.at(b.Clock.Now())
		first, err := b.Earnings.Status(b.Ctx(), access.SystemCaller("test"))
		b.ok("read the status", err)
		b.at(b.Clock.Now().Add(time.Hour))
		second, err := b.Earnings.Status(b.Ctx(), access.SystemCaller("test"))
		b.ok("read the status", err)
		if first.ReconciledAt == nil || second.ReconciledAt == nil || second.ReconciledAt.Sub(*first.ReconciledAt) != time.Hour ||
			second.ComparedAt == nil || !second.ComparedAt.Equal(*first.ComparedAt) || second.Paused != nil || second.Waiting+second.Suspense != 0 {
			t.Errorf("first %+v, an hour later %+v", first, second)
		}
		b.Balanced()
	})
}

// hurried is a context whose time is always over, though nothing ends with it.
type hurried struct{ context.Context }

func (hurried) Deadline() (time.Time, bool) { return time.Now().Add(-time.Hour), true }

// endless is a provider whose books have always one more page.
type endless struct{ payouts.Provider }

func (endless) BalanceTransactions(context.Context, payouts.BalanceQuery) (payouts.BalancePage, error) {
	return payouts.BalancePage{More: true, Next: uuid.NewString()}, nil
}

// However many readings are cut short, for whatever reason they began, one job waits
// to read on; and another, as soon as it is under way.
func TestReadingOnDoesNotPileUp(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.Payouts.Provider = endless{b.Payouts.Provider}
		short := hurried{b.Ctx()}
		wait := func(when string, want int) (jobs []job.Job) {
			t.Helper()
			b.ok("list the jobs", b.DB.Write.Where("kind = 'earnings.reconcile' AND state = 'ready'").Order("seq").Find(&jobs).Error)
			if len(jobs) != want {
				t.Fatalf("%s, %d jobs wait to read on, want %d", when, len(jobs), want)
			}
			return jobs
		}
		b.ok("heed", b.Earnings.ActOn(short, payouts.Notice{Kind: "balance.available"}))
		wait("after news", 1)
		for range 2 {
			b.ok("read", b.Earnings.ReadBooks(short, job.Job{Args: "{}"}))
		}
		first := wait("after two hours", 1)[0]
		for range 2 { // it is under way, and then begins again
			b.ok("read on", b.Earnings.ReadBooks(short, first))
		}
		second := wait("once it has ended", 2)[1]
		b.ok("end", b.DB.Write.Delete(&job.Job{}, first.Seq).Error)
		b.ok("read on from there", b.Earnings.ReadBooks(short, second))
		wait("once that has ended", 2)
	})
}

// unreachable is a provider that nobody can ask.
type unreachable struct{ payouts.Provider }

var errNoRoute = errors.New("no route to host")

func (unreachable) Balance(context.Context) ([]payouts.ProviderBalance, error) {
	return nil, errNoRoute
}

func (unreachable) BalanceTransactions(context.Context, payouts.BalanceQuery) (payouts.BalancePage, error) {
	return payouts.BalancePage{}, errNoRoute
}

// without has time pass without the provider, for longer than the queue tries.
func (b *bench) without() {
	b.T.Helper()
	was, given := b.Payouts.Provider, false
	b.Payouts.Provider = unreachable{was}
	for range 5 * 12 {
		b.at(b.Clock.Now().Add(5 * time.Minute))
		waiting, err := b.Queue.Waiting(b.Ctx())
		b.ok("count what waits", err)
		given = given || waiting[job.Buried] > 0
	}
	b.Payouts.Provider = was
	if !given {
		b.T.Fatal("the queue tries longer than that")
	}
}

// The provider may be away for longer than the queue tries: the books are read again
// soon after it is back.
func TestBooksAreReadAfterAnOutage(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		b.at(b.Clock.Now())
		b.without()
		b.at(b.Clock.Now().Add(time.Hour))
		st, err := b.Earnings.Status(b.Ctx(), access.SystemCaller("test"))
		if b.ok("read the status", err); b.Clock.Now().Sub(*st.ReconciledAt) >= time.Hour {
			t.Errorf("it is %v: %+v", b.Clock.Now(), st)
		}
		if waiting, err := b.Queue.Waiting(b.Ctx()); err != nil || waiting[job.Buried] != 0 {
			t.Errorf("left over: %v, %v", waiting, err)
		}
	})
}

// Only an operator, and no machine, pauses payouts; who it was and why is kept.
func TestPausePayouts(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for name, caller := range map[string]access.Caller{"an expert": b.expert, "the system": access.SystemCaller("test")} {
			if _, err := b.Earnings.PausePayouts(b.Ctx(), caller, "why"); !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := b.Earnings.Reconcile(b.Ctx(), b.expert); !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("an expert reconciles: %v", err)
		}
		if _, err := b.Earnings.PausePayouts(b.Ctx(), b.Operator, ""); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("without a reason: %v", err)
		}
		for _, fresh := range []bool{true, false} {
			if got, err := b.Earnings.PausePayouts(b.Ctx(), b.Operator, "why"); err != nil || got != fresh {
				t.Errorf("paused: %v, %v", got, err)
			}
		}
		st, err := b.Earnings.Status(b.Ctx(), b.Operator)
		if err != nil || st.Paused == nil || st.Paused.Reason != "why" {
			t.Errorf("status %+v, %v", st, err)
		}
	})
}
