package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// enqueued puts jobs that wait into the database at url.
func enqueued(t *testing.T, url string, kinds ...string) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	clock, err := sqldb.NewClock(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	store := marketplace.NewStore(db.Write, db.Read)
	queue := job.NewQueue(store, clock, slog.New(slog.DiscardHandler))
	err = store.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		for _, kind := range kinds {
			queue.Handle(kind, func(context.Context, *gorm.DB, job.Job) error { return nil })
			if err := queue.EnqueueTx(t.Context(), tx, job.New{Kind: kind}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

type jobList struct {
	Jobs []struct {
		Seq        int64   `json:"seq"`
		Kind       string  `json:"kind"`
		State      string  `json:"state"`
		Brand      *string `json:"brand"`
		Args       string  `json:"args"`
		RunAt      string  `json:"run_at"`
		Attempts   int     `json:"attempts"`
		LeaseUntil *string `json:"lease_until"`
		LastError  string  `json:"last_error"`
		CreatedAt  string  `json:"created_at"`
	} `json:"jobs"`
}

func (l jobList) String() (s string) {
	for _, j := range l.Jobs {
		s += j.Kind + " " + j.State + ";"
	}
	return s
}

func TestJobs(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			url := dbtest.URL(t, dialect)
			t.Setenv("KNOWHOW_DATABASE_URL", url)
			if text, _, code := knowhow(t, "jobs", "list"); code != 0 || text != "No jobs.\n" {
				t.Errorf("of no jobs: %d, %s", code, text)
			}
			enqueued(t, url, "one", "two")
			all := mustPrint[jobList](t, "jobs", "list")
			if all.String() != "one ready;two ready;" {
				t.Fatalf("listed %s", all)
			}
			seq := fmt.Sprint(all.Jobs[0].Seq)
			type moved struct {
				Seq   int64  `json:"seq"`
				State string `json:"state"`
			}
			if got := mustPrint[moved](t, "jobs", "bury", seq); got.State != "buried" || got.Seq != all.Jobs[0].Seq {
				t.Errorf("buried %+v", got)
			}
			if got := mustPrint[jobList](t, "jobs", "list", "--state", "buried").String(); got != "one buried;" {
				t.Errorf("buried are %s", got)
			}
			if text, _, code := knowhow(t, "jobs", "stats"); code != 0 || !strings.Contains(text, "one   buried  1") || !strings.Contains(text, "two   ready   1") {
				t.Errorf("stats %d: %s", code, text)
			}
			if text, _, code := knowhow(t, "jobs", "list"); code != 0 || !strings.Contains(text, "buried by hand") {
				t.Errorf("as text: %d, %s", code, text)
			}
			if got := mustPrint[moved](t, "jobs", "retry", seq); got.State != "ready" {
				t.Errorf("retried %+v", got)
			}
			for _, wrong := range [][]string{{"retry", seq}, {"bury", "999999"}, {"retry", "999999"}} {
				if _, stderr, code := knowhow(t, append([]string{"jobs"}, wrong...)...); code != 1 || !strings.Contains(stderr, wrong[1]) {
					t.Errorf("jobs %v: %d, %s", wrong, code, stderr)
				}
			}
			for _, wrong := range [][]string{{"list", "--limit", "0"}, {"list", "--state", "lost"}, {"retry", "x"}} {
				if _, stderr, code := knowhow(t, append([]string{"jobs"}, wrong...)...); code != 2 || stderr == "" {
					t.Errorf("jobs %v: %d, %s", wrong, code, stderr)
				}
			}
		})
	}
}
