package payouts_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// hazards are what can go wrong with a call.
var hazards = []sandbox.Fault{
	sandbox.LostBefore, sandbox.LostAfter, sandbox.LostLate, sandbox.Truncated, sandbox.BadGateway, sandbox.Error,
	sandbox.ErrorApplied, sandbox.ErrorLate, sandbox.Conflict, sandbox.RateLimit, sandbox.LowBalance, sandbox.Refuse,
}

// lateness is how long after an attempt was first sent, if only in our books, an
// effect of it may come: what the protocol waits for.
const lateness = 26*time.Hour - time.Minute

// hazard is a bank in which all of it goes wrong: every second call, a crash at
// any point, workers that sleep over their lease while another works, news lost,
// doubled and out of order.
type hazard struct {
	*bank
	rng     *rand.Rand
	guard   string // taken away; empty: none
	faults  []sandbox.Fault
	news    []payouts.MoveRequest // of which there is something to tell
	depth   int
	crashes int
	naps    int
	lost    int
	told    int
}

// eager is a provider that sends news of whatever it was asked to do.
type eager struct {
	*sandbox.Provider
	h *hazard
}

func (p eager) Move(ctx context.Context, req payouts.MoveRequest) (payouts.Movement, error) {
	m, err := p.Provider.Move(ctx, req)
	news := p.h.rng.IntN(3)
	for range news {
		p.h.news = append(p.h.news, req)
	}
	if news == 0 {
		p.h.lost++
	}
	return m, err
}

func newHazard(t *testing.T, db *sqldb.DB, seed uint64, guard string) *hazard {
	t.Helper()
	h := &hazard{bank: newBank(t, db), rng: rand.New(rand.NewPCG(seed, 7)), guard: guard, faults: hazards}
	h.sandbox.Fault = h.fault
	h.sandbox.Delay = func(req payouts.MoveRequest) time.Duration {
		longest := max(h.firstSent(req).Add(lateness).Sub(h.clock.now()), time.Second)
		if h.rng.IntN(2) == 0 { // some take as long as anything can
			return longest - time.Duration(h.rng.Int64N(int64(2*time.Hour)))
		}
		return time.Duration(h.rng.Int64N(int64(longest)))
	}
	return h
}

// firstSent is when the attempt, of a payout or an order, may first have been
// sent.
func (h *hazard) firstSent(req payouts.MoveRequest) (at time.Time) {
	h.t.Helper()
	h.must(h.tx(func(ctx context.Context, tx *gorm.DB) error {
		var first *time.Time
		if req.Kind == payouts.MoveTransfer {
			p, err := payouts.FindPayout(ctx, tx, req.Subject)
			if err != nil {
				return err
			}
			first = p.FirstSentAt
		} else {
			o, err := payouts.FindOrder(ctx, tx, req.Subject)
			if err != nil {
				return err
			}
			first = o.FirstSentAt
		}
		if at = h.clock.now(); first != nil {
			at = *first
		}
		return nil
	}))
	return at
}

func (h *hazard) fault(payouts.MoveRequest) sandbox.Fault {
	if h.rng.IntN(2) == 0 {
		return sandbox.None
	}
	return h.faults[h.rng.IntN(len(h.faults))]
}

// populate makes experts with money and the payouts to them.
func (h *hazard) populate(n int) {
	h.t.Helper()
	ctx := context.Background()
	h.must(h.fund(uuid.New(), int64(n)*5000))
	for range n {
		expert := uuid.New()
		_, err := h.service.EnsureAccount(ctx, expert)
		h.must(err)
		h.must(h.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.GrantBonusTx(ctx, tx, h.clock.now(), payouts.Bonus{
				ID: uuid.New(), Expert: expert, By: uuid.New(), Amount: eur(1000 + h.rng.Int64N(2000)),
			})
		}))
	}
	made, err := h.service.CreateRun(ctx, uuid.NewString())
	if err != nil || made < n { // those of earlier rounds whose payout failed too
		h.t.Fatalf("%d payouts of %d, %v", made, n, err)
	}
}

// worker is a process that may die, or sleep, at any point.
func (h *hazard) worker() *payouts.Service {
	s := &payouts.Service{InTx: h.inTx, Now: h.clock.now, Provider: eager{h.sandbox, h}}
	s.SetStep(func(at string) {
		early := at == "claimed" || at == "looked" // before it looks at its lease a last time
		switch chance := h.rng.IntN(60); {
		case chance == 0:
			panic(crash{at})
		case chance == 1 && at != "recording" || early && chance < 6: // recording is inside a transaction
			h.nap(early)
		}
	})
	if h.guard != "" {
		s.TakeAway(h.guard)
	}
	return s
}

// nap has a worker sleep over its lease, perhaps for days, while another works.
func (h *hazard) nap(days bool) {
	if h.depth > 1 { // who works meanwhile does not sleep
		return
	}
	h.naps++
	long := 6 * time.Minute
	if days && h.rng.IntN(2) == 0 {
		long = 30 * time.Hour
	}
	for range 1 + h.rng.IntN(3) {
		h.clock.advance(long / 2)
		h.work(20)
	}
}

// work has a worker work until it is done or dies.
func (h *hazard) work(limit int) {
	h.t.Helper()
	h.depth++
	defer func() {
		h.depth--
		if r := recover(); r != nil {
			if _, ok := r.(crash); !ok {
				panic(r)
			}
			h.crashes++
		}
	}()
	_, err := h.worker().Process(context.Background(), limit)
	h.tolerate(err)
}

// tolerate resumes payouts that were paused, where a safeguard is missing; with
// all of them nothing pauses payouts.
func (h *hazard) tolerate(err error) {
	h.t.Helper()
	if errors.Is(err, payouts.ErrPaused) && h.guard != "" {
		err = h.tx(payouts.ResumePayoutsTx)
	}
	if errors.Is(err, payouts.ErrPaused) {
		h.t.Fatalf("paused: %s", h.reason())
	}
	h.must(err)
}

// deliver brings some of the news, in any order.
func (h *hazard) deliver() {
	h.t.Helper()
	h.rng.Shuffle(len(h.news), func(i, j int) { h.news[i], h.news[j] = h.news[j], h.news[i] })
	n := h.rng.IntN(len(h.news) + 1)
	for _, of := range h.news[:n] {
		h.told++
		h.must(h.service.HintMove(context.Background(), of.Kind, of.Subject))
	}
	h.news = h.news[n:]
	if h.rng.IntN(8) == 0 {
		h.lost += len(h.news)
		h.news = nil
	}
}

// live lets time pass until nothing is under way.
func (h *hazard) live() {
	h.t.Helper()
	for round := 0; h.open() > 0; round++ {
		if h.guard != "" && (round == 300 || h.double() > 0) {
			return // what was paid twice stays under way until a person has looked
		}
		if round == 2000 {
			h.t.Fatalf("%d payouts and orders are still under way", h.open())
		}
		h.work(100)
		h.deliver()
		if h.guard == "" && h.rng.IntN(10) == 0 {
			_, err := h.service.Reconcile(context.Background())
			h.must(err)
		}
		h.clock.advance(time.Duration(h.rng.Int64N(int64(2 * time.Hour))))
	}
	h.clock.advance(lateness) // whatever is late has come
	h.sandbox.Fault = nil
}

// open is how many payouts and orders are under way.
func (h *hazard) open() (n int64) {
	h.t.Helper()
	h.must(h.db.Raw(`SELECT (SELECT COUNT(*) FROM payouts WHERE state IN ('created', 'sending')) +
		(SELECT COUNT(*) FROM payout_orders WHERE state IN ('created', 'sending'))`).Scan(&n).Error)
	return n
}

// double is how many payouts and orders moved money twice, or moved it and gave
// it back as well.
func (h *hazard) double() (n int64) {
	h.t.Helper()
	_, err := h.sandbox.Balance(context.Background()) // what is late lands
	h.must(err)
	h.must(h.db.Raw(`SELECT (SELECT COUNT(*) FROM (SELECT t.payout_id FROM sandbox_transfers AS t JOIN payouts AS p ON p.id = t.payout_id
			GROUP BY t.payout_id, p.state HAVING COUNT(*) > 1 OR p.state <> 'sent') AS paid)
		+ (SELECT COUNT(*) FROM (SELECT m.subject_id FROM sandbox_moves AS m JOIN payout_orders AS o ON o.id = m.subject_id
			GROUP BY m.subject_id, o.state HAVING COUNT(*) > 1 OR o.state <> 'sent') AS moved)`).Scan(&n).Error)
	return n
}

// With every safeguard all is paid that was not refused, once, whatever happens,
// and both books agree in the end.
func TestNothingIsPaidTwiceNorLost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHazard(t, db, 1, "")
		each := dbtest.Loops(250, 500)
		for range dbtest.Loops(1, 5) {
			h.populate(each)
			h.sandbox.Fault = h.fault
			h.live()
			if n := h.double(); n > 0 {
				t.Fatalf("%d payouts were paid twice", n)
			}
			h.check("at the end")
			h.reconciled()
			var sent, lacking int64
			h.must(h.db.Raw(`SELECT COALESCE(SUM(amount_minor), 0) FROM payouts WHERE state = 'sent'`).Scan(&sent).Error)
			h.must(h.db.Raw(`SELECT COUNT(*) FROM payouts AS p WHERE p.state = 'sent' AND NOT EXISTS
				(SELECT 1 FROM sandbox_transfers AS t WHERE t.id = p.transfer_id AND t.amount_minor = p.amount_minor)`).Scan(&lacking).Error)
			if sent != h.transferred() || lacking > 0 {
				t.Fatalf("recorded %d, transferred %d, %d without a transfer", sent, h.transferred(), lacking)
			}
		}
		t.Logf("%d crashes, %d naps, %d news told, %d lost", h.crashes, h.naps, h.told, h.lost)
		if h.crashes < 10 || h.naps < 10 || h.told < 10 || h.lost < 10 {
			t.Errorf("too little went wrong: %d crashes, %d naps, %d news told, %d lost", h.crashes, h.naps, h.told, h.lost)
		}
	})
}

// Without any one of the safeguards the same hazards pay somebody twice.
func TestEachSafeguardIsNeeded(t *testing.T) {
	for _, guard := range payouts.Guards {
		t.Run(guard, func(t *testing.T) {
			for seed := range uint64(20) {
				h := newHazard(t, dbtest.Open(t, "sqlite"), seed, guard)
				h.faults = append(slices.Clone(hazards), sandbox.LostLate, sandbox.LostLate, sandbox.LostLate)
				h.populate(40)
				h.live()
				if n := h.double(); n > 0 {
					t.Logf("seed %d: %d of 40 paid twice", seed, n)
					return
				}
			}
			t.Error("nobody was paid twice")
		})
	}
}
