package sandbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

type box struct {
	*sandbox.Provider
	t   *testing.T
	now time.Time
	req payouts.MoveRequest
}

func newBox(t *testing.T, db *sqldb.DB) *box {
	t.Helper()
	b := &box{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	b.Provider = &sandbox.Provider{
		InTx: func(ctx context.Context, fn func(tx *gorm.DB) error) error {
			return db.Write.WithContext(ctx).Transaction(fn)
		},
		Now: func() time.Time { return b.now },
	}
	account, err := b.CreateAccount(context.Background(), payouts.AccountRequest{IdempotencyKey: "a", Expert: uuid.New()})
	if err != nil || !account.PayoutsEnabled {
		t.Fatalf("%+v, %v", account, err)
	}
	if err := b.InTx(context.Background(), func(tx *gorm.DB) error {
		return sandbox.ReceiveTx(context.Background(), tx, b.now, sandbox.Payment{ID: uuid.New(), Gross: payouts.Money{Minor: 10_000, Currency: "EUR"}})
	}); err != nil {
		t.Fatal(err)
	}
	b.req = payouts.MoveRequest{
		Kind: payouts.MoveTransfer, IdempotencyKey: "k", Group: "g", Subject: uuid.New(), Account: account.Reference,
		Amount: payouts.Money{Minor: 500, Currency: "EUR"},
	}
	return b
}

// transfers is how many transfers the group has.
func (b *box) transfers() int {
	b.t.Helper()
	found, err := b.FindMoves(context.Background(), b.req)
	if err != nil {
		b.t.Fatal(err)
	}
	return len(found)
}

func TestKeyAnswersAgainForADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBox(t, db), context.Background()
		first, err := b.Move(ctx, b.req)
		if err != nil {
			t.Fatal(err)
		}
		b.now = b.now.Add(24*time.Hour - time.Microsecond)
		again, err := b.Move(ctx, b.req)
		if err != nil || again != first || b.transfers() != 1 {
			t.Fatalf("%+v, %v", again, err)
		}
		other := b.req
		other.Amount.Minor++
		var refused *payouts.ProviderError
		if _, err = b.Move(ctx, other); !errors.As(err, &refused) || refused.Class != payouts.Ambiguous {
			t.Fatalf("other parameters: %v", err)
		}
		b.now = b.now.Add(time.Microsecond)
		later, err := b.Move(ctx, b.req)
		if err != nil || later.ID == first.ID || b.transfers() != 2 {
			t.Fatalf("after a day: %+v, %v", later, err)
		}
	})
}

func TestFaults(t *testing.T) {
	tests := []struct {
		fault sandbox.Fault
		class payouts.Class
		moved int  // transfers after the faulty call
		kept  bool // the same key answers the same error again
	}{
		{sandbox.LostBefore, payouts.Retryable, 0, false},
		{sandbox.LostAfter, payouts.Retryable, 1, false},
		{sandbox.Error, payouts.Ambiguous, 0, true},
		{sandbox.ErrorApplied, payouts.Ambiguous, 1, true},
		{sandbox.Conflict, payouts.Retryable, 0, false},
		{sandbox.RateLimit, payouts.Retryable, 0, false},
		{sandbox.LowBalance, payouts.Deferred, 0, true},
		{sandbox.Refuse, payouts.Definitive, 0, true},
	}
	for _, tt := range tests {
		t.Run(string(tt.fault), func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				b, ctx := newBox(t, db), context.Background()
				b.Fault = func(payouts.MoveRequest) sandbox.Fault { return tt.fault }
				_, err := b.Move(ctx, b.req)
				var got *payouts.ProviderError
				if !errors.As(err, &got) || got.Class != tt.class || b.transfers() != tt.moved {
					t.Fatalf("%v, %d transfers", err, b.transfers())
				}
				b.Fault = nil
				_, again := b.Move(ctx, b.req)
				if (again != nil) != tt.kept || (tt.kept && again.Error() != err.Error()) {
					t.Fatalf("again: %v, first %v", again, err)
				}
				if want := max(tt.moved, map[bool]int{true: tt.moved, false: 1}[tt.kept]); b.transfers() != want {
					t.Fatalf("again: %d transfers, want %d", b.transfers(), want)
				}
			})
		})
	}
}

func TestAccounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBox(t, db), context.Background()
		again, err := b.CreateAccount(ctx, payouts.AccountRequest{IdempotencyKey: "a"})
		if err != nil || again.Reference != b.req.Account {
			t.Fatalf("same key: %+v, %v", again, err)
		}
		if err := b.Restrict(ctx, b.req.Account, true); err != nil {
			t.Fatal(err)
		}
		if status, err := b.AccountStatus(ctx, b.req.Account); err != nil || status.PayoutsEnabled {
			t.Fatalf("restricted: %+v, %v", status, err)
		}
		var refused *payouts.ProviderError
		if _, err := b.Move(ctx, b.req); !errors.As(err, &refused) || refused.Code != payouts.CodeAccountRestricted {
			t.Fatalf("restricted: %v", err)
		}
		b.req.IdempotencyKey, b.req.Account = "l", "nobody"
		if _, err := b.Move(ctx, b.req); !errors.As(err, &refused) || refused.Class != payouts.Definitive {
			t.Fatalf("nobody: %v", err)
		}
		if _, err := b.AccountStatus(ctx, "nobody"); !errors.As(err, &refused) {
			t.Fatalf("nobody's status: %v", err)
		}
	})
}
