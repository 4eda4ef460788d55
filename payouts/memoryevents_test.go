package payouts

import (
	"fmt"

	"github.com/google/uuid"

	"knowhow/payouts/ledger"
)

// next is something new, about what is there.
func (m *memory) next() *happening {
	makers := []struct {
		weight int
		make   func() *happening
	}{
		{2, func() *happening { return m.fund(m.minor(8000), m.minor(50)-1) }},
		{1, func() *happening { return m.allocate(m.minor(60_000)) }},
		{1, func() *happening { return m.giveBack(m.minor(3000)) }},
		{10, m.hold}, {2, m.void}, {8, m.earn}, {8, m.release}, {3, m.refuse}, {2, m.clawBack}, {2, m.bonus},
		{1, m.dispute}, {2, m.decide}, {1, m.credit}, {1, m.withhold}, {1, m.exchange}, {3, m.book}, {1, m.clear},
		{1, m.writeOff}, {4, m.pay}, {6, m.paid}, {1, m.refund}, {2, m.refunded}, {1, m.reverse},
	}
	total := 0
	for _, k := range makers {
		total += k.weight
	}
	n := m.draw(total)
	for _, k := range makers {
		if n -= k.weight; n < 0 {
			return k.make()
		}
	}
	panic("no happening")
}

func (m *memory) fund(gross, fee int64) *happening {
	f := Funding{ID: m.id(), Brand: m.brand, Provider: mirrored, Gross: m.euros(gross), Fee: m.euros(fee)}
	return &happening{name: "fund", run: func() error {
		net, err := f.check()
		if err != nil {
			return err
		}
		debt := min(net.Minor, m.balance(ledger.BrandOwes, f.Brand))
		posted, err := m.post(f.posting(m.at, f.entries(m.mirror(), net, debt)))
		if posted {
			m.move("funding "+f.ID.String(), net.Minor)
		}
		return err
	}}
}

func (m *memory) allocate(minor int64) *happening {
	a := Allocation{ID: m.id(), Brand: m.brand, Program: m.program, Amount: m.euros(minor)}
	return m.posting("allocate", a.posting("allocate", m.at,
		ledger.Move(account(ledger.BrandWallet, m.brand, "EUR"), account(ledger.ProgramBudget, m.program, "EUR"), minor)))
}

func (m *memory) giveBack(minor int64) *happening {
	a := Allocation{ID: m.id(), Brand: m.brand, Program: m.program, Amount: m.euros(minor)}
	return m.posting("give back", a.posting("deallocate", m.at,
		ledger.Move(account(ledger.ProgramBudget, m.program, "EUR"), account(ledger.BrandWallet, m.brand, "EUR"), minor)))
}

func (m *memory) posting(name string, p ledger.Posting) *happening {
	return &happening{name: name, run: func() error {
		_, err := m.post(p)
		return err
	}}
}

func (m *memory) hold() *happening {
	n := NewHold{ID: m.id(), Brand: m.brand, Program: m.program, Question: m.id(), Reward: m.euros(m.minor(2500)), Fee: m.euros(m.minor(500) - 1)}
	return &happening{name: "hold", run: func() error {
		h, err := n.hold(m.at)
		if err != nil {
			return err
		}
		posted, err := m.post(h.posting("hold", m.at, h.holding()))
		if posted {
			m.holds = append(m.holds, &h)
		}
		return err
	}}
}

func (m *memory) void() *happening {
	h, ok := pick(m, m.holds)
	if !ok {
		return m.hold()
	}
	return &happening{name: "void", run: func() error {
		if h.State == HoldVoided {
			return nil
		}
		if h.State != HoldOpen {
			return h.refuse("void")
		}
		if _, err := m.post(h.posting("void", m.at, h.voiding())); err != nil {
			return err
		}
		h.State, h.ReturnedMinor = HoldVoided, h.AuthorisedMinor
		return nil
	}}
}

func (m *memory) earn() *happening {
	h, ok := pick(m, m.holds)
	if !ok {
		return m.hold()
	}
	parts := make([]NewReward, 1+m.draw(2))
	for i := range parts {
		parts[i] = NewReward{
			ID: m.id(), Expert: m.experts[m.draw(3)], Amount: m.euros(m.minor(2000)), Fee: m.euros(m.minor(300) - 1), ReleaseAt: m.at.AddDate(1, 0, 0),
		}
	}
	return &happening{name: "earn", run: func() error {
		rows, total, err := h.rewards(m.at, parts)
		if err != nil {
			return err
		}
		switch h.State {
		case HoldVoided:
			return h.refuse("earn")
		case HoldEarned:
			var found []Reward
			for _, r := range m.rewards {
				if r.HoldID == h.ID {
					found = append(found, *r)
				}
			}
			if !sameRewards(found, rows) {
				return ErrKeyReused
			}
			return nil
		}
		if err := h.covers(m.at, rows, total); err != nil {
			return err
		}
		if _, err := m.post(h.posting("earn", m.at, h.earning(rows, total))); err != nil {
			return err
		}
		h.State, h.EarnedMinor, h.ReturnedMinor = HoldEarned, total, h.AuthorisedMinor-total
		for _, r := range rows {
			m.rewards = append(m.rewards, &r)
		}
		return nil
	}}
}

func (m *memory) release() *happening {
	return m.reward("release", RewardReleased, func(r *Reward) []ledger.Entry {
		r.NettedMinor = min(r.AmountMinor, m.balance(ledger.ExpertOwes, r.ExpertID))
		return r.releasing(r.NettedMinor)
	})
}

func (m *memory) refuse() *happening {
	return m.reward("refuse", RewardRefused, func(r *Reward) []ledger.Entry { return r.refusing() })
}

// reward ends a pending reward.
func (m *memory) reward(verb string, to RewardState, entries func(r *Reward) []ledger.Entry) *happening {
	r, ok := pick(m, m.rewards)
	if !ok {
		return m.hold()
	}
	return &happening{name: verb, run: func() error {
		if r.State == to {
			return nil
		}
		if r.State != RewardPending {
			return r.refuse(verb)
		}
		if _, err := m.post(r.posting(verb, m.at, entries(r))); err != nil {
			return err
		}
		r.State = to
		return nil
	}}
}

func (m *memory) clawBack() *happening {
	r, ok := pick(m, m.rewards)
	if !ok {
		return m.hold()
	}
	decision := m.id()
	return &happening{name: "claw back", run: func() error {
		before, clawed := m.clawed[r.ID]
		switch {
		case clawed && before.DecisionID != decision:
			return ErrKeyReused
		case clawed:
			return nil
		case r.State != RewardReleased:
			return r.refuse("claw back")
		}
		c := Clawback{RewardID: r.ID, DecisionID: decision, DebtMinor: max(0, r.AmountMinor-m.balance(ledger.ExpertAvailable, r.ExpertID))}
		if _, err := m.post(c.posting(m.at, *r)); err != nil {
			return err
		}
		m.clawed[r.ID] = c
		return nil
	}}
}

func (m *memory) bonus() *happening {
	b := Bonus{ID: m.id(), Expert: m.experts[m.draw(3)], By: m.id(), Amount: m.euros(m.minor(700))}
	if m.draw(2) == 0 {
		b.Brand, b.Program = m.brand, m.program
	}
	return &happening{name: "bonus", run: func() error {
		posted, err := m.post(ledger.Posting{Key: "bonus:" + b.ID.String() + ":grant", Kind: "bonus", At: m.at, Near: b.ID, Entries: b.entries()})
		if posted {
			m.bonuses = append(m.bonuses, b)
		}
		return m.credited("bonus:"+b.ID.String(), posted, b.Expert, err)
	}}
}

func (m *memory) dispute() *happening {
	n := NewDispute{ID: m.id(), Brand: m.brand, Provider: mirrored, Amount: m.euros(m.minor(9000)), Fee: m.euros(1500)}
	return &happening{name: "dispute", run: func() error {
		d, mirror, err := n.dispute(m.at)
		if err != nil {
			return err
		}
		posted, err := m.post(d.posting("open", m.at, d.opening(mirror)))
		if posted {
			m.disputes = append(m.disputes, &d)
			m.move("dispute "+d.ID.String(), -d.AmountMinor-d.FeeMinor)
		}
		return err
	}}
}

// decide wins or loses a dispute.
func (m *memory) decide() *happening {
	d, ok := pick(m, m.disputes)
	if !ok {
		return m.dispute()
	}
	verb, to := "win", DisputeWon
	if m.draw(2) == 0 {
		verb, to = "lose", DisputeLost
	}
	return &happening{name: verb, run: func() error {
		if d.State == to {
			return nil
		}
		if d.State != DisputeOpen {
			return d.refuse(verb)
		}
		entries, owed := ledger.Move(m.mirror(), d.account(), d.AmountMinor), int64(0)
		if to == DisputeLost {
			for _, o := range m.refunds {
				if o.State == PayoutCreated {
					if err := m.failed(o); err != nil {
						return err
					}
				}
			}
			from := []ledger.Account{account(ledger.BrandWallet, m.brand, "EUR"), account(ledger.ProgramBudget, m.program, "EUR")}
			entries, owed = d.losing(from, []Money{m.euros(m.ledger.Balance(from[0])), m.euros(m.ledger.Balance(from[1]))})
		}
		if _, err := m.post(d.posting(verb, m.at, entries)); err != nil {
			return err
		}
		if d.State, d.OwedMinor = to, owed; to == DisputeWon {
			m.move("won "+d.ID.String(), d.AmountMinor)
		}
		return nil
	}}
}

func (m *memory) credit() *happening {
	c := Credit{ID: m.id(), Brand: m.brand, Amount: m.euros(m.minor(4000))}
	p := ledger.Posting{Key: "credit:" + c.ID.String(), Kind: "credit", At: m.at, Entries: c.entries()}
	limit := m.minor(20_000)
	posted := false
	return &happening{name: "credit", run: func() error {
		if !posted && c.Amount.Minor > limit-m.balance(ledger.BrandOwes, m.brand) {
			return ErrCreditLimit
		}
		_, err := m.post(p)
		posted = posted || err == nil
		return err
	}}
}

func (m *memory) withhold() *happening {
	w := Withholding{ID: m.id(), Expert: m.experts[m.draw(3)], Amount: m.euros(m.minor(600))}
	return &happening{name: "withhold", run: func() error {
		posted, err := m.post(ledger.Posting{Key: "withholding:" + w.ID.String() + ":withhold", Kind: "withhold", At: m.at, Entries: w.entries()})
		if posted {
			m.withheld = append(m.withheld, w)
		}
		return err
	}}
}

func (m *memory) exchange() *happening {
	x := Exchange{ID: m.id(), Brand: m.brand, From: m.euros(m.minor(3000)), To: "JPY", Rate: Rate{Num: m.minor(300), Den: m.minor(9)}}
	return &happening{name: "exchange", run: func() error {
		got, err := x.check()
		if err != nil {
			return err
		}
		posted, err := m.post(ledger.Posting{Key: "exchange:" + x.ID.String(), Kind: "exchange", At: m.at, Entries: x.entries(got)})
		if posted {
			m.exchanged["EUR"] += x.From.Minor
			m.exchanged["JPY"] -= got.Minor
		}
		return err
	}}
}

// book is a line of the provider's books that we have not caused.
func (m *memory) book() *happening {
	kinds := []EntryKind{EntryFee, EntryBank, EntryReserve, EntryOther, EntryTransfer}
	e := BalanceTransaction{ID: "txn_" + m.id().String(), Kind: kinds[m.draw(len(kinds))], Currency: "EUR", Gross: m.minor(400) - 201, Fee: m.minor(20) - 1}
	e.Net = e.Gross - e.Fee
	return &happening{name: "book " + string(e.Kind), run: func() error {
		entries, kind, err := e.booking(mirrored)
		if err != nil {
			return err
		}
		posted, err := m.post(ledger.Posting{Key: bookingKey(mirrored, e.ID), Kind: kind, At: m.at, Entries: entries})
		if posted {
			m.move(e.ID, e.Net)
			if kind == "suspend" && e.Gross != 0 {
				m.suspended = append(m.suspended, e)
			}
		}
		return err
	}}
}

// clear explains a line in suspense.
func (m *memory) clear() *happening {
	e, ok := pick(m, m.suspended)
	if !ok {
		return m.book()
	}
	x := Explanation{Provider: mirrored, Line: e.ID, By: m.id()}
	switch m.draw(4) {
	case 0:
		x.To, x.Owner = ToWallet, m.brand
	case 1:
		x.To, x.Owner = ToExpert, m.experts[m.draw(3)]
	case 2:
		x.To = ToFees
	default:
		x.To = ToWriteoff
	}
	in := ledger.Entry{Account: account(ledger.Suspense, uuid.Nil, "EUR"), Minor: e.Gross}
	return &happening{name: "clear " + string(x.To), run: func() error {
		if err := x.check(); err != nil {
			return err
		}
		posted, err := m.post(ledger.Posting{
			Key: bookingKey(mirrored, e.ID) + ":clear", Kind: "clear_suspense", At: m.at,
			Entries: x.entries(in, e.Fee), About: fmt.Sprint(x),
		})
		if posted {
			m.cleared[e.ID] = true
		}
		return m.credited(e.ID, posted && x.To == ToExpert, x.Owner, err)
	}}
}

func (m *memory) writeOff() *happening {
	minor := m.minor(300)
	return m.posting("write off", ledger.Posting{
		Key: "write_off:" + m.id().String(), Kind: "write_off", At: m.at,
		Entries: ledger.Move(account(ledger.ChargebackLoss, uuid.Nil, "EUR"), account(ledger.BrandOwes, m.brand, "EUR"), minor),
	})
}
