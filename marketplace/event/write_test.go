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

func TestOnlyWhatIsWantedIsDelivered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(db)
		var got []int
		wants := func(e event.Event, data any) bool { return e.Kind == "k" && data.(fact).N > 1 }
		f.log.SubscribeIf("choosy", wants, func(_ context.Context, _ *gorm.DB, e event.Event) error {
			var data fact
			err := e.Decode(&data)
			got = append(got, data.N)
			return err
		}, "k")
		for n := range 4 {
			f.append(t, "k", n)
		}
		f.runDue(t)
		if fmt.Sprint(got) != "[2 3]" {
			t.Errorf("delivered %v, want [2 3]", got)
		}
	})
}

// News keeps its order and its deliveries, and goes with what it was written
// beside or not at all.
func TestNewsIsWrittenBesideStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, refused := newFixture(db), errors.New("refused")
		heard := 0
		f.log.Subscribe("one", func(context.Context, *gorm.DB, event.Event) error { heard++; return nil }, "loud")
		if err := db.Write.Exec("CREATE TABLE plates (n integer NOT NULL)").Error; err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			kinds []event.Kind
			then  error
			kept  string
			plate int64
			heard int
		}{
			{[]event.Kind{"a", "b"}, nil, "[a b]", 1, 0},
			{[]event.Kind{"a", "loud", "b"}, nil, "[a loud b]", 2, 1},
			{[]event.Kind{"a", "b"}, refused, "[]", 2, 1},
			{[]event.Kind{"loud"}, refused, "[]", 2, 1},
		} {
			subject := event.Subject(marketplace.NewID[fact]())
			var news []event.News
			for _, kind := range c.kinds {
				news = append(news, event.News{Event: f.event(kind, subject), Data: fact{1}})
			}
			plate := marketplace.Statement{
				Doing: "lay plates", SQL: "INSERT INTO plates (n) VALUES (?)", Args: []any{1}, Then: func(int64) error { return c.then },
			}
			if c.then != nil { // of one row nobody has to say anything
				plate.SQL, plate.Args = "INSERT INTO plates (n) VALUES (?), (?)", []any{1, 2}
			}
			err := f.store.InTx(t.Context(), f.brand, func(tx *gorm.DB) error { return f.log.WriteTx(t.Context(), tx, news, plate) })
			if !errors.Is(err, c.then) {
				t.Errorf("%v: %v, want %v", c.kinds, err, c.then)
			}
			f.runDue(t)
			var kinds []event.Kind
			for _, e := range f.of(t, f.brand, subject) {
				kinds = append(kinds, e.Kind)
			}
			var plates int64
			db.Write.Table("plates").Count(&plates)
			if fmt.Sprint(kinds) != c.kept || plates != c.plate || heard != c.heard {
				t.Errorf("%v: kept %v, %d plates, heard %d times", c.kinds, kinds, plates, heard)
			}
		}
		bad := []event.News{{Event: event.Event{Kind: "k"}}}
		err := f.store.InTx(t.Context(), f.brand, func(tx *gorm.DB) error { return f.log.WriteTx(t.Context(), tx, bad) })
		if !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("news of nothing: %v", err)
		}
	})
}
