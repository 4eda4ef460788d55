package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// payoutsChild names the database in the environment of a test process that is to
// be the command instead.
const payoutsChild = "KNOWHOW_TEST_BENCH_PAYOUTS"

// benchPayouts is the command in a process of its own.
func benchPayouts(url string) int {
	c := smallPayouts(url)
	c.Rate = 500 // so that it is still sending when it is killed
	if err := c.Run(context.Background(), io.Discard, slog.New(slog.DiscardHandler)); err != nil {
		slog.Error("bench payouts", "err", err)
		return 1
	}
	return 0
}

func smallPayouts(url string) *Payouts {
	c := &Payouts{DatabaseURL: url, Experts: 1200, Rate: 10_000}
	c.Format.Name = "json"
	return c
}

// progressOf is how far a bench has come: what it has put into its tables.
func progressOf(t *testing.T, db *sqldb.DB) (n int) {
	t.Helper()
	err := db.Read.Raw(`SELECT (SELECT COUNT(*) FROM payout_accounts) + (SELECT COUNT(*) FROM payouts)
		+ (SELECT COUNT(*) FROM payouts WHERE state = 'sent')`).Scan(&n).Error
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Killed while it seeds, makes the payouts and sends them, the bench goes on and
// pays everybody once.
func TestPayoutsGoesOnAfterKills(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			url := dbtest.URL(t, dialect)
			db, err := sqldb.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for _, at := range []int{400, 1200, 2300, 2600, 3200} { // of 3600
				killPayouts(t, db, url, at)
			}
			var out bytes.Buffer
			if err := smallPayouts(url).Run(t.Context(), &out, slog.New(slog.DiscardHandler)); err != nil {
				t.Fatal(err)
			}
			var r PayoutsReport
			if err := json.Unmarshal(out.Bytes(), &r); err != nil {
				t.Fatal(err)
			}
			if r.Paid != 1200 || r.DoublePaid != 0 || !r.Balanced || r.PeakRSSMB <= 0 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// killPayouts runs the bench until it has come so far, and kills it.
func killPayouts(t *testing.T, db *sqldb.DB, url string, at int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	theirs, rest := dbtest.Doomed(t, url)
	defer rest()
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), payoutsChild+"="+theirs)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for progressOf(t, db) < at {
		select {
		case err := <-ended:
			t.Fatalf("it ended before %d: %v", at, err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
}

func TestPayoutsRefusesADatabaseOfOthers(t *testing.T) {
	for name, c := range map[string]*Payouts{
		"nobody": {Experts: 0, Rate: 1}, "no rate": {Experts: 1, Rate: 0}, "too fast": {Experts: 1, Rate: 10_001},
	} {
		if err := c.Run(t.Context(), io.Discard, slog.New(slog.DiscardHandler)); !isInvalid(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	url := dbtest.URL(t, "sqlite")
	if err := smallPayouts(url).Run(t.Context(), io.Discard, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	other := smallPayouts(url)
	other.Experts++
	if err := other.Run(t.Context(), io.Discard, slog.New(slog.DiscardHandler)); !isInvalid(err) {
		t.Errorf("another bench's database: %v", err)
	}
}

func isInvalid(err error) bool { return errors.Is(err, marketplace.ErrInvalid) }
