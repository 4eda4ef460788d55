package payouts_test

import (
	"context"
	"fmt"
	"testing"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

var points = []string{"claimed", "looked", "new attempt", "sending", "sent", "recording", "recorded"}

// A crash at each point of the protocol, after each fault, then a restart:
// paid exactly once.
func TestCrashAtEachPoint(t *testing.T) {
	faults := append([]sandbox.Fault{sandbox.None}, hazards...)
	for _, fault := range faults {
		dbtest.Each(t, func(t *testing.T, db *sqldb.DB) { // few payouts are quick to check
			for _, point := range append([]string{""}, points...) {
				t.Run(fmt.Sprintf("%s at %s", fault, point), func(t *testing.T) { crashOnce(t, db, fault, point) })
			}
		})
	}
}

func crashOnce(t *testing.T, db *sqldb.DB, fault sandbox.Fault, point string) {
	b := newBank(t, db)
	before := b.transfers()
	expert := b.payee(5000)
	_, err := b.service.CreateRun(context.Background(), expert.String())
	b.must(err)
	calls := 0
	b.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault {
		if calls++; calls == 1 {
			return fault
		}
		return sandbox.None
	}
	b.service.SetStep(func(at string) {
		if at == point {
			panic(crash{at})
		}
	})
	b.process()
	b.check("after the crash")
	b.settle()
	if fault == sandbox.Refuse { // the money was given back, for another payout
		_, err := b.service.CreateRun(context.Background(), "again "+expert.String())
		b.must(err)
		b.settle()
	}
	if got := b.earnings(expert); got.PaidOut != 5000 || b.transfers() != before+1 {
		t.Fatalf("earnings %+v, %d transfers", got, b.transfers()-before)
	}
	b.check("at the end")
}

func TestCreateRunGoesOnAfterACrash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		for range 25 {
			b.payee(1000)
		}
		b.service.SetBatch(10)
		b.service.SetStep(func(at string) {
			if at == "batch" {
				panic(crash{at})
			}
		})
		func() {
			defer func() { _ = recover() }()
			_, _ = b.service.CreateRun(context.Background(), "2026-W10")
		}()
		if n := b.underWay(); n != 10 {
			t.Fatalf("%d payouts before the crash", n)
		}
		b.restart()
		b.service.SetBatch(10)
		made, err := b.service.CreateRun(context.Background(), "2026-W10")
		if err != nil || made != 15 || b.underWay() != 25 {
			t.Fatalf("made %d, under way %d, %v", made, b.underWay(), err)
		}
		if made, err = b.service.CreateRun(context.Background(), "2026-W10"); made != 0 || err != nil {
			t.Fatalf("again: %d, %v", made, err)
		}
		b.check("after the run")
	})
}

// noneTwice fails the test if a payout has two transfers, or a failed one has any.
func (b *bank) noneTwice() {
	b.t.Helper()
	var n int64
	b.must(b.db.Raw(`SELECT COUNT(*) FROM (SELECT t.payout_id FROM sandbox_transfers AS t
		JOIN payouts AS p ON p.id = t.payout_id
		GROUP BY t.payout_id, p.state HAVING COUNT(*) > 1 OR p.state <> 'sent') AS wrong`).Scan(&n).Error)
	if n > 0 {
		b.t.Fatalf("%d payouts have a transfer too many", n)
	}
}

// transferred is the sum of the sandbox's transfers.
func (b *bank) transferred() (minor int64) {
	b.t.Helper()
	b.must(b.db.Table("sandbox_transfers").Select("COALESCE(SUM(amount_minor), 0)").Scan(&minor).Error)
	return minor
}
