package expert_test

import (
	"reflect"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestProfile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, x := t.Context(), h.NewExpert(t, "dana")
		must(t, h.SetAvailability(ctx, x, false))
		must(t, h.SetCapacity(ctx, x, 7))
		must(t, h.SetLanguages(ctx, x, []string{"TR", "en"}))
		again, err := h.Register(ctx, x, expert.Profile{Handle: "other", Languages: []string{"fr"}})
		must(t, err)
		got, err := h.Expert(ctx, x)
		want := expert.Expert{
			PersonID: x.Person, Handle: "dana", Country: "DE", Languages: []string{"en", "tr"},
			Capacity: 7, Available: false, CreatedAt: h.Clock.Now(),
		}
		if err != nil || !reflect.DeepEqual(got, want) || !reflect.DeepEqual(again, want) {
			t.Errorf("profile %+v, %v; want %+v", got, err, want)
		}
	})
}

// again is what PostgreSQL says of a transaction that must be run again.
type again struct{}

func (again) Error() string    { return "serialization failure" }
func (again) SQLState() string { return "40001" }

func TestRegisterRunsAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, failures := newHouse(t, db), 2
		caller := h.NewPerson(t)
		must(t, db.Write.Callback().Create().Before("gorm:create").Register("again", func(tx *gorm.DB) {
			if tx.Statement.Table == "experts" && failures > 0 {
				failures--
				_ = tx.AddError(again{})
			}
		}))
		x, err := h.Register(t.Context(), caller, expert.Profile{Handle: "dana", Languages: []string{"en"}})
		if err != nil || x.PersonID != caller.Person || x.Handle != "dana" || failures != 0 {
			t.Errorf("registered %+v, %v, with %d failures left", x, err, failures)
		}
	})
}
