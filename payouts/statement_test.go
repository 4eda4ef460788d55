package payouts_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/ledger"
)

// Whatever happens to experts' money, in whatever order, their statements are the
// ledger: each begins as the one before ended, adds up line by line, and the last
// ends at the balances; a year is its months.
func TestStatementsAreTheLedger(t *testing.T) {
	for first := uint64(0); first < uint64(dbtest.Loops(2, 80)); first += 2 {
		dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
			for seed := first; seed < first+2; seed++ {
				t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
					w := newWorld(t, db, seed+900)
					for range 30 {
						w.step()
						for range 3 {
							w.happen(w.moneyEvent())
						}
						w.clock.advance(time.Duration(w.rng.Int64N(int64(90 * time.Hour))))
					}
					w.sandbox.Fault = nil
					w.settle()
					w.oneOfEach(w.experts[0])
					seen := map[payouts.LineKind]bool{}
					for _, expert := range w.experts {
						w.statements(expert, seen)
					}
					for _, kind := range payouts.LineKinds[:len(payouts.LineKinds)-1] {
						if back := kind == payouts.LinePayoutBack || kind == payouts.LineInstantFeeBack || kind == payouts.LineReversed; !seen[kind] && !back {
							t.Errorf("no line of %s, only %v", kind, seen)
						}
					}
				})
			}
		})
	}
}

// oneOfEach has an expert's money moved by every verb that can fail in the
// random events for want of something.
func (w *world) oneOfEach(expert uuid.UUID) {
	w.t.Helper()
	w.must(w.at(func(ctx context.Context, tx *gorm.DB, at now) error {
		return payouts.UnfreezeBrandTx(ctx, tx, at, w.brand)
	}))
	w.must(w.fund(uuid.New(), 400_000))
	w.must(w.allocate(uuid.New(), 100_000))
	w.must(w.refuse(w.earned(expert, 700, 10), uuid.New()))
	if owed := w.balance(ledger.ExpertOwes, expert, "EUR"); owed > 0 {
		w.must(w.forgive(expert, owed))
	}
	w.must(w.release(w.earned(expert, 9000, 10)))
	w.must(w.bonus(payouts.Bonus{ID: uuid.New(), Expert: expert, By: uuid.New(), Amount: eur(40)}))
	w.must(w.withhold(uuid.New(), expert, 30))
	_, err := w.service.RequestInstantPayout(context.Background(), expert, uuid.New())
	w.must(err)
	w.settle()
	taken := w.earned(expert, 2000, 10)
	w.must(w.release(taken))
	w.must(w.withhold(uuid.New(), expert, w.balance(ledger.ExpertAvailable, expert, "EUR"))) // so that all of it is owed
	w.must(w.clawBack(taken, uuid.New()))
	w.must(w.bonus(payouts.Bonus{ID: uuid.New(), Expert: expert, By: uuid.New(), Amount: eur(50)})) // pays of it
	w.must(w.forgive(expert, 1+w.rng.Int64N(400)))
}

func (b *bank) forgive(expert uuid.UUID, minor int64) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error {
		return payouts.WriteOffExpertTx(ctx, tx, at, payouts.WriteOff{ID: uuid.New(), By: expert, Amount: eur(minor)})
	})
}

// happen is deliver without proving everything after it.
func (w *world) happen(e *event) {
	w.t.Helper()
	err := e.run()
	for _, want := range typed {
		if errors.Is(err, want) {
			return
		}
	}
	w.must(err)
}

// moneyEvent is what moves experts' money, more often than among all events.
func (w *world) moneyEvent() *event {
	id, expert := uuid.New(), w.pick(w.experts)
	switch w.rng.IntN(8) {
	case 0, 1, 2:
		minor, later := 1000+w.minor(3000), w.rng.IntN(3) == 0
		return w.once("work", func() error {
			unfreeze := func(ctx context.Context, tx *gorm.DB, at now) error {
				return payouts.UnfreezeBrandTx(ctx, tx, at, w.brand)
			}
			if err := errors.Join(w.at(unfreeze), w.hold(id, minor, 100)); err != nil {
				return err
			}
			reward := w.reward(uuid.NewSHA1(id, nil), expert, minor, 100)
			w.rewards = append(w.rewards, reward.ID)
			if err := w.earn(id, reward); err != nil || later {
				return err
			}
			return w.release(reward.ID)
		})
	case 3:
		return w.payoutEvent()
	case 4:
		return w.once("instant", func() error {
			_, err := w.service.RequestInstantPayout(context.Background(), expert, id)
			return err
		})
	case 5:
		off := payouts.WriteOff{ID: id, By: expert, Amount: eur(w.minor(300))}
		return w.once("forgive", func() error {
			return w.at(func(ctx context.Context, tx *gorm.DB, at now) error {
				return payouts.WriteOffExpertTx(ctx, tx, at, off)
			})
		})
	case 6:
		minor := w.minor(2000)
		return w.once("reverse", func() error {
			var paid []payouts.Payout
			err := w.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
				paid, err = payouts.PayoutsOf(ctx, tx, expert, 1)
				return err
			})
			if err != nil || len(paid) == 0 {
				return err
			}
			return w.reverse(id, paid[0].ID, minor)
		})
	default:
		reward, decision := w.pick(w.rewards), uuid.New()
		return w.once("claw back", func() error { return w.clawBack(reward, decision) })
	}
}

// statements proves the statements of an expert, and collects the kinds of lines.
func (w *world) statements(expert uuid.UUID, seen map[payouts.LineKind]bool) {
	w.t.Helper()
	var since []payouts.ExpertMonths
	w.must(w.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
		since, err = payouts.MonthsTx(ctx, tx, expert)
		return err
	}))
	entries := w.count("SELECT COUNT(*) FROM ledger_accounts WHERE owner_id = ?", expert)
	if (entries == 0) != (len(since) == 0) {
		w.t.Fatalf("%d accounts, months %v", entries, since)
	}
	for _, of := range since {
		before, last := payouts.Standing{}, payouts.MonthOf(w.clock.now())
		for m := of.First; !m.After(last.Time); m = m.Next() {
			s := w.statement(expert, of.Currency, m)
			if s.Opening != before || m == of.First && len(s.Lines) == 0 {
				w.t.Fatalf("%s: %+v opens after %+v", m, s, before)
			}
			sum := s.Opening
			for _, l := range s.Lines {
				if payouts.MonthOf(l.At) != m || l.Standing == (payouts.Standing{}) {
					w.t.Fatalf("%s: line %+v", m, l)
				}
				sum, seen[l.Kind] = sum.Plus(l.Standing), true
			}
			if sum != s.Closing || s.Closing.Pending < 0 || s.Closing.Available < 0 || s.Closing.Owed < 0 {
				w.t.Fatalf("%s: %+v, its lines come to %+v", m, s, sum)
			}
			if want := w.stoodAt(expert, of.Currency, m.Next().Time); want != s.Closing {
				w.t.Fatalf("%s closes at %+v, the accounts stood at %+v", m, s.Closing, want)
			}
			before = s.Closing
		}
		balances := payouts.Standing{
			Pending:   w.balance(ledger.ExpertPending, expert, of.Currency),
			Available: w.balance(ledger.ExpertAvailable, expert, of.Currency),
			Owed:      w.balance(ledger.ExpertOwes, expert, of.Currency),
		}
		if before != balances {
			w.t.Fatalf("the statements end at %+v, the ledger at %+v", before, balances)
		}
		w.year(expert, of.Currency, balances)
	}
}

func (w *world) statement(expert uuid.UUID, c payouts.Currency, m payouts.Month) (s payouts.Statement) {
	w.t.Helper()
	w.must(w.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
		s, err = payouts.StatementTx(ctx, tx, w.clock.now(), expert, c, m)
		return err
	}))
	return s
}

// stoodAt is what the entries themselves say of the accounts' balances at a time.
func (w *world) stoodAt(expert uuid.UUID, c payouts.Currency, at time.Time) payouts.Standing {
	last := func(kind ledger.Kind) int64 {
		return w.count(`SELECT COALESCE((SELECT e.balance_after FROM ledger_entries AS e JOIN ledger_postings AS p ON p.id = e.posting_id
			WHERE e.account_id = ? AND p.posted_at < ? ORDER BY e.version DESC LIMIT 1), 0)`, ledger.Account{Kind: kind, Owner: expert, Currency: c}.ID(), at)
	}
	return payouts.Standing{Pending: last(ledger.ExpertPending), Available: last(ledger.ExpertAvailable), Owed: last(ledger.ExpertOwes)}
}

func (w *world) year(expert uuid.UUID, c payouts.Currency, closing payouts.Standing) {
	w.t.Helper()
	var y payouts.Year
	w.must(w.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
		y, err = payouts.YearTx(ctx, tx, w.clock.now(), expert, c, w.clock.now().Year())
		return err
	}))
	sum, months := y.Opening, y.Opening
	for _, s := range y.Sums {
		sum = sum.Plus(s)
	}
	for _, m := range y.Months {
		if m.Opening != months {
			w.t.Fatalf("%s opens at %+v after %+v", m.Month, m.Opening, months)
		}
		for _, s := range m.Sums {
			months = months.Plus(s)
		}
		if s := w.statement(expert, c, m.Month); s.Closing != m.Closing || m.Closing != months || len(s.Sums()) != len(m.Sums) {
			w.t.Fatalf("%s of the year %+v, its statement %+v", m.Month, m, s)
		}
	}
	if sum != y.Closing || months != y.Closing || y.Closing != closing {
		w.t.Fatalf("the year %+v ends at %+v and not at %+v", y, sum, closing)
	}
}

func (b *bank) count(query string, args ...any) (n int64) {
	b.t.Helper()
	b.must(b.db.Raw(query, args...).Scan(&n).Error)
	return n
}

// A statement tells of each piece of work, also where several were earned at once,
// and is final an hour after its month.
func TestStatementTellsOfTheWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		w := &world{bank: newBank(t, db)}
		expert := w.payee(2000)
		hold, one, two := uuid.New(), uuid.New(), uuid.New()
		w.must(w.hold(hold, 1500, 100))
		handoff := w.reward(two, expert, 300, 20)
		handoff.Kind = payouts.ForHandoff
		w.must(w.earn(hold, w.reward(one, expert, 1200, 80), handoff))
		bonus := payouts.Bonus{ID: uuid.New(), Brand: w.brand, Program: w.program, Expert: expert, By: uuid.New(), Amount: eur(70)}
		w.must(w.bonus(bonus))
		request := uuid.New()
		_, err := w.service.RequestInstantPayout(context.Background(), expert, request)
		w.must(err)
		month := payouts.MonthOf(start)
		s := w.statement(expert, "EUR", month)
		kinds := map[payouts.LineKind]payouts.Standing{
			payouts.LineEarned: {Pending: 3500}, payouts.LineReleased: {Pending: -2000, Available: 2000}, payouts.LineBonus: {Available: 70},
			payouts.LinePayout: {Available: -2049}, payouts.LineInstantFee: {Available: -21},
		}
		sums := s.Sums()
		for kind, want := range kinds {
			if sums[kind] != want {
				t.Errorf("%s comes to %+v, want %+v", kind, sums[kind], want)
			}
		}
		if len(sums) != len(kinds) || len(s.Lines) != 7 || s.Final || s.Closing.Total() != 1500 {
			t.Errorf("statement %+v", s)
		}
		told := map[uuid.UUID]payouts.StatementLine{}
		for _, l := range s.Lines {
			told[l.Subject] = l
		}
		if l := told[one]; l.Pending != 1200 || l.Work != payouts.ForAssignment || l.Program != w.program {
			t.Errorf("the answer: %+v", l)
		}
		if l := told[two]; l.Pending != 300 || l.Work != payouts.ForHandoff {
			t.Errorf("the handoff: %+v", l)
		}
		if l := told[bonus.ID]; l.Available != 70 || l.Program != w.program || l.Work != "" {
			t.Errorf("the bonus: %+v", l)
		}
		if other := w.statement(uuid.New(), "EUR", month); len(other.Lines) != 0 || other.Closing != (payouts.Standing{}) {
			t.Errorf("somebody else's: %+v", other)
		}
		w.clock.advance(month.Next().Sub(w.clock.now()) + time.Hour - time.Second)
		if s := w.statement(expert, "EUR", month); s.Final {
			t.Error("final too early")
		}
		w.clock.advance(time.Second)
		if s := w.statement(expert, "EUR", month); !s.Final {
			t.Error("not final an hour later")
		}
	})
}

func TestMonthsAreRead(t *testing.T) {
	m, err := payouts.ParseMonth("2026-12")
	if err != nil || m.String() != "2026-12" || m.Next().String() != "2027-01" || m != payouts.MonthOf(time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC)) {
		t.Errorf("%s, %v", m, err)
	}
	if late := payouts.MonthOf(time.Date(2027, 1, 1, 1, 0, 0, 0, time.FixedZone("", 7200))); late != m {
		t.Errorf("the month is %s in UTC", late)
	}
	for _, bad := range []string{"", "2026", "2026-13", "2026-1", "2026-01-01", "x"} {
		if _, err := payouts.ParseMonth(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
