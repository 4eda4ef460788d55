package earnings_test

import (
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/earnings"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

const why = "The bank has told us so."

// second is another operator.
func (b *bench) second() access.Caller {
	b.T.Helper()
	var p access.Person
	b.ok("create an operator", b.Store.InTx(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		p, err = b.Access.EnsureOperatorTx(b.Ctx(), tx, access.SystemCaller("test"), access.NewPerson{Name: "Otto Operator", Email: "otto@example.com"})
		return err
	}))
	return access.PersonCaller(p.ID)
}

func (b *bench) subject() uuid.UUID { return uuid.UUID(b.expert.Person) }

// suspend brings a line of the provider's books into suspense.
func (b *bench) suspend(line string, net int64) {
	b.T.Helper()
	b.ok("book", b.Store.InTx(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		_, err := payouts.BookTx(b.Ctx(), tx, b.Clock.Now(), sandbox.Label, payouts.BalanceTransaction{ID: line, Kind: "odd", Currency: "EUR", Gross: net, Net: net})
		return err
	}))
}

// Each act shows its posting first, is done when another operator agrees, posts
// what it showed, and leaves the books balanced.
func TestActsNeedTwo(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		work := b.earn(2)
		b.After(2 * week)
		otto := b.second()
		b.suspend("txn_odd", 900)
		for _, n := range []earnings.NewAct{
			{Kind: earnings.ActClawBack, Subject: work[0], Ground: earnings.GroundFraud},
			{Kind: earnings.ActBonus, Subject: b.subject(), Amount: eur(250)},
			{Kind: earnings.ActCreditLimit, Subject: uuid.UUID(b.Brand), Amount: eur(5000)},
			{Kind: earnings.ActCredit, Subject: uuid.UUID(b.Brand), Amount: eur(4000)},
			{Kind: earnings.ActWriteOffBrand, Subject: uuid.UUID(b.Brand), Amount: eur(1500)},
			{Kind: earnings.ActClearSuspense, Line: "txn_odd", Belongs: payouts.ToBank},
			{Kind: earnings.ActWithhold, Subject: b.subject(), Amount: eur(100)},
			{Kind: earnings.ActRemit, Amount: eur(60)},
		} {
			n.Reason = why
			var shown []payouts.PostedLine
			dbtest.Unchanged(t, b.DB, func() {
				lines, err := b.Earnings.PreviewAct(b.Ctx(), b.Operator, n)
				b.ok("preview "+string(n.Kind), err)
				shown = lines
			})
			id, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, n)
			b.ok("ask for "+string(n.Kind), err)
			alone := n.Kind == earnings.ActWithhold || n.Kind == earnings.ActRemit
			if !alone {
				if err := b.Earnings.AgreeToAct(b.Ctx(), b.Operator, id); !errors.Is(err, earnings.ErrOwnAct) {
					t.Errorf("%s, by who asked for it: %v", n.Kind, err)
				}
				b.ok("agree to "+string(n.Kind), b.Earnings.AgreeToAct(b.Ctx(), otto, id))
			}
			if err := b.Earnings.AgreeToAct(b.Ctx(), otto, id); !errors.Is(err, earnings.ErrActEnded) {
				t.Errorf("%s again: %v", n.Kind, err)
			}
			if n.Kind == earnings.ActClawBack {
				b.After(b.Program.Policies.Review.AppealWindow)
			}
			a, err := b.Earnings.Act(b.Ctx(), b.Operator, id)
			b.ok("read", err)
			if a.State != earnings.ActDone || a.Reason != why || (a.Posting == "") != (n.Kind == earnings.ActCreditLimit) {
				t.Errorf("%+v", a)
			}
			b.posted(a, shown)
			b.Balanced()
			if n.Kind == earnings.ActClearSuspense || n.Kind == earnings.ActClawBack {
				dbtest.Unchanged(t, b.DB, func() {
					if _, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, n); err == nil {
						t.Errorf("%s is asked for twice", n.Kind)
					}
				})
			}
		}
		if u, err := b.Earnings.Unsettled(b.Ctx(), b.Operator); err != nil || len(u.Suspended) != 0 || len(u.Debts) != 1 || !u.Debts[0].OfBrand() || u.Debts[0].Minor != 2500 {
			t.Errorf("%+v, %v", u, err)
		}
		audit, err := b.Insight.Audit(b.Ctx(), b.Operator, marketplace.Page{Limit: 50})
		b.ok("read the audit", err)
		said := map[string]int{}
		for _, act := range audit.Items {
			said[string(act.Kind)]++
		}
		if said["earnings.act_asked"] != 6 || said["earnings.act_done"] != 8 {
			t.Errorf("%v", said)
		}
	})
}

// posted compares an act's posting with what was shown of it.
func (b *bench) posted(a earnings.Act, shown []payouts.PostedLine) {
	b.T.Helper()
	var sum int64
	for _, l := range shown {
		sum += l.Minor
	}
	if sum != 0 || (len(shown) == 0) != (a.Posting == "") {
		b.T.Errorf("%s shows %+v", a.Kind, shown)
	}
	b.ok("read a posting", b.Store.Read(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		lines, err := payouts.PostedLinesTx(b.Ctx(), tx, a.Posting)
		if len(lines) != len(shown) {
			b.T.Errorf("%s posts %+v and showed %+v", a.Kind, lines, shown)
		}
		for i, l := range lines {
			if l != shown[i] {
				b.T.Errorf("%s posts %+v and showed %+v", a.Kind, l, shown[i])
			}
		}
		return err
	}))
}

func TestActsAreWithdrawnAndListed(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ask := func() earnings.ActID {
			id, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, earnings.NewAct{Kind: earnings.ActBonus, Subject: b.subject(), Amount: eur(250), Reason: why})
			b.ok("ask", err)
			return id
		}
		ids := []earnings.ActID{ask(), ask(), ask(), ask(), ask()}
		b.ok("withdraw", b.Earnings.WithdrawAct(b.Ctx(), b.Operator, ids[1]))
		if err := b.Earnings.AgreeToAct(b.Ctx(), b.second(), ids[1]); !errors.Is(err, earnings.ErrActEnded) {
			t.Errorf("agreed to what was withdrawn: %v", err)
		}
		list := func(state earnings.ActState) func(marketplace.Page) (marketplace.Listing[earnings.Act], error) {
			return func(p marketplace.Page) (marketplace.Listing[earnings.Act], error) {
				return b.Earnings.Acts(b.Ctx(), b.Operator, state, p)
			}
		}
		markettest.Paged(t, list(earnings.ActAsked), func(a earnings.Act) earnings.ActID { return a.ID }, ids[0], ids[2], ids[3], ids[4])
		if all := markettest.Walk(t, 2, list("")); len(all) != 5 {
			t.Errorf("%+v", all)
		}
	})
}

func TestActsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		good := earnings.NewAct{Kind: earnings.ActBonus, Subject: b.subject(), Amount: eur(250), Reason: why}
		with := func(edit func(*earnings.NewAct)) earnings.NewAct {
			n := good
			edit(&n)
			return n
		}
		dbtest.Unchanged(t, b.DB, func() {
			for name, n := range map[string]earnings.NewAct{
				"no kind":   with(func(n *earnings.NewAct) { n.Kind = "gift" }),
				"no reason": with(func(n *earnings.NewAct) { n.Reason = "because" }),
				"no amount": with(func(n *earnings.NewAct) { n.Amount = payouts.Money{} }),
				"nobody":    with(func(n *earnings.NewAct) { n.Subject = uuid.New() }),
				"a brand":   with(func(n *earnings.NewAct) { n.Kind, n.Subject = earnings.ActCredit, b.subject() }),
				"a clawback": with(func(n *earnings.NewAct) {
					n.Kind, n.Subject, n.Amount, n.Ground = earnings.ActClawBack, uuid.New(), payouts.Money{}, earnings.GroundFraud
				}),
				"a clawback for no reason of the list": with(func(n *earnings.NewAct) {
					n.Kind, n.Amount, n.Ground = earnings.ActClawBack, payouts.Money{}, "anger"
				}),
				"a bonus for fraud": with(func(n *earnings.NewAct) { n.Ground = earnings.GroundFraud }),
				"negative":          with(func(n *earnings.NewAct) { n.Amount.Minor = -1 }),
				"no suspense": with(func(n *earnings.NewAct) {
					n.Kind, n.Line, n.Belongs, n.Amount, n.Subject = earnings.ActClearSuspense, "x", payouts.ToBank, payouts.Money{}, uuid.Nil
				}),
				"a line that belongs nowhere": with(func(n *earnings.NewAct) {
					n.Kind, n.Line, n.Amount, n.Subject = earnings.ActClearSuspense, "x", payouts.Money{}, uuid.Nil
				}),
				"too much":          with(func(n *earnings.NewAct) { n.Kind, n.Amount = earnings.ActWithhold, eur(1_000_000) }),
				"all that there is": with(func(n *earnings.NewAct) { n.Amount.Minor = math.MaxInt64 }),
				"no such currency":  with(func(n *earnings.NewAct) { n.Amount.Currency = "eur" }),
				"credit without end": with(func(n *earnings.NewAct) {
					n.Kind, n.Subject, n.Amount.Minor = earnings.ActCreditLimit, uuid.UUID(b.Brand), 1e12+1
				}),
			} {
				_, looked := b.Earnings.PreviewAct(b.Ctx(), b.Operator, n)
				_, asked := b.Earnings.AskForAct(b.Ctx(), b.Operator, n)
				for _, err := range []error{looked, asked} {
					if !errors.Is(err, marketplace.ErrInvalid) && !errors.Is(err, marketplace.ErrNotFound) && !errors.Is(err, payouts.ErrNotFound) && !errors.Is(err, payouts.ErrInsufficientFunds) {
						t.Errorf("%s: %v", name, err)
					}
				}
			}
			for _, kind := range earnings.ActKinds {
				n := with(func(n *earnings.NewAct) { n.Kind, n.Amount = kind, eur(-1) })
				if kind == earnings.ActClawBack {
					n.Ground = earnings.GroundFraud
				}
				if _, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, n); !errors.Is(err, marketplace.ErrInvalid) {
					t.Errorf("%s of less than nothing is asked for: %v", kind, err)
				}
			}
			if _, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, with(func(n *earnings.NewAct) { n.Amount.Minor = 0 })); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("a bonus of nothing is asked for: %v", err)
			}
			nothing := with(func(n *earnings.NewAct) {
				n.Kind, n.Subject, n.Amount.Minor = earnings.ActCreditLimit, uuid.UUID(b.Brand), 0
			})
			if _, err := b.Earnings.PreviewAct(b.Ctx(), b.Operator, nothing); err != nil {
				t.Errorf("no more credit: %v", err)
			}
			for name, by := range map[string]access.Caller{"the owner": b.Owner, "an expert": b.expert, "the system": access.SystemCaller("test")} {
				_, err := b.Earnings.AskForAct(b.Ctx(), by, good)
				_, err2 := b.Earnings.PreviewAct(b.Ctx(), by, good)
				for _, err := range []error{err, err2, b.Earnings.AgreeToAct(b.Ctx(), by, earnings.ActID{}), b.Earnings.WithdrawAct(b.Ctx(), by, earnings.ActID{})} {
					if !errors.Is(err, marketplace.ErrForbidden) {
						t.Errorf("by %s: %v", name, err)
					}
				}
			}
		})
	})
}

// Sixteen agree at once, and one of them does it.
func TestOneAgrees(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, earnings.NewAct{Kind: earnings.ActBonus, Subject: b.subject(), Amount: eur(250), Reason: why})
		b.ok("ask", err)
		otto, errs := b.second(), make([]error, 16)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = b.Earnings.AgreeToAct(b.Ctx(), otto, id) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, earnings.ErrActEnded) {
				t.Errorf("%v", err)
			}
		}
		if got := b.stands(); won != 1 || got.Available != 250 {
			t.Errorf("%d did it: %+v", won, got)
		}
	})
}

func TestActsFailHalfway(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		work := b.earn(2)
		b.After(2 * week)
		otto := b.second()
		ask := func(n earnings.NewAct) (id earnings.ActID) {
			n.Reason = why
			if got := dbtest.Halfway(t, b.DB, func() (err error) {
				id, err = b.Earnings.AskForAct(b.Ctx(), b.Operator, n)
				return err
			}); got < 3 {
				t.Errorf("%d statements", got)
			}
			return id
		}
		ask(earnings.NewAct{Kind: earnings.ActWithhold, Subject: b.subject(), Amount: eur(100)})
		id, other := ask(earnings.NewAct{Kind: earnings.ActClawBack, Subject: work[0], Ground: earnings.GroundFraud}), ask(earnings.NewAct{Kind: earnings.ActClawBack, Subject: work[1], Ground: earnings.GroundMistake})
		dbtest.Halfway(t, b.DB, func() error { return b.Earnings.AgreeToAct(b.Ctx(), otto, id) })
		dbtest.Halfway(t, b.DB, func() error { return b.Earnings.WithdrawAct(b.Ctx(), otto, other) })
		b.Balanced()
	})
}

// Pay that was taken back after it was paid out is owed; of the payout that brought
// it two operators have it taken back, as far as it is owed, and no further.
func TestWhatIsOwedIsTakenBackOfAPayout(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		b.at(b.Clock.Now())
		work := b.earn(1)
		b.at(monday.Add(week))
		otto := b.second()
		agreed := func(n earnings.NewAct) {
			t.Helper()
			n.Reason = why
			id, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, n)
			b.ok("ask for "+string(n.Kind), err)
			b.ok("agree to "+string(n.Kind), b.Earnings.AgreeToAct(b.Ctx(), otto, id))
		}
		list, err := b.Earnings.Payouts(b.Ctx(), b.expert, marketplace.Page{Limit: 10})
		b.ok("list the payouts", err)
		if len(list.Items) != 1 || list.Items[0].State != payouts.PayoutSent {
			t.Fatalf("payouts %+v", list.Items)
		}
		of := earnings.NewAct{Kind: earnings.ActReverse, Subject: list.Items[0].ID, Amount: eur(400), Reason: why}
		refused := func(when string, n earnings.NewAct) {
			t.Helper()
			dbtest.Unchanged(t, b.DB, func() {
				_, asked := b.Earnings.AskForAct(b.Ctx(), b.Operator, n)
				_, shown := b.Earnings.PreviewAct(b.Ctx(), b.Operator, n)
				if !errors.Is(asked, marketplace.ErrInvalid) || !errors.Is(shown, marketplace.ErrInvalid) {
					t.Errorf("%s: %v, %v", when, asked, shown)
				}
			})
		}
		refused("nothing is owed", of)
		agreed(earnings.NewAct{Kind: earnings.ActClawBack, Subject: work[0], Ground: earnings.GroundFraud})
		b.at(b.Clock.Now().Add(b.Program.Policies.Review.AppealWindow))
		refused("more than is owed", earnings.NewAct{Kind: of.Kind, Subject: of.Subject, Amount: eur(1001), Reason: why})
		refused("another currency", earnings.NewAct{Kind: of.Kind, Subject: of.Subject, Amount: payouts.Money{Minor: 400, Currency: "USD"}, Reason: why})
		unknown := of
		unknown.Subject = uuid.New()
		missing := &payouts.NotFoundError{}
		if _, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, unknown); !errors.As(err, &missing) {
			t.Errorf("no payout: %v", err)
		}
		agreed(of)
		b.at(b.Clock.Now().Add(time.Hour))
		if u, err := b.Earnings.Unsettled(b.Ctx(), b.Operator); err != nil || len(u.Debts) != 1 || u.Debts[0].Minor != 600 {
			t.Errorf("after 4.00 of 10.00: %+v, %v", u, err)
		}
		refused("more than is still owed", earnings.NewAct{Kind: of.Kind, Subject: of.Subject, Amount: eur(601), Reason: why})
		agreed(earnings.NewAct{Kind: of.Kind, Subject: of.Subject, Amount: eur(600)})
		b.at(b.Clock.Now().Add(time.Hour))
		if u, err := b.Earnings.Unsettled(b.Ctx(), b.Operator); err != nil || len(u.Debts) != 0 {
			t.Errorf("after all of it: %+v, %v", u, err)
		}
		b.Balanced()
	})
}
