package event_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// child names the database in the environment of a test process that is to be
// a worker instead.
const child = "KNOWHOW_TEST_EVENTS"

func TestMain(m *testing.M) {
	url := os.Getenv(child)
	if url == "" {
		os.Exit(m.Run())
	}
	if err := work(context.Background(), url); err != nil {
		slog.Error("work", "err", err)
		os.Exit(1)
	}
}

// links is how long a chain is: every link is an event whose delivery appends
// the next.
const links = 60

// linked makes a log whose subscription appends the next link of a chain.
func linked(db *sqldb.DB) *fixture {
	f := newFixture(db)
	f.log.Subscribe("next", func(ctx context.Context, tx *gorm.DB, e event.Event) error {
		var last fact
		if err := e.Decode(&last); err != nil || last.N == links {
			return err
		}
		return f.log.AppendTx(ctx, tx, event.Event{Brand: e.Brand, Kind: e.Kind, Subject: e.Subject, At: e.At}, fact{last.N + 1})
	}, "link")
	return f
}

// work is the worker's process: the only one, so what it finds claimed was left
// by one that was killed.
func work(ctx context.Context, url string) error {
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		return err
	}
	f := linked(db)
	if err := f.queue.ReleaseLeases(ctx); err != nil {
		return err
	}
	_, err = f.queue.RunDue(ctx)
	return err
}

// TestKilledWorkersLoseAndDoubleNothing kills workers at random moments. Each
// delivery's effect is there once in the end.
func TestKilledWorkersLoseAndDoubleNothing(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			url := dbtest.URL(t, dialect)
			db, err := sqldb.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			f := linked(db)
			var chains []event.Subject
			for kills := 0; kills < dbtest.Loops(6, 100); {
				if !f.waits(t) {
					chains = append(chains, f.append(t, "link", 0), f.append(t, "link", 0), f.append(t, "link", 0))
				}
				if killed(t, url) {
					kills++
				}
			}
			if err := work(t.Context(), url); err != nil {
				t.Fatal(err)
			}
			for _, chain := range chains {
				for i, e := range f.of(t, marketplace.AllBrands, chain) {
					var got fact
					if err := e.Decode(&got); err != nil || got.N != i {
						t.Fatalf("link %d is %d, %v", i, got.N, err)
					}
				}
				if n := len(f.of(t, marketplace.AllBrands, chain)); n != links+1 {
					t.Errorf("a chain has %d links, want %d", n, links+1)
				}
			}
			if f.waits(t) {
				t.Error("jobs are left")
			}
		})
	}
}

// waits reports whether a job is not done.
func (f *fixture) waits(t *testing.T) bool {
	t.Helper()
	n, err := f.queue.Waiting(t.Context())
	if err != nil || n[job.Buried] > 0 {
		t.Fatalf("jobs %v, %v", n, err)
	}
	return n[job.Ready]+n[job.Running] > 0
}

// killed starts a worker and kills it at a random moment, unless it came to its
// end before.
func killed(t *testing.T, url string) bool {
	t.Helper()
	theirs, rest := dbtest.Doomed(t, url)
	defer rest()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), child+"="+theirs)
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(rand.N(200 * time.Millisecond)) // the one sleep: it is what is tested
	_ = cmd.Process.Kill()                     // it may have come to its end
	err := cmd.Wait()
	if err != nil && !cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
		t.Fatalf("the worker failed by itself: %v", err)
	}
	return err != nil
}
