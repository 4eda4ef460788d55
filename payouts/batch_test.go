package payouts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// states counts the payouts by state, and those that somebody has a lease on.
func (b *bank) states() (states map[string]int, leased int64) {
	var rows []struct {
		State string
		N     int
	}
	b.must(b.db.Raw("SELECT state, COUNT(*) AS n FROM payouts GROUP BY state").Scan(&rows).Error)
	b.must(b.db.Table("payouts").Where("lease_token IS NOT NULL").Count(&leased).Error)
	states = map[string]int{}
	for _, r := range rows {
		states[r.State] = r.N
	}
	return states, leased
}

// While a few payouts are sent, payouts are paused: what is not under way is
// given back as it was, and sent once they go on.
func TestAPauseStopsWhatIsClaimed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		for range 3 {
			b.payee(1000)
		}
		_, err := b.service.CreateRun(context.Background(), "run")
		b.must(err)
		b.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault {
			b.must(b.db.Exec("INSERT INTO payout_freezes (scope, owner_id, reason, frozen_at) VALUES ('payouts', ?, 'why', ?)",
				"00000000-0000-0000-0000-000000000000", b.clock.now()).Error)
			b.sandbox.Fault = nil
			return sandbox.None
		}
		done, err := b.service.Process(context.Background(), 10)
		states, leased := b.states()
		if !errors.Is(err, payouts.ErrPaused) || done.Sent != 1 || states["sent"] != 1 || states["created"] != 2 || leased != 0 {
			t.Fatalf("%+v, %v: %v, %d leased", done, err, states, leased)
		}
		b.must(b.tx(payouts.ResumePayoutsTx))
		if done, err = b.service.Process(context.Background(), 10); err != nil || done.Sent != 2 || b.transfers() != 3 {
			t.Fatalf("%+v, %v, %d transfers", done, err, b.transfers())
		}
		b.check("at the end")
	})
}

// Whoever has no time left for another call begins with none, and keeps none.
func TestAWorkerWithoutTimeGivesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		for range 3 {
			b.payee(1000)
		}
		_, err := b.service.CreateRun(context.Background(), "run")
		b.must(err)
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		done, err := b.service.Process(ctx, 10)
		states, leased := b.states()
		if err != nil || done.Sent != 1 || states["created"] != 2 || leased != 0 {
			t.Fatalf("%+v, %v: %v, %d leased", done, err, states, leased)
		}
		b.process()
		if states, _ := b.states(); states["sent"] != 3 || b.transfers() != 3 {
			t.Fatalf("%v, %d transfers", states, b.transfers())
		}
	})
}
