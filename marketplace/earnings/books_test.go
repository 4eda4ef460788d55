package earnings_test

import (
	"errors"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
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
