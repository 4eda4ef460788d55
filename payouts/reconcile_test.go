package payouts_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// reconciled reconciles, and fails the test unless both books agree and nothing
// is unexplained.
func (b *bank) reconciled() payouts.Reconciled {
	b.t.Helper()
	r, err := b.service.ReconcileAndCompare(context.Background())
	b.must(err)
	if !r.Compared || len(r.Differing) > 0 || r.Suspended > 0 || r.Waiting > 0 || r.Paused {
		b.t.Fatalf("reconciled: %+v", r)
	}
	return r
}

func (b *bank) reason() string {
	b.t.Helper()
	var why payouts.Pause
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
		why, _, err = payouts.PausedSince(ctx, tx)
		return err
	}))
	return why.Reason
}

// What a lost answer and a lost webhook did not tell, the provider's books do.
func TestReconcilerRecordsWhatNobodyTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(5000)
		_, err := b.service.CreateRun(context.Background(), "2026-W10")
		b.must(err)
		b.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault { return sandbox.Truncated }
		b.process()
		if got := b.earnings(expert); got.InTransit != 5000 {
			t.Fatalf("before: %+v", got)
		}
		if r := b.reconciled(); r.Read != 2 || r.Matched != 2 {
			t.Fatalf("%+v", r)
		}
		b.paidOnce(expert, 5000)
		if r := b.reconciled(); r.Read != 0 || r.Matched != 0 {
			t.Fatalf("again: %+v", r)
		}
	})
}

// A transfer that we know nothing of goes to suspense and pauses payouts; a
// payment may be told of for an hour.
func TestUnmatchedEntryPausesPayouts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		b.reconciled()
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			return sandbox.ReceiveTx(ctx, tx, b.clock.now(), sandbox.Payment{ID: uuid.New(), Gross: eur(700)})
		}))
		told := 0
		b.service.Missed = func(_ context.Context, e payouts.BalanceTransaction) error {
			if told++; e.Kind != payouts.EntryPayment || e.Net != 700 {
				t.Errorf("told of %+v", e)
			}
			return nil
		}
		if r, err := b.service.ReconcileAndCompare(ctx); err != nil || r.Waiting != 1 || r.Suspended != 0 || r.Paused || told != 1 || len(r.Differing) > 0 {
			t.Fatalf("a payment: %+v, %v, told %d times", r, err, told)
		}
		b.clock.advance(time.Hour)
		if r, err := b.service.Reconcile(ctx); err != nil || r.Suspended != 1 || !r.Paused {
			t.Fatalf("an hour later: %+v, %v", r, err)
		}
		if why := b.reason(); !strings.HasPrefix(why, "unmatched: payment sandbox_txn_") {
			t.Errorf("paused for %q", why)
		}
		b.must(b.tx(payouts.ResumePayoutsTx))
		stranger, err := b.sandbox.CreateAccount(ctx, payouts.AccountRequest{IdempotencyKey: "x"})
		b.must(err)
		_, err = b.sandbox.Move(ctx, payouts.MoveRequest{
			Kind: payouts.MoveTransfer, IdempotencyKey: "by hand", Group: "none", Subject: uuid.New(), Amount: eur(900), Account: stranger.Reference,
		})
		b.must(err)
		if r, err := b.service.ReconcileAndCompare(ctx); err != nil || r.Suspended != 1 || !r.Paused || len(r.Differing) > 0 {
			t.Fatalf("a transfer: %+v, %v", r, err)
		}
		if _, err := b.service.Process(ctx, 1); !errors.Is(err, payouts.ErrPaused) {
			t.Errorf("payouts go on: %v", err)
		}
		b.check("at the end")
	})
}

// A balance that is not what the books say pauses payouts, and so does a posting
// that the provider knows nothing of.
func TestBooksThatDifferPausePayouts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		b.reconciled()
		b.must(b.db.Exec("UPDATE sandbox_balances SET minor = minor - 1").Error)
		r, err := b.service.ReconcileAndCompare(ctx)
		if err != nil || len(r.Differing) != 1 || r.Differing[0].Provider != 149_999 || r.Differing[0].Ours != 150_000 || !r.Paused {
			t.Fatalf("a cent is missing: %+v, %v", r, err)
		}
		b.must(b.db.Exec("UPDATE sandbox_balances SET minor = minor + 1").Error)
		b.must(b.tx(payouts.ResumePayoutsTx))
		b.must(b.credit(uuid.New(), 300))
		if r, err = b.service.ReconcileAndCompare(ctx); err != nil || len(r.Differing) != 0 {
			t.Fatalf("just posted: %+v, %v", r, err)
		}
		b.clock.advance(2 * time.Hour)
		if r, err = b.service.ReconcileAndCompare(ctx); err != nil || len(r.Differing) != 1 || !strings.HasPrefix(r.Differing[0].Posting, "funding:") || !r.Paused {
			t.Fatalf("two hours later: %+v, %v", r, err)
		}
	})
}

// Reconciling fails at each statement in turn; it says so, and in the end both
// books agree.
func TestReconcilingFailsHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(5000)
		_, err := b.service.CreateRun(context.Background(), "2026-W10")
		b.must(err)
		b.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault { return sandbox.LostAfter }
		b.process()
		k := newBreaker(db)
		for n := 0; ; n++ {
			k.armed, k.left = true, n
			_, err := b.service.ReconcileAndCompare(context.Background())
			k.armed = false
			if err == nil {
				break
			}
			if !errors.Is(err, errBroken) {
				t.Fatalf("after %d statements: %v", n, err)
			}
			b.check("broken")
		}
		b.reconciled()
		b.paidOnce(expert, 5000)
	})
}

// hurried is a context whose time is always over, though nothing ends with it: as much
// is done as is done in any case.
type hurried struct{ context.Context }

func (hurried) Deadline() (time.Time, bool) { return time.Now().Add(-time.Hour), true }

// paged is a provider that counts the pages of its books that were read.
type paged struct {
	*sandbox.Provider
	pages *int
}

func (p paged) BalanceTransactions(ctx context.Context, q payouts.BalanceQuery) (payouts.BalancePage, error) {
	*p.pages++
	return p.Provider.BalanceTransactions(ctx, q)
}

// Books that are too long for one time are read in several, each from where the one
// before had come to; only then are the sums compared.
func TestLongBooksAreReadInSeveralTimes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, pages := newBank(t, db), 0
		for range 550 {
			b.must(b.fund(uuid.New(), 100))
		}
		b.clock.advance(3 * time.Hour)
		b.service.Provider = paged{b.sandbox, &pages}
		read, times, more := 0, 0, true
		for ; more && times < 20; times++ {
			r, err := b.service.ReconcileAndCompare(hurried{context.Background()})
			if b.must(err); r.Compared == r.More || len(r.Differing) > 0 {
				t.Fatalf("the %dth time: %+v", times+1, r)
			}
			if read, more = read+r.Read, r.More; more {
				b.must(b.fund(uuid.New(), 100)) // what comes meanwhile is read the next time
			}
		}
		if times < 3 || read != 551+times-1 || pages > 6+times {
			t.Fatalf("%d times, %d entries, %d pages", times, read, pages)
		}
		b.service.Provider = b.sandbox
		b.reconciled()
		if st := b.status(); st.ReconciledAt == nil || !st.ReconciledAt.Equal(b.clock.now()) {
			t.Errorf("%+v", st)
		}
	})
}

// placeless is a provider that does not know the entry any more after which it is to
// go on.
type placeless struct{ *sandbox.Provider }

func (p placeless) BalanceTransactions(ctx context.Context, q payouts.BalanceQuery) (payouts.BalancePage, error) {
	if q.After != "" {
		return payouts.BalancePage{}, &payouts.ProviderError{Class: payouts.Definitive, Code: "resource_missing"}
	}
	return p.Provider.BalanceTransactions(ctx, q)
}

func TestReadingBeginsAnewWhereItsPlaceIsGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		for range 150 {
			b.must(b.fund(uuid.New(), 100))
		}
		b.service.Provider = placeless{b.sandbox}
		for range 2 {
			if r, err := b.service.Reconcile(context.Background()); !errors.Is(err, payouts.ErrProvider) && !errors.Is(err, payouts.ErrProviderRefuses) {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		b.service.Provider = b.sandbox
		b.reconciled()
	})
}
