package earnings_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/earnings"
	"knowhow/migrations/dbtest"
	"knowhow/payouts"
)

func euros(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: "EUR"} }

func (b *bench) terms() earnings.Terms {
	b.T.Helper()
	list, err := b.Earnings.Terms(b.Ctx(), b.expert)
	b.ok("read the terms", err)
	if len(list) != 1 {
		b.T.Fatalf("terms %+v", list)
	}
	return list[0]
}

func TestExpertsChooseHowTheyArePaid(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		b.released(2)
		if got := b.terms(); got.Schedule != payouts.EveryWeek || got.Threshold != got.Minimum || got.Weekly != nil {
			t.Errorf("nothing chosen: %+v", got)
		}
		b.ok("choose", b.Earnings.Choose(ctx, b.expert, payouts.EveryWeek, euros(5000)))
		if got := b.terms(); !errors.Is(got.Weekly, payouts.ErrBelowThreshold) || got.Payday != nil || got.Available != 2000 {
			t.Errorf("a threshold: %+v", got)
		}
		if made, err := b.Earnings.CreateRun(ctx, b.Operator, payouts.WeekOf(b.Clock.Now())); err != nil || made != 0 {
			t.Errorf("made %d, %v", made, err)
		}
		dbtest.Halfway(t, b.DB, func() error { return b.Earnings.Choose(ctx, b.expert, payouts.WhenAsked, euros(1000)) })
		if got := b.terms(); !errors.Is(got.Weekly, payouts.ErrWhenAsked) || got.Asked != nil || got.InstantFee != 20 {
			t.Errorf("only when asked: %+v", got)
		}
		made, err := b.Earnings.RequestInstant(ctx, b.expert, uuid.New(), euros(20))
		if err != nil || len(made) != 1 || made[0].AmountMinor != 1980 {
			t.Errorf("at once: %+v, %v", made, err)
		}
		b.released(1)
		b.ok("choose again", b.Earnings.Choose(ctx, b.expert, payouts.EveryWeek, euros(1000)))
		b.pause()
		if got := b.terms(); !errors.Is(got.Weekly, payouts.ErrPaused) || got.Payday != nil {
			t.Errorf("paused: %+v", got)
		}
	})
}

func TestChoicesAreOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		dbtest.Unchanged(t, b.DB, func() {
			if err := b.Earnings.Choose(ctx, b.Owner, payouts.EveryWeek, euros(1000)); !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("no expert: %v", err)
			}
			if err := b.Earnings.Choose(ctx, b.expert, payouts.EveryWeek, euros(999)); !errors.Is(err, payouts.ErrInvalid) {
				t.Errorf("below the least: %v", err)
			}
			for _, nobody := range []access.Caller{{}, b.customer, access.SystemCaller("x")} {
				for name, err := range map[string]error{
					"choose": b.Earnings.Choose(ctx, nobody, payouts.EveryWeek, euros(1000)), "terms": second(b.Earnings.Terms(ctx, nobody)),
					"instant": second(b.Earnings.RequestInstant(ctx, nobody, uuid.New(), euros(9))), "months": second(b.Earnings.Months(ctx, nobody)),
					"statement": second(b.Earnings.Statement(ctx, nobody, "2026-03", "EUR")), "years": second(b.Earnings.Years(ctx, nobody, 2026)),
				} {
					if !errors.Is(err, marketplace.ErrForbidden) {
						t.Errorf("%s for %s: %v", name, nobody, err)
					}
				}
			}
		})
	})
}

func TestStatementsAreOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		now := payouts.MonthOf(b.Clock.Now())
		if _, err := b.Earnings.Statement(ctx, b.expert, now.String(), "EUR"); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("before anything was earned: %v", err)
		}
		b.released(2)
		since, err := b.Earnings.Months(ctx, b.expert)
		if err != nil || len(since) != 1 || since[0].Currency != "EUR" || since[0].First != now {
			t.Errorf("months %+v, %v", since, err)
		}
		st, err := b.Earnings.Statement(ctx, b.expert, now.String(), "EUR")
		if err != nil || st.Name == "" || st.Programs[b.Program.ID] != b.Program.Name || !st.Sandbox || len(st.Lines) < 2 {
			t.Errorf("statement %+v, %v", st, err)
		}
		last := payouts.MonthOf(b.Clock.Now())
		if st, err = b.Earnings.Statement(ctx, b.expert, last.String(), "EUR"); err != nil || st.Closing != (payouts.Standing{Available: 2000}) {
			t.Errorf("the last %+v, %v", st, err)
		}
		years, err := b.Earnings.Years(ctx, b.expert, last.Year())
		if err != nil || len(years) != 1 || years[0].Closing != st.Closing || years[0].Sums[payouts.LineEarned].Pending != 2000 {
			t.Errorf("years %+v, %v", years, err)
		}
		for _, c := range []struct {
			month    string
			currency payouts.Currency
			want     error
		}{
			{last.Next().String(), "EUR", marketplace.ErrNotFound}, {last.String(), "USD", marketplace.ErrNotFound}, {"2024-12", "EUR", marketplace.ErrNotFound}, {"x", "EUR", payouts.ErrInvalid},
		} {
			if _, err := b.Earnings.Statement(ctx, b.expert, c.month, c.currency); !errors.Is(err, c.want) {
				t.Errorf("%+v: %v", c, err)
			}
		}
		for _, year := range []int{2019, b.Clock.Now().Add(366 * 24 * time.Hour).Year()} {
			if _, err := b.Earnings.Years(ctx, b.expert, year); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("%d: %v", year, err)
			}
		}
		if list, err := b.Earnings.Months(ctx, b.Owner); err != nil || len(list) != 0 {
			t.Errorf("who earned nothing: %v, %v", list, err)
		}
	})
}
