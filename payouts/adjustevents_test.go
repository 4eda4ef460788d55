package payouts_test

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts"
	"knowhow/payouts/ledger"
	"knowhow/payouts/sandbox"
)

// adjustment is money that moves otherwise than by work.
func (w *world) adjustment() *event {
	id, expert := uuid.New(), w.pick(w.experts)
	switch w.rng.IntN(13) {
	case 0, 1:
		reward, decision := w.pick(w.rewards), uuid.New()
		return w.once("claw back", func() error { return w.clawBack(reward, decision) })
	case 2:
		b := payouts.Bonus{ID: id, Expert: expert, By: uuid.New(), Amount: eur(w.minor(900))}
		if w.rng.IntN(2) == 0 {
			b.Brand, b.Program = w.brand, w.program
		}
		return w.once("bonus", func() error { return w.bonus(b) })
	case 3:
		n := w.newDispute(id, w.minor(60_000))
		w.disputes = append(w.disputes, id)
		return w.once("dispute", func() error { return w.dispute(n) })
	case 4, 5:
		dispute, won := w.pick(w.disputes), w.rng.IntN(2) == 0
		return w.once("decide", func() error {
			if won {
				return w.win(dispute)
			}
			return w.lose(dispute)
		})
	case 6:
		minor, limit := w.minor(4000), w.minor(20_000)
		return w.once("credit", func() error {
			l := payouts.CreditLimit{ID: uuid.NewSHA1(id, nil), BrandID: w.brand, Currency: "EUR", LimitMinor: limit, SignedBy: id}
			if err := w.sign(l); err != nil {
				return err
			}
			return w.onCredit(id, minor)
		})
	case 7:
		minor := w.minor(500)
		return w.once("withhold", func() error { return w.withhold(id, expert, minor) })
	case 8:
		x := payouts.Exchange{ID: id, Brand: w.brand, From: eur(w.minor(3000)), To: "JPY", Rate: payouts.Rate{Num: w.minor(300), Den: w.minor(9)}}
		return w.once("exchange", func() error { return w.exchange(x) })
	case 9:
		return w.bookEvent(id.String())
	case 10, 11:
		return w.asideEvent()
	default:
		return w.clearEvent(expert)
	}
}

// asideEvent begins or ends the one decision about a reward that can be appealed.
func (w *world) asideEvent() *event {
	reward := w.pick(w.rewards)
	decision := uuid.NewSHA1(reward, []byte("decision"))
	switch w.rng.IntN(4) {
	case 0:
		return w.once("leave", func() error { return w.leave(reward, decision) })
	case 1:
		return w.once("take", func() error { return w.clawBack(reward, decision) })
	default:
		return w.once("set aside", func() error {
			defer w.setsAsideWhatIsThere()()
			return w.setAside(reward, decision)
		})
	}
}

// purse is what an expert has available, and is set aside of it; and all of their
// payouts, with what instant ones cost.
type purse struct{ available, aside, paid int64 }

func (w *world) purses() map[uuid.UUID]purse {
	w.t.Helper()
	purses := make(map[uuid.UUID]purse, len(w.experts))
	for _, expert := range w.experts {
		p := purse{available: w.balance(ledger.ExpertAvailable, expert, "EUR"), aside: w.asides(expert)}
		w.must(w.db.Raw(`SELECT CAST(COALESCE((SELECT SUM(amount_minor) FROM payouts WHERE expert_id = ?), 0) +
			COALESCE((SELECT SUM(fee_minor) FROM payout_orders WHERE kind = 'instant' AND owner_id = ?), 0) AS bigint)`, expert, expert).Scan(&p.paid).Error)
		purses[expert] = p
	}
	return purses
}

// paysWhatIsFree is called before payouts are made; what it returns, after, fails the
// test where somebody was paid more than they had and was not set aside.
func (w *world) paysWhatIsFree() func() {
	before := w.purses()
	return func() {
		w.t.Helper()
		for expert, now := range w.purses() {
			was := before[expert]
			if paid := now.paid - was.paid; paid > max(0, was.available-was.aside) {
				w.t.Fatalf("%d are paid out of %d with %d set aside", paid, was.available, was.aside)
			}
		}
	}
}

// setsAsideWhatIsThere is the same of something being set aside: no more than there
// is, so that no later pay is kept back for it.
func (w *world) setsAsideWhatIsThere() func() {
	before := w.purses()
	return func() {
		w.t.Helper()
		for expert, now := range w.purses() {
			was := before[expert]
			if set := now.aside - was.aside; set > max(0, was.available-was.aside) {
				w.t.Fatalf("%d more are set aside of %d with %d set aside", set, was.available, was.aside)
			}
		}
	}
}

// bookEvent is a line of the provider's books that we have not caused.
func (w *world) bookEvent(id string) *event {
	kinds := []payouts.EntryKind{payouts.EntryFee, payouts.EntryBank, payouts.EntryReserve, payouts.EntryOther}
	l := line(id, kinds[w.rng.IntN(len(kinds))], w.minor(400)-201)
	w.lines = append(w.lines, id)
	return w.once("book", func() error { return w.book(l) })
}

// clearEvent explains a line that may be in suspense, or gives a debt up.
func (w *world) clearEvent(expert uuid.UUID) *event {
	if len(w.lines) == 0 {
		off := payouts.WriteOff{ID: uuid.New(), By: w.brand, Amount: eur(w.minor(300))}
		return w.once("write off", func() error {
			return w.at(func(ctx context.Context, tx *gorm.DB, at now) error { return payouts.WriteOffBrandTx(ctx, tx, at, off) })
		})
	}
	x := payouts.Explanation{Provider: sandbox.Label, Line: w.lines[w.rng.IntN(len(w.lines))], To: payouts.ToWriteoff, By: uuid.New()}
	if w.rng.IntN(2) == 0 {
		x.To, x.Owner = payouts.ToExpert, expert
	}
	return w.once("clear", func() error { return w.clearUp(x) })
}
