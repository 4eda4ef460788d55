package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// payable puts experts with money into the database at url, and gives the
// transactions of it.
func payable(t *testing.T, url string, experts int) *marketplace.Store {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	store := marketplace.NewStore(db.Write, db.Read)
	inTx := func(ctx context.Context, fn func(tx *gorm.DB) error) error {
		return store.InTx(ctx, marketplace.AllBrands, fn)
	}
	service := &payouts.Service{InTx: inTx, Now: time.Now, Provider: &sandbox.Provider{InTx: inTx, Now: time.Now}}
	err = inTx(t.Context(), func(tx *gorm.DB) error {
		paid := payouts.Funding{ID: uuid.New(), Brand: uuid.New(), Provider: sandbox.Label, Gross: payouts.Money{Minor: 100_000, Currency: "EUR"}}
		if err := payouts.FundBrandTx(t.Context(), tx, time.Now(), paid); err != nil {
			return err
		}
		return sandbox.ReceiveTx(t.Context(), tx, time.Now(), sandbox.Payment{ID: paid.ID, Gross: paid.Gross})
	})
	for range experts {
		expert := uuid.New()
		if err == nil {
			_, err = service.EnsureAccount(t.Context(), expert)
		}
		if err == nil {
			err = inTx(t.Context(), func(tx *gorm.DB) error {
				return payouts.GrantBonusTx(t.Context(), tx, time.Now(), payouts.Bonus{
					ID: uuid.New(), Expert: expert, By: uuid.New(), Amount: payouts.Money{Minor: 2500, Currency: "EUR"},
				})
			})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// printed is what a command prints, as far as T has it.
func printed[T any](t *testing.T, args ...string) (result T) {
	t.Helper()
	out, stderr, code := knowhow(t, append(args, "--format", "json")...)
	if err := json.Unmarshal([]byte(out), &result); err != nil || code != 0 {
		t.Fatalf("%v: %d, %v, %s", args, code, err, stderr)
	}
	return result
}

func TestPayouts(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			url := dbtest.URL(t, dialect)
			t.Setenv("KNOWHOW_DATABASE_URL", url)
			keys, _, _ := knowhow(t, "keys", "generate")
			t.Setenv("KNOWHOW_KEYS", strings.TrimSpace(keys))
			ada := printed[struct {
				Person string `json:"person"`
			}](t, "admin", "create", "--email", "ada@example.com", "--name", "Ada Okoye")
			store := payable(t, url, 3)

			type changed struct{ Paused, Changed bool }
			if got := printed[changed](t, "payouts", "pause", "--operator", "ada@example.com", "--reason", "a test"); !got.Paused || !got.Changed {
				t.Errorf("paused: %+v", got)
			}
			type ran struct{ Made, Sent, Failed, Waiting int }
			out, stderr, code := knowhow(t, "payouts", "run", "--operator", "ada@example.com")
			if code != 1 || !strings.Contains(stderr, payouts.ErrPaused.Error()) || !strings.Contains(out, "3 payouts made. 0 sent") {
				t.Errorf("run while paused: %d, %s, %s", code, out, stderr)
			}
			type standing struct {
				Provider string
				Paused   *struct{ Reason string }
				UnderWay []struct {
					Kind, State, Currency string
					Count                 int
					Minor                 int64
				} `json:"under_way"`
			}
			st := printed[standing](t, "payouts", "status")
			if st.Provider != "sandbox" || st.Paused == nil || st.Paused.Reason != "a test" || len(st.UnderWay) != 1 ||
				st.UnderWay[0].Kind != "transfer" || st.UnderWay[0].Count != 3 || st.UnderWay[0].Minor != 7500 {
				t.Errorf("status: %+v", st)
			}
			if text, _, code := knowhow(t, "payouts", "status"); code != 0 || !strings.Contains(text, "a test") || !strings.Contains(text, "75.00 EUR") {
				t.Errorf("status as text: %d, %s", code, text)
			}
			if got := printed[changed](t, "payouts", "resume", "--reason", "Looked at.", "--operator", "ada@example.com"); got.Paused || !got.Changed {
				t.Errorf("resumed: %+v", got)
			}
			if got := printed[ran](t, "payouts", "run", "--operator", "ada@example.com"); got != (ran{Sent: 3}) {
				t.Errorf("run: %+v", got)
			}
			if got := printed[struct {
				Read, Matched int
				Compared      bool
			}](t, "payouts", "reconcile"); got.Read != 4 || got.Matched != 4 || !got.Compared {
				t.Errorf("reconciled: %+v", got)
			}
			audited(t, store, ada.Person)
			err := store.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
				return tx.Exec("UPDATE sandbox_balances SET minor = minor - 5").Error
			})
			if err != nil {
				t.Fatal(err)
			}
			if out, stderr, code := knowhow(t, "payouts", "reconcile"); code != 1 || !strings.Contains(out, "The sums do not agree. Payouts are paused.") || !strings.Contains(stderr, "the books do not agree") {
				t.Errorf("with a difference: %d, %s, %s", code, out, stderr)
			}
			for _, c := range []struct {
				code  int
				names string
				args  []string
			}{
				{2, "--operator", []string{"run"}},
				{2, "--reason", []string{"pause", "--operator", "ada@example.com"}},
				{1, "--operator", []string{"resume", "--reason", "Looked at.", "--operator", "eve@example.com"}},
				{2, "--week", []string{"run", "--operator", "ada@example.com", "--week", "2026-W99"}},
				{2, "2026-W99 is no week of the calendar", []string{"run", "--operator", "ada@example.com", "--week", "2026-W99"}},
				{2, "1900-W01 is too long ago", []string{"run", "--operator", "ada@example.com", "--week", "1900-W01"}},
				{2, "9998-W01 has not begun", []string{"run", "--operator", "ada@example.com", "--week", "9998-W01"}},
				{2, "--rate", []string{"run", "--operator", "ada@example.com", "--rate", "0"}},
				{2, "--rate", []string{"run", "--operator", "ada@example.com", "--rate", "1001"}},
			} {
				if out, stderr, code := knowhow(t, append([]string{"payouts"}, c.args...)...); code != c.code || out != "" || !strings.Contains(stderr, c.names) {
					t.Errorf("%v: %d, %q, %s", c.args, code, out, stderr)
				}
			}
		})
	}
}

// audited fails the test unless what the operator did is on record.
func audited(t *testing.T, store *marketplace.Store, person string) {
	t.Helper()
	var kinds []string
	err := store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Raw("SELECT kind FROM events WHERE kind LIKE 'earnings.%' AND CAST(subject AS text) = ? ORDER BY seq", person).Scan(&kinds).Error
	})
	want := "earnings.payouts_paused earnings.run_made earnings.payouts_resumed"
	if got := strings.Join(kinds, " "); err != nil || got != want {
		t.Errorf("on record: %s, %v; want %s", got, err, want)
	}
}
