package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
)

func TestLedger(t *testing.T) {
	c := &Ledger{DatabaseURL: dbtest.URL(t, "postgres"), Seconds: 1, Accounts: 50}
	c.Format.Name = "json"
	short := atOnce
	atOnce = []int{1, 3}
	defer func() { atOnce = short }()
	var out bytes.Buffer
	if err := c.Run(t.Context(), &out, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, out.Bytes())
	}
	for _, key := range []string{
		"spread_per_s", "hot_per_s", "plain_spread_per_s", "plain_hot_per_s", "spread_ratio", "hot_ratio", "cpu_us_per_posting", "postings",
	} {
		if n, ok := got[key].(float64); !ok || n <= 0 {
			t.Errorf("%s is %v, want a number above 0", key, got[key])
		}
	}
	if cells, _ := got["cells"].([]any); len(cells) != 8 {
		t.Errorf("%d figures, want 8", len(cells))
	}
	if err := c.Run(t.Context(), &out, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a database that was used: %v", err)
	}
}

func TestLedgerRefusesWhatItCannotDo(t *testing.T) {
	for _, c := range []Ledger{
		{Seconds: 0, Accounts: 10}, {Seconds: 61, Accounts: 10}, {Seconds: 1, Accounts: 1}, {Seconds: 1, Accounts: 10, DatabaseURL: "sqlite:x.db"},
	} {
		if err := c.Run(t.Context(), &bytes.Buffer{}, slog.New(slog.DiscardHandler)); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("%+v: %v, want ErrInvalid", c, err)
		}
	}
}

// Interrupted, it ends at once and says so.
func TestLedgerIsStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	c := &Ledger{DatabaseURL: dbtest.URL(t, "postgres"), Seconds: 60, Accounts: 50}
	if err := c.Run(ctx, &bytes.Buffer{}, slog.New(slog.DiscardHandler)); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}
