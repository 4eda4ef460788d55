package event_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// What follows from an event is written with it and told after it, whichever way
// it is appended, and is delivered as anything is; nothing follows from that.
func TestReactionsAreOfTheSameTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(db)
		refused := errors.New("no guests")
		f.log.React(func(_ context.Context, _ *gorm.DB, e event.Event, data any) ([]marketplace.Statement, []event.News, error) {
			n := data.(fact).N
			if n < 0 {
				return nil, nil, refused
			}
			invite := marketplace.Statement{
				Doing: "invite", SQL: "INSERT INTO jobs (kind, args, state, run_at, created_at) VALUES (?, '{}', 'buried', ?, ?)",
				Args: []any{fmt.Sprint("guest", n), e.At, e.At},
			}
			return []marketplace.Statement{invite}, []event.News{{Event: f.event("cake.shared", e.Subject), Data: fact{n + 10}}}, nil
		}, "cake.baked")
		heard := 0
		f.log.Subscribe("guests", func(context.Context, *gorm.DB, event.Event) error { heard++; return nil }, "cake.shared")
		first := f.append(t, "cake.baked", 1)
		second := event.Subject(marketplace.NewID[fact]())
		write := func(n int) error {
			return f.store.InTx(t.Context(), f.brand, func(tx *gorm.DB) error {
				return f.log.WriteTx(t.Context(), tx, []event.News{
					{Event: f.event("cake.baked", second), Data: fact{n}}, {Event: f.event("cake.eaten", second)},
				})
			})
		}
		dbtest.Halfway(t, db, func() error { return write(2) })
		dbtest.Unchanged(t, db, func() {
			if err := write(-1); !errors.Is(err, refused) {
				t.Errorf("a reaction that fails: %v", err)
			}
		})
		f.runDue(t)
		for subject, want := range map[event.Subject]string{
			first:  `[cake.baked {"n":1} cake.shared {"n":11}]`,
			second: `[cake.baked {"n":2} cake.eaten {} cake.shared {"n":12}]`,
		} {
			var got []string
			err := f.store.Read(t.Context(), f.brand, func(tx *gorm.DB) error {
				list, err := f.log.OfTx(t.Context(), tx, f.brand, subject)
				for _, e := range list {
					got = append(got, fmt.Sprintf("%s %s", e.Kind, e.Data))
				}
				return err
			})
			if err != nil || fmt.Sprint(got) != want {
				t.Errorf("told %v, %v; want %s", got, err, want)
			}
		}
		var guests int64
		err := db.Write.Raw("SELECT COUNT(*) FROM jobs WHERE kind IN ('guest1', 'guest2')").Scan(&guests).Error
		if err != nil || guests != 2 || heard != 2 {
			t.Errorf("%d guests, %d deliveries, %v", guests, heard, err)
		}
	})
}
