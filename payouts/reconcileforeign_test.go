package payouts_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// leavingOut is a provider that leaves the lines of some payments out of its pages, as
// if they were of a currency that is not known.
type leavingOut struct {
	*sandbox.Provider
	payments map[uuid.UUID]bool
}

func (p leavingOut) BalanceTransactions(ctx context.Context, q payouts.BalanceQuery) (payouts.BalancePage, error) {
	page, err := p.Provider.BalanceTransactions(ctx, q)
	page.Entries = slices.DeleteFunc(page.Entries, func(e payouts.BalanceTransaction) bool { return p.payments[e.Subject] })
	return page, err
}

// A page of which every line is left out does not end the reading: what is older is
// read as well.
func TestAPageOfNothingKnownDoesNotEndTheReading(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, out := newBank(t, db), map[uuid.UUID]bool{}
		b.must(b.fund(uuid.New(), 100))
		b.clock.advance(time.Minute)
		for range 230 {
			id := uuid.New()
			out[id] = true
			b.received(id, b.clock.now(), 700, 0)
		}
		b.service.Provider = leavingOut{b.sandbox, out}
		r, err := b.service.Reconcile(context.Background())
		if b.must(err); r.Read != 2 || r.Matched != 2 {
			t.Fatalf("read %d and matched %d of the two that are older", r.Read, r.Matched)
		}
	})
}

// nowhere is a provider that has more, and does not say after what.
type nowhere struct{ *sandbox.Provider }

func (p nowhere) BalanceTransactions(context.Context, payouts.BalanceQuery) (payouts.BalancePage, error) {
	return payouts.BalancePage{More: true}, nil
}

func TestMoreOfNowhereIsNoReading(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		b.service.Provider = nowhere{b.sandbox}
		if r, err := b.service.Reconcile(context.Background()); err == nil {
			t.Fatalf("%+v", r)
		}
		b.service.Provider = b.sandbox
		if r := b.reconciled(); r.Read != 1 {
			t.Errorf("%+v", r)
		}
	})
}

// foreign is a provider whose books have lines of what is no currency of ours.
type foreign struct{ *sandbox.Provider }

func (p foreign) BalanceTransactions(ctx context.Context, q payouts.BalanceQuery) (payouts.BalancePage, error) {
	page, err := p.Provider.BalanceTransactions(ctx, q)
	for _, c := range []payouts.Currency{"ZZZ", "zz"} {
		page.Entries = append(page.Entries, payouts.BalanceTransaction{ID: "txn_" + string(c), Kind: payouts.EntryOther, Currency: c, Gross: 7, Net: 7, At: p.Now()})
	}
	return page, err
}

// A line of a currency that we know nothing of, or nothing of any more, keeps no other
// from being read, nor from being matched.
func TestAForeignLineStopsNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		b.service.Provider = foreign{b.sandbox}
		if r, err := b.service.Reconcile(ctx); err != nil || r.Read != 1 || r.Matched != 1 || r.Paused {
			t.Fatalf("read: %+v, %v", r, err)
		}
		for id, state := range map[string]payouts.EntryState{"txn_waits": payouts.EntryWaiting, "txn_suspended": payouts.EntrySuspense} {
			b.must(b.db.Exec(`INSERT INTO provider_entries (provider, id, kind, currency, gross_minor, fee_minor, net_minor, source, of_id, made_at, seen_at, state, posting_key)
				VALUES (?, ?, 'other', 'ZZZ', 7, 0, 7, 'x', '', ?, ?, ?, ?)`, sandbox.Label, id, start, start, state, keyOf(state, id)).Error)
		}
		b.clock.advance(2 * time.Hour)
		b.must(b.fund(uuid.New(), 300))
		if r, err := b.service.Reconcile(ctx); err != nil || r.Matched != 1 || r.Waiting != 1 || r.Suspended != 0 || r.Paused {
			t.Fatalf("matched: %+v, %v", r, err)
		}
		b.check("at the end")
	})
}

// keyOf is the posting of a line that is in a state.
func keyOf(state payouts.EntryState, id string) *string {
	if state == payouts.EntryWaiting {
		return nil
	}
	key := "books:" + sandbox.Label + ":" + id
	return &key
}
