package sqldb_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// patience is how long a test waits for what must come.
const patience = 5 * time.Minute

// process opens the database as one more process would, and counts its wakes.
func process(t *testing.T, url string) (*sqldb.DB, *sqldb.Signal, *atomic.Int64) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	s, wakes := sqldb.NewSignal(db, slog.New(slog.NewTextHandler(t.Output(), nil))), new(atomic.Int64)
	s.Subscribe(func() { wakes.Add(1) })
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, s, wakes
}

func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// A change wakes the process that made it at once, on both databases.
func TestSignalWakesItsOwnProcess(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			_, s, wakes := process(t, dbtest.URL(t, dialect))
			second := 0
			s.Subscribe(func() { second++ })
			before := wakes.Load()
			s.Changed()
			if wakes.Load() <= before || second < 1 {
				t.Errorf("a change woke %d and %d subscribers", wakes.Load()-before, second)
			}
		})
	}
}

// listeners is how many processes listen.
func listeners(t *testing.T, db *sqldb.DB) (n int) {
	t.Helper()
	if err := db.Read.Raw("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'").Row().Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A process that is alone calls nobody; who comes is called from then on, and
// learns of what was written before they met.
func TestSignalCallsNobodyWhoIsNotThere(t *testing.T) {
	url := dbtest.URL(t, "postgres")
	db, first, own := process(t, url)
	wait(t, "it listens", func() bool { return own.Load() == 1 })
	wait(t, "it has asked who is there", func() bool { return db.Statements() > 0 })
	before := db.Statements()
	for range 50 {
		first.Changed()
		time.Sleep(time.Millisecond)
	}
	if n := db.Statements() - before; n != 0 {
		t.Errorf("alone, it sent %d statements", n)
	}
	alone := own.Load()
	_, second, woken := process(t, url)
	wait(t, "they have met", func() bool { return own.Load() > alone && woken.Load() > 1 })
	time.Sleep(50 * time.Millisecond)
	for _, c := range []struct {
		calls *sqldb.Signal
		hears *atomic.Int64
	}{{first, woken}, {second, own}} {
		before := c.hears.Load()
		c.calls.Changed()
		wait(t, "a call", func() bool { return c.hears.Load() > before })
	}
}

// Another process is woken too, once for many changes, and also after the
// connection on which it listens was killed.
func TestSignalWakesOtherProcesses(t *testing.T) {
	url := dbtest.URL(t, "postgres")
	db, writer, own := process(t, url)
	_, _, reader := process(t, url)
	wait(t, "the wake after connecting, and a call of the other", func() bool { return reader.Load() > 1 && own.Load() > 1 })
	time.Sleep(50 * time.Millisecond) // until they have met
	reader.Store(1)
	own.Store(1)
	begun := time.Now()
	for range 5000 {
		writer.Changed()
	}
	wait(t, "the first call", func() bool { return reader.Load() > 1 })
	time.Sleep(50 * time.Millisecond) // for a call that should not come
	if got, most := reader.Load()-1, int64(time.Since(begun)/(10*time.Millisecond))+2; got > most {
		t.Errorf("5000 changes woke the other process %d times, at most %d were to be", got, most)
	}
	if got := own.Load(); got < 5001 || got > 5003 { // what they said as they met may come late
		t.Errorf("5000 changes and one connecting woke their own process %d times", got)
	}
	for range 3 {
		before := reader.Load()
		var killed []bool
		err := db.Read.Raw(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND query LIKE 'LISTEN %'`).Scan(&killed).Error
		if err != nil || len(killed) < 2 { // a connection that was killed before may still be on its way out
			t.Fatalf("killed %v, %v", killed, err)
		}
		wait(t, "the wake after connecting anew", func() bool { return reader.Load() > before })
		before = reader.Load()
		writer.Changed()
		wait(t, "the call after that", func() bool { return reader.Load() > before })
		wait(t, "both listen again", func() bool { return listeners(t, db) == 2 })
	}
}

// What one process says the others hear, in its order and once, and itself not;
// on SQLite there is nobody to hear. What is too long is not said.
func TestSignalsCarryWords(t *testing.T) {
	url := dbtest.URL(t, "postgres")
	hears := func(s *sqldb.Signal) func() []string {
		var mu sync.Mutex
		var heard []string
		s.Hear(func(text string) { mu.Lock(); heard = append(heard, text); mu.Unlock() })
		return func() []string { mu.Lock(); defer mu.Unlock(); return slices.Clone(heard) }
	}
	_, speaker, own := process(t, url)
	_, listener, reader := process(t, url)
	mine, theirs := hears(speaker), hears(listener)
	wait(t, "the wake after connecting", func() bool { return reader.Load() >= 1 && own.Load() >= 1 })
	speaker.Say(strings.Repeat("x", 5000))
	want := []string{"one", "two words", `{"three": 'x'}`, ""}
	for _, text := range want {
		speaker.Say(text)
	}
	wait(t, "what was said", func() bool { return len(theirs()) >= len(want) })
	if got := theirs(); !slices.Equal(got, want) || len(mine()) != 0 {
		t.Errorf("they heard %q, the speaker %q", got, mine())
	}
	if n := reader.Load(); n > int64(len(want)) { // it has listened, been asked who is there, and been answered
		t.Errorf("words woke the other process: it was woken %d times", n)
	}
	_, alone, _ := process(t, dbtest.URL(t, "sqlite"))
	heard := hears(alone)
	alone.Say("nobody")
	if len(heard()) != 0 {
		t.Errorf("it heard itself: %q", heard())
	}
}
