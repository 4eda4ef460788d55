package expert_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
)

// Between the reading of a standing and its writing another transaction adds an
// outcome, first where there is no standing yet, then where there is one. Both
// count. On SQLite no other transaction can come between.
func TestAnOutcomeThatComesBetweenCountsToo(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, "postgres"))
	ctx := t.Context()
	x, _ := h.Active(t, "dana")
	for _, before := range []int{0, 2} {
		h.InTx(t, func(tx *gorm.DB) error {
			record, err := h.RecordOutcome(ctx, tx, h.Work(x.Person))
			if err != nil {
				return err
			}
			h.InTx(t, func(tx *gorm.DB) error { return h.RecordOutcomeTx(ctx, tx, h.Work(x.Person)) })
			return marketplace.WriteTx(ctx, tx, record)
		})
		var list []expert.Standing
		h.InTx(t, func(tx *gorm.DB) (err error) {
			list, err = h.StandingsTx(ctx, tx, h.Program.ID, x.Person)
			return err
		})
		if len(list) != 1 || list[0].Evidence != before+2 || list[0].Beta != expert.Prior().Beta+float64(before+2) {
			t.Errorf("after two more than %d: %+v", before, list)
		}
	}
}

// What is added in SQL is what Belief.With adds, whichever of the two outcomes is the
// older, good or bad.
func TestAnOutcomeThatComesBetweenFades(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, "postgres"))
	ctx := t.Context()
	day := 24 * time.Hour
	for i, c := range []struct {
		between, last time.Duration
		good          bool
	}{{90 * day, 200 * day, true}, {200 * day, 90 * day, true}, {90 * day, 200 * day, false}, {200 * day, 90 * day, false}, {0, 0, true}} {
		x, _ := h.Active(t, fmt.Sprint("dana", i))
		work := func(after time.Duration, good bool) expert.Work {
			w := h.Work(x.Person)
			w.At, w.Weight, w.Outcome = w.At.Add(after), 1.5, expert.Failure
			if good {
				w.Outcome = expert.Success
			}
			return w
		}
		first, between, last := work(0, true), work(c.between, true), work(c.last, c.good)
		h.InTx(t, func(tx *gorm.DB) error { return h.RecordOutcomeTx(ctx, tx, first) })
		want := expert.Prior()
		for _, w := range []expert.Work{first, between, last} {
			want = want.With(w.Outcome, w.Weight, w.At)
		}
		h.InTx(t, func(tx *gorm.DB) error {
			record, err := h.RecordOutcome(ctx, tx, last)
			if err != nil {
				return err
			}
			h.InTx(t, func(tx *gorm.DB) error { return h.RecordOutcomeTx(ctx, tx, between) })
			return marketplace.WriteTx(ctx, tx, record)
		})
		var list []expert.Standing
		h.InTx(t, func(tx *gorm.DB) (err error) {
			list, err = h.StandingsTx(ctx, tx, h.Program.ID, x.Person)
			return err
		})
		got := list[0].Belief()
		if math.Abs(got.Alpha-want.Alpha) > 1e-9 || math.Abs(got.Beta-want.Beta) > 1e-9 || got.Evidence != 3 || !got.At.Equal(want.At) {
			t.Errorf("%+v: %+v, want %+v", c, got, want)
		}
	}
}
