package payouts_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// ordered is what orders can be given about: payments, and experts with a payout
// behind them.
type ordered struct {
	experts []uuid.UUID
	rewards map[uuid.UUID]uuid.UUID // of an expert, paid out
	refunds int
}

// prepare makes what n orders are about, while nothing goes wrong: of each three
// a payment, an expert to be paid at once, one whose pay is taken back.
func (h *hazard) prepare(n int) ordered {
	h.t.Helper()
	h.sandbox.Fault = nil
	of := ordered{rewards: map[uuid.UUID]uuid.UUID{}, refunds: n / 3}
	for range of.refunds {
		h.paidIn(6000)
	}
	h.must(h.fund(uuid.New(), int64(n)*3600))
	h.must(h.allocate(uuid.New(), int64(n)*3600))
	for range n / 3 * 2 {
		expert := uuid.New()
		_, err := h.service.EnsureAccount(context.Background(), expert)
		h.must(err)
		reward := h.earned(expert, 3000, 600)
		h.must(h.release(reward))
		of.experts, of.rewards[expert] = append(of.experts, expert), reward
	}
	_, err := h.service.CreateRun(context.Background(), uuid.NewString())
	h.must(err)
	for round := 0; h.unpaid(of.experts) > 0; round++ {
		if round == 1000 {
			h.t.Fatalf("%d of the first payouts are still under way", h.unpaid(of.experts))
		}
		_, err := h.service.Process(context.Background(), 100)
		h.must(err)
	}
	return of
}

// unpaid is how many payouts to these experts are under way: where a safeguard is
// off, others may be for good.
func (h *hazard) unpaid(experts []uuid.UUID) (n int64) {
	h.t.Helper()
	h.must(h.db.Table("payouts").Where("state IN ('created', 'sending') AND expert_id IN ?", experts).Count(&n).Error)
	return n
}

// order gives the orders: a third of each payment back, a payout at once to
// every second expert, and of every other's a third taken back.
func (h *hazard) order(of ordered) {
	h.t.Helper()
	ctx := context.Background()
	h.must(h.fund(uuid.New(), int64(len(of.experts))*3000))
	for range of.refunds {
		_, err := h.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: h.brand, Amount: eur(2000)})
		h.must(err)
	}
	for i, expert := range of.experts {
		if i%2 == 0 {
			h.must(h.tx(func(ctx context.Context, tx *gorm.DB) error {
				return payouts.GrantBonusTx(ctx, tx, h.clock.now(), payouts.Bonus{ID: uuid.New(), Expert: expert, By: uuid.New(), Amount: eur(1500)})
			}))
			_, err := h.service.RequestInstantPayout(ctx, expert, uuid.New())
			h.must(err)
			continue
		}
		var paid payouts.Payout
		h.must(h.db.Where("expert_id = ? AND state = 'sent'", expert).Take(&paid).Error)
		h.must(h.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.ClawBackTx(ctx, tx, h.clock.now(), of.rewards[expert], uuid.New())
		}))
		h.must(h.reverse(uuid.New(), paid.ID, 1000))
	}
}

// moved fails the test unless each order that was sent has its movement, and the
// provider has no other.
func (h *hazard) moved() (kinds map[payouts.MoveKind]int64) {
	h.t.Helper()
	var lacking, stray int64
	h.must(h.db.Raw(`SELECT COUNT(*) FROM payout_orders AS o WHERE o.state = 'sent' AND NOT EXISTS
		(SELECT 1 FROM sandbox_moves AS m WHERE m.id = o.object_id AND m.subject_id = o.id AND m.amount_minor = o.amount_minor)`).Scan(&lacking).Error)
	h.must(h.db.Raw(`SELECT COUNT(*) FROM sandbox_moves AS m WHERE NOT EXISTS
		(SELECT 1 FROM payout_orders AS o WHERE o.object_id = m.id AND o.state = 'sent')`).Scan(&stray).Error)
	if lacking > 0 || stray > 0 {
		h.t.Fatalf("%d orders without a movement, %d movements without an order", lacking, stray)
	}
	kinds = map[payouts.MoveKind]int64{}
	for _, kind := range []payouts.MoveKind{payouts.MoveRefund, payouts.MoveInstant, payouts.MoveReversal} {
		var n int64
		h.must(h.db.Table("payout_orders").Where("kind = ? AND state = 'sent'", kind).Count(&n).Error)
		kinds[kind] = n
	}
	return kinds
}

// Refunds, instant payouts and reversals go through the same hazards as payouts:
// each moves its money once, or not at all and gives it back.
func TestNoOrderMovesTwiceNorIsLost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHazard(t, db, 3, "")
		for range dbtest.Loops(1, 5) {
			of := h.prepare(dbtest.Loops(90, 300))
			h.order(of)
			h.sandbox.Fault = h.fault
			h.live()
			if n := h.double(); n > 0 {
				t.Fatalf("%d moved twice", n)
			}
			h.check("at the end")
			h.reconciled()
		}
		kinds := h.moved()
		t.Logf("%v; %d crashes, %d naps, %d news told, %d lost", kinds, h.crashes, h.naps, h.told, h.lost)
		for kind, n := range kinds {
			if n < 10 {
				t.Errorf("%d of the kind %s were sent", n, kind)
			}
		}
		if h.crashes < 5 || h.naps < 5 || h.told < 10 || h.lost < 5 {
			t.Errorf("too little went wrong: %d crashes, %d naps, %d news told, %d lost", h.crashes, h.naps, h.told, h.lost)
		}
	})
}

// Without any one of the safeguards an order moves its money twice.
func TestEachSafeguardIsNeededForOrders(t *testing.T) {
	for _, guard := range payouts.Guards {
		t.Run(guard, func(t *testing.T) {
			for seed := range uint64(20) {
				h := newHazard(t, dbtest.Open(t, "sqlite"), seed, guard)
				h.faults = append(slices.Clone(hazards), sandbox.LostLate, sandbox.LostLate, sandbox.LostLate)
				h.order(h.prepare(45))
				h.sandbox.Fault = h.fault
				h.live()
				if n := h.doubleOrders(); n > 0 {
					t.Logf("seed %d: %d orders moved twice", seed, n)
					return
				}
			}
			t.Error("no order moved twice")
		})
	}
}

// doubleOrders is double of orders alone, with what is late.
func (h *hazard) doubleOrders() (n int64) {
	h.t.Helper()
	h.clock.advance(lateness)
	_, err := h.sandbox.Balance(context.Background()) // what is late lands
	h.must(err)
	h.must(h.db.Raw(`SELECT COUNT(*) FROM (SELECT m.subject_id FROM sandbox_moves AS m JOIN payout_orders AS o ON o.id = m.subject_id
		GROUP BY m.subject_id, o.state HAVING COUNT(*) > 1 OR o.state <> 'sent') AS moved`).Scan(&n).Error)
	return n
}

// A crash at each point of the protocol, after each fault, then a restart: an
// order of every kind moves its money once.
func TestCrashAtEachPointOfAnOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHazard(t, db, 1, "")
		for _, fault := range []sandbox.Fault{sandbox.None, sandbox.LostAfter, sandbox.LostLate, sandbox.ErrorApplied, sandbox.Truncated, sandbox.Refuse} {
			for _, point := range append([]string{""}, points...) {
				h.crashOrders(fault, point)
			}
		}
	})
}

func (h *hazard) crashOrders(fault sandbox.Fault, point string) {
	h.t.Helper()
	of := h.prepare(3)
	h.order(of)
	seen := map[uuid.UUID]bool{}
	h.sandbox.Fault = func(req payouts.MoveRequest) sandbox.Fault {
		if seen[req.Subject] || req.Kind == payouts.MoveTransfer {
			return sandbox.None
		}
		seen[req.Subject] = true
		return fault
	}
	h.service.SetStep(func(at string) {
		if at == point {
			panic(crash{at})
		}
	})
	h.process()
	h.check(string(fault) + " at " + point)
	h.settle()
	for h.open() > 0 {
		h.clock.advance(lateness)
		if _, err := h.service.Process(context.Background(), 100); err != nil && !errors.Is(err, payouts.ErrPaused) {
			h.t.Fatal(err)
		}
	}
	if n := h.double(); n > 0 {
		h.t.Fatalf("%s at %s: %d moved twice", fault, point, n)
	}
	h.moved()
	h.check(string(fault) + " at the end")
	h.reconciled()
}
