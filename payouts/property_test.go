package payouts_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// event is something that reaches the ledger, perhaps more than once and late.
type event struct {
	name string
	run  func() error
	done bool // delivered with success before
	same bool // once done, delivering it again changes nothing and is no error
}

// world makes random events about what is there.
type world struct {
	*bank
	memo    *dbtest.Memo
	rng     *rand.Rand
	experts []uuid.UUID
	holds   []uuid.UUID
	rewards []uuid.UUID
	late    []*event

	disputes []uuid.UUID
	lines    []string
}

// typed are the errors that an event may be refused with.
var typed = []error{
	payouts.ErrInvalid, payouts.ErrNotFound, payouts.ErrState, payouts.ErrFrozen, payouts.ErrKeyReused,
	payouts.ErrInsufficientFunds, payouts.ErrBelowMinimum, payouts.ErrNoAccount, payouts.ErrCreditLimit, payouts.ErrOwing, payouts.ErrHeldBack,
}

// Random events, each delivered one to three times in any order: every
// invariant holds after each delivery, and a second delivery changes nothing.
// TestMoneyInMemory has longer sequences, of the same rules.
func TestRandomEventsKeepTheInvariants(t *testing.T) {
	for first := uint64(0); first < uint64(dbtest.Loops(50, 400)); first += 2 {
		dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
			for seed := first; seed < first+2; seed++ {
				t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
					w := newWorld(t, db, seed)
					for range 100 {
						w.step()
					}
					w.sandbox.Fault = nil
					w.settle()
					w.noneTwice()
					w.check("settled")
				})
			}
		})
	}
}

func newWorld(t *testing.T, db *sqldb.DB, seed uint64) *world {
	t.Helper()
	w := &world{bank: newBank(t, db), memo: dbtest.NewMemo(t, db), rng: rand.New(rand.NewPCG(seed, 11))}
	for range 3 {
		expert := uuid.New()
		_, err := w.service.EnsureAccount(context.Background(), expert)
		w.must(err)
		w.experts = append(w.experts, expert)
	}
	faults := []sandbox.Fault{sandbox.None, sandbox.None, sandbox.LostBefore, sandbox.LostAfter,
		sandbox.Error, sandbox.ErrorApplied, sandbox.RateLimit, sandbox.LowBalance, sandbox.Refuse}
	w.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault { return faults[w.rng.IntN(len(faults))] }
	return w
}

// step delivers a new event, or a late one, or both, and may keep it for later.
func (w *world) step() {
	w.t.Helper()
	if len(w.late) > 0 && w.rng.IntN(3) == 0 {
		i := w.rng.IntN(len(w.late))
		w.deliver(w.late[i])
		w.late = append(w.late[:i], w.late[i+1:]...)
	}
	e := w.event()
	for range w.rng.IntN(3) {
		w.late = append(w.late, e)
	}
	if w.rng.IntN(5) > 0 {
		w.deliver(e)
	}
}

func (w *world) deliver(e *event) {
	w.t.Helper()
	before := ""
	if e.done && e.same {
		before = w.memo.Of("dump", w.dump)
	}
	err := e.run()
	known := err == nil
	for _, want := range typed {
		known = known || errors.Is(err, want)
	}
	if !known {
		w.t.Fatalf("%s: %v", e.name, err)
	}
	if before != "" && (err != nil || w.memo.Of("dump", w.dump) != before) {
		w.t.Fatalf("%s again: %v, or it changed something", e.name, err)
	}
	e.done = e.done || err == nil
	w.memo.Of("check", func() string {
		w.check(e.name)
		for _, expert := range w.experts {
			w.unlessBoth(e.name, expert)
		}
		return ""
	})
}

func (w *world) event() *event {
	switch n := w.rng.IntN(28); {
	case n < 1:
		return w.once("fund", w.funding(uuid.New(), w.minor(5000)))
	case n < 2:
		return w.once("allocate", w.allocation(uuid.New(), w.minor(60_000)))
	case n < 7:
		return w.holdEvent()
	case n < 10:
		id := w.pick(w.holds)
		return w.once("void", func() error { return w.void(id) })
	case n < 14:
		return w.earnEvent()
	case n < 18:
		id := w.pick(w.rewards)
		return w.once("release", func() error { return w.release(id) })
	case n < 19:
		id, refusal := w.pick(w.rewards), uuid.New()
		return w.once("refuse", func() error { return w.refuse(id, refusal) })
	case n < 20:
		return w.freezeEvent()
	case n < 24:
		return w.adjustment()
	default:
		return w.payoutEvent()
	}
}

// once is an event that has its effect once.
func (w *world) once(name string, run func() error) *event {
	return &event{name: name, run: run, same: true}
}

func (w *world) funding(id uuid.UUID, minor int64) func() error {
	return func() error { return w.fund(id, minor) }
}

func (w *world) allocation(id uuid.UUID, minor int64) func() error {
	return func() error { return w.allocate(id, minor) }
}

func (w *world) holdEvent() *event {
	id, reward, fee := uuid.New(), w.minor(9000), w.minor(900)-1
	w.holds = append(w.holds, id)
	return w.once("hold", func() error { return w.hold(id, reward, fee) })
}

func (w *world) earnEvent() *event {
	hold := w.pick(w.holds)
	parts := make([]payouts.NewReward, 1+w.rng.IntN(2))
	for i := range parts {
		parts[i] = w.reward(uuid.New(), w.pick(w.experts), w.minor(2500), w.minor(200)-1)
		parts[i].ReleaseAt = start.Add(10_000 * time.Hour)
		w.rewards = append(w.rewards, parts[i].ID)
	}
	return w.once("earn", func() error { return w.earn(hold, parts...) })
}

func (w *world) freezeEvent() *event {
	frozen := w.rng.IntN(3) == 0
	return &event{name: "freeze", run: func() error {
		return w.tx(func(ctx context.Context, tx *gorm.DB) error {
			if frozen {
				return payouts.FreezeBrandTx(ctx, tx, w.clock.now(), w.brand, "test")
			}
			return payouts.UnfreezeBrandTx(ctx, tx, w.clock.now(), w.brand)
		})
	}}
}

func (w *world) payoutEvent() *event {
	expert, request := w.pick(w.experts), uuid.New()
	period := fmt.Sprint(w.brand, w.rng.IntN(40))
	switch w.rng.IntN(5) {
	case 0:
		return w.once("request", func() error {
			defer w.paysWhatIsFree()()
			_, err := w.service.RequestPayout(context.Background(), expert, request)
			return err
		})
	case 1:
		return w.once("run", func() error {
			defer w.paysWhatIsFree()()
			_, err := w.service.CreateRun(context.Background(), period)
			return err
		})
	case 2:
		return w.once("instant request", func() error {
			defer w.paysWhatIsFree()()
			_, err := w.service.RequestInstantPayout(context.Background(), expert, request)
			return err
		})
	default:
		return &event{name: "process", run: func() error {
			w.clock.advance(time.Duration(w.rng.Int64N(int64(4 * time.Hour))))
			_, err := w.service.Process(context.Background(), 5)
			return err
		}}
	}
}

func (w *world) minor(below int64) int64 { return 1 + w.rng.Int64N(below) }

// pick is one of the ids, or an unknown one.
func (w *world) pick(ids []uuid.UUID) uuid.UUID {
	if len(ids) == 0 || w.rng.IntN(30) == 0 {
		return uuid.New()
	}
	recent := ids[max(0, len(ids)-12):]
	return recent[w.rng.IntN(len(recent))]
}
