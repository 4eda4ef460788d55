package event_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

type fixture struct {
	store *marketplace.Store
	clock *marketplace.ManualClock
	queue *job.Queue
	log   *event.Log
	brand marketplace.BrandID
}

func newFixture(db *sqldb.DB) *fixture {
	f := &fixture{
		store: marketplace.NewStore(db.Write, db.Read),
		clock: marketplace.NewManualClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
		brand: marketplace.BrandID(marketplace.NewID[event.Event]()),
	}
	f.queue = job.NewQueue(f.store, f.clock, slog.New(slog.DiscardHandler))
	f.log = event.NewLog(f.queue)
	return f
}

type fact struct {
	N int `json:"n"`
}

func (f *fixture) event(kind event.Kind, subject event.Subject) event.Event {
	return event.Event{Brand: f.brand, Kind: kind, Subject: subject, At: f.clock.Now()}
}

// append records the nth event of its kind in a transaction of its own.
func (f *fixture) append(t *testing.T, kind event.Kind, n int) event.Subject {
	t.Helper()
	subject := event.Subject(marketplace.NewID[fact]())
	err := f.store.InTx(t.Context(), f.brand, func(tx *gorm.DB) error {
		return f.log.AppendTx(t.Context(), tx, f.event(kind, subject), fact{n})
	})
	if err != nil {
		t.Error(err)
	}
	return subject
}

func (f *fixture) runDue(t *testing.T) {
	t.Helper()
	if _, err := f.queue.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestDeliveryOnceInOrderOfSubscription(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(db)
		var got []string
		hear := func(name string) event.Handler {
			return func(_ context.Context, _ *gorm.DB, e event.Event) error {
				var data fact
				if err := e.Decode(&data); err != nil {
					return err
				}
				if e.Brand != f.brand || !e.At.Equal(f.clock.Now()) || e.Subject.IsZero() || e.Seq == 0 {
					t.Errorf("delivered %+v", e)
				}
				got = append(got, fmt.Sprintf("%s %s %d", name, e.Kind, data.N))
				return nil
			}
		}
		f.log.Subscribe("zebra", hear("zebra"), "cake.baked", "cake.eaten")
		f.log.Subscribe("aardvark", hear("aardvark"), "cake.baked")
		f.append(t, "cake.baked", 1)
		f.append(t, "cake.eaten", 2)
		f.append(t, "cake.lost", 3)
		f.runDue(t)
		f.runDue(t)
		if want := "[zebra cake.baked 1 aardvark cake.baked 1 zebra cake.eaten 2]"; fmt.Sprint(got) != want {
			t.Errorf("delivered %v, want %s", got, want)
		}
	})
}

func TestRolledBackAppendIsNeitherKeptNorDelivered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, halfway := newFixture(db), errors.New("halfway")
		f.log.Subscribe("s", func(context.Context, *gorm.DB, event.Event) error { t.Error("delivered"); return nil }, "k")
		subject := event.Subject(marketplace.NewID[fact]())
		err := f.store.InTx(t.Context(), f.brand, func(tx *gorm.DB) error {
			return errors.Join(f.log.AppendTx(t.Context(), tx, f.event("k", subject), nil), halfway)
		})
		if !errors.Is(err, halfway) {
			t.Fatal(err)
		}
		f.runDue(t)
		if events := f.of(t, f.brand, subject); len(events) != 0 {
			t.Errorf("kept %v", events)
		}
	})
}

func (f *fixture) of(t *testing.T, brand marketplace.BrandID, subject event.Subject) []event.Event {
	t.Helper()
	var list []event.Event
	err := f.store.Read(t.Context(), brand, func(tx *gorm.DB) (err error) {
		list, err = f.log.OfTx(t.Context(), tx, brand, subject)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestDeliveryEffectOnceDespiteFailures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, tries := newFixture(db), 0
		f.log.Subscribe("echo", func(ctx context.Context, tx *gorm.DB, e event.Event) error {
			tries++
			if err := f.log.AppendTx(ctx, tx, f.event("echo", e.Subject), nil); err != nil {
				return err
			}
			if tries < 3 {
				return errors.New("not yet")
			}
			return nil
		}, "call")
		subject := f.append(t, "call", 1)
		for range 5 {
			f.runDue(t)
			f.clock.Advance(time.Hour)
		}
		events := f.of(t, f.brand, subject)
		if tries != 3 || len(events) != 2 || events[1].Kind != "echo" {
			t.Errorf("after %d tries there are %v; want 3 tries, one call, one echo", tries, events)
		}
	})
}

// SQLite has no row-level security: the readers keep to the brand themselves.
func TestReadersKeepBrandsApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, other := newFixture(db), marketplace.BrandID(marketplace.NewID[fact]())
		subject := f.append(t, "k", 1)
		for brand, want := range map[marketplace.BrandID]int{f.brand: 1, marketplace.AllBrands: 1, other: 0} {
			if got := f.of(t, brand, subject); len(got) != want {
				t.Errorf("brand %s sees %v of the subject, want %d", brand, got, want)
			}
			err := f.store.Read(t.Context(), brand, func(tx *gorm.DB) error {
				list, next, err := f.log.AfterTx(t.Context(), tx, brand, event.Cursor{}, 10)
				if len(list) != want || (next == event.Cursor{}) != (want == 0) {
					t.Errorf("brand %s reads %v up to %v, want %d", brand, list, next, want)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestAppendRefusesHalfAnEvent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(db)
		full := f.event("k", event.Subject(marketplace.NewID[fact]()))
		for field, cut := range map[string]func(*event.Event){
			"brand": func(e *event.Event) { e.Brand = marketplace.BrandID{} }, "kind": func(e *event.Event) { e.Kind = "" },
			"subject": func(e *event.Event) { e.Subject = event.Subject{} }, "at": func(e *event.Event) { e.At = time.Time{} },
		} {
			e := full
			cut(&e)
			err := f.store.InTx(t.Context(), f.brand, func(tx *gorm.DB) error { return f.log.AppendTx(t.Context(), tx, e, nil) })
			var invalid *marketplace.InvalidError
			if !errors.As(err, &invalid) || invalid.Field != field {
				t.Errorf("an event without %s = %v", field, err)
			}
		}
		if got := f.of(t, marketplace.AllBrands, full.Subject); len(got) != 0 {
			t.Errorf("kept %v", got)
		}
	})
}

func (f *fixture) after(t *testing.T, c event.Cursor, limit int) ([]int, event.Cursor) {
	t.Helper()
	var list []event.Event
	err := f.store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		list, c, err = f.log.AfterTx(t.Context(), tx, marketplace.AllBrands, c, limit)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	numbers := make([]int, len(list))
	for i, e := range list {
		var data fact
		if err := e.Decode(&data); err != nil {
			t.Fatal(err)
		}
		if e.Brand != f.brand || e.Kind == "" || e.Seq == 0 || e.Subject.IsZero() || e.At.IsZero() || i == len(list)-1 && e.Cursor() != c {
			t.Errorf("read %+v", e)
		}
		numbers[i] = data.N
	}
	return numbers, c
}

func TestCursorPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(db)
		for n := range 7 {
			f.append(t, "k", n)
		}
		var pages [][]int
		for c := (event.Cursor{}); ; {
			page, next := f.after(t, c, 3)
			if len(page) == 0 {
				if next != c {
					t.Errorf("an empty page moved the cursor from %v to %v", c, next)
				}
				break
			}
			pages, c = append(pages, page), next
		}
		if want := "[[0 1 2] [3 4 5] [6]]"; fmt.Sprint(pages) != want {
			t.Errorf("pages %v, want %s", pages, want)
		}
	})
}

// TestCursorMissesNoLateCommit lets a transaction with a lower seq commit
// after one with a higher seq was there to be read.
func TestCursorMissesNoLateCommit(t *testing.T) {
	f := newFixture(dbtest.Open(t, "postgres"))
	f.append(t, "k", 0)
	appended, mayCommit, committed := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		committed <- f.store.InTx(t.Context(), f.brand, func(tx *gorm.DB) error {
			if err := f.log.AppendTx(t.Context(), tx, f.event("k", event.Subject(marketplace.NewID[fact]())), fact{1}); err != nil {
				return err
			}
			close(appended)
			<-mayCommit
			return nil
		})
	}()
	<-appended
	f.append(t, "k", 2)
	first, cursor := f.after(t, event.Cursor{}, 10)
	close(mayCommit)
	if err := <-committed; err != nil {
		t.Fatal(err)
	}
	second, _ := f.after(t, cursor, 10)
	if got, want := fmt.Sprint(first, second), "[0] [1 2]"; got != want {
		t.Errorf("read %s, want %s: what is newer than a running transaction is held back", got, want)
	}
}

// TestCursorPagesInOrderOfTransactions has the older transaction append last:
// a page that ends between the two events must not hide either.
func TestCursorPagesInOrderOfTransactions(t *testing.T) {
	f := newFixture(dbtest.Open(t, "postgres"))
	err := f.store.InTx(t.Context(), f.brand, func(tx *gorm.DB) error {
		if err := tx.Exec(`SELECT pg_current_xact_id()`).Error; err != nil {
			return err
		}
		f.append(t, "k", 2)
		return f.log.AppendTx(t.Context(), tx, f.event("k", event.Subject(marketplace.NewID[fact]())), fact{1})
	})
	if err != nil {
		t.Fatal(err)
	}
	first, cursor := f.after(t, event.Cursor{}, 1)
	second, cursor := f.after(t, cursor, 1)
	third, _ := f.after(t, cursor, 1)
	if got, want := fmt.Sprint(first, second, third), "[1] [2] []"; got != want {
		t.Errorf("read %s, want %s", got, want)
	}
}

// TestCursorUnderWriters follows the log while 8 writers append to it.
func TestCursorUnderWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		writers, each := 8, dbtest.Loops(25, 1000)
		f := newFixture(db)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for n := range each {
					f.append(t, "k", w*each+n)
				}
			})
		}
		seen, cursor, read := map[int]int{}, event.Cursor{}, 0
		for deadline := time.Now().Add(5 * time.Minute); read < writers*each && time.Now().Before(deadline); {
			var page []int
			page, cursor = f.after(t, cursor, 10)
			read += len(page)
			for _, n := range page {
				seen[n]++
			}
		}
		wg.Wait()
		if page, _ := f.after(t, cursor, 10); len(page) != 0 {
			t.Errorf("after all of them come %v", page)
		}
		for n := range writers * each {
			if seen[n] != 1 {
				t.Errorf("event %d was read %d times", n, seen[n])
			}
		}
	})
}

// The end is the place behind what can be read, and every event knows its own.
func TestEndIsBehindTheLastEvent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(db)
		end := func() (c event.Cursor) {
			t.Helper()
			err := f.store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) (err error) {
				c, err = f.log.EndTx(t.Context(), tx)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if c := end(); c != (event.Cursor{}) {
			t.Errorf("the end of no events is %v", c)
		}
		for n := range 3 {
			f.append(t, "k", n)
		}
		var last event.Cursor
		for page := []int{0}; len(page) > 0; {
			page, last = f.after(t, last, 2)
		}
		if c := end(); c != last || c.Seq == 0 {
			t.Errorf("the end is %v, the last event at %v", c, last)
		}
		f.append(t, "k", 3)
		if page, c := f.after(t, last, 9); fmt.Sprint(page) != "[3]" || c != end() || c.Compare(last) <= 0 || last.Compare(c) >= 0 || c.Compare(c) != 0 {
			t.Errorf("after the end came %v up to %v, the end is %v", page, c, end())
		}
	})
}
