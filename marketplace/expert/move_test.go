package expert_test

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/experttest"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// Another country than before is told once in ninety days: what one is offered at
// least goes by it.
func TestMoving(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		silent := h.NewPerson(t)
		_, err := h.Register(ctx, silent, expert.Profile{Handle: "nina", Languages: []string{"en"}})
		must(t, err)
		apply := func(to program.ID, country string) error {
			_, err := h.Apply(ctx, silent, to, experttest.Application{Motivation: "I know visas.", Country: country})
			return err
		}
		tell := func(country string) error {
			err := apply(h.Program.ID, country)
			if err == nil {
				must(t, h.Leave(ctx, silent, h.Program.ID))
			}
			return err
		}
		is := func(country string) expert.Expert {
			t.Helper()
			x, err := h.Expert(ctx, silent)
			must(t, err)
			if x.Country != country {
				t.Errorf("they are of %q, want %s", x.Country, country)
			}
			return x
		}
		must(t, tell("PT"))
		if x := is("PT"); x.MovedAt != nil {
			t.Errorf("told for the first time, it is a move of %s", x.MovedAt)
		}
		if n := dbtest.Halfway(t, db, func() error { return apply(h.Program.ID, "CH") }); n < 1 {
			t.Errorf("only %d statements were tried", n)
		}
		must(t, h.Leave(ctx, silent, h.Program.ID))
		moved := is("CH").MovedAt
		if moved == nil {
			t.Fatal("the move is not kept")
		}
		var n int64
		h.InTx(t, func(tx *gorm.DB) error {
			return tx.Table("events").Where("kind = ? AND subject = ?", expert.Moved, silent.Person).Count(&n).Error
		})
		if n != 1 {
			t.Errorf("%d moves are on record", n)
		}
		must(t, tell("CH"))
		again := moved.Add(90 * 24 * time.Hour)
		dbtest.Unchanged(t, db, func() {
			var early *expert.MovedError
			if err := tell("NO"); !errors.As(err, &early) || !early.At.Equal(again) || !errors.Is(err, expert.ErrMoved) || !errors.Is(err, marketplace.ErrConflict) {
				t.Errorf("a day later: %v", err)
			}
		})
		h.Clock.Set(again)
		other, _ := h.NewProgram(t)
		won := experttest.Race(t, func(i int) error {
			return apply([]program.ID{h.Program.ID, other.ID}[i%2], []string{"NO", "SE"}[i%2])
		})
		x, err := h.Expert(ctx, silent)
		must(t, err)
		if won != 1 || x.Country == "CH" || x.MovedAt == nil || !x.MovedAt.Equal(again) {
			t.Errorf("%d moves at once were made: %+v", won, x)
		}
	})
}
