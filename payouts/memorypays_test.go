package payouts

import (
	"slices"

	"knowhow/payouts/ledger"
)

// pay makes a payout of what an expert has.
func (m *memory) pay() *happening {
	expert, id := m.experts[m.draw(3)], m.id()
	return &happening{name: "pay", run: func() error {
		if slices.ContainsFunc(m.payouts, func(p *Payout) bool { return p.ID == id }) {
			return nil
		}
		p := &Payout{ID: id, ExpertID: expert, Currency: "EUR", AmountMinor: m.balance(ledger.ExpertAvailable, expert), State: PayoutCreated}
		if p.AmountMinor < 1000 {
			return ErrBelowMinimum
		}
		_, err := m.post(p.posting("intend", m.at, ledger.Move(p.available(), p.inTransit(), p.AmountMinor)))
		if err == nil {
			m.payouts = append(m.payouts, p)
		}
		return err
	}}
}

// paid is the provider's answer to a payout, or a word of it that comes late.
func (m *memory) paid() *happening {
	p, ok := pick(m, m.payouts)
	if !ok {
		return m.pay()
	}
	verb, to, into := "send", PayoutSent, m.mirror()
	if m.draw(3) == 0 {
		verb, to, into = "fail", PayoutFailed, p.available()
	}
	return &happening{name: verb, run: func() error {
		if p.State == to {
			return nil
		}
		if p.State == PayoutSent || p.State == PayoutFailed {
			return &StateError{Noun: "payout", ID: p.ID, State: string(p.State), Verb: verb}
		}
		if _, err := m.post(p.posting(verb, m.at, ledger.Move(p.inTransit(), into, p.AmountMinor))); err != nil {
			return err
		}
		if p.State = to; to == PayoutSent {
			m.transfers[p.ID]++
			m.move("transfer "+p.ID.String(), -p.AmountMinor)
		}
		return m.credited("payout:"+p.ID.String(), to == PayoutFailed, p.ExpertID, nil)
	}}
}

// order posts a step of an order by its kind's rule.
func (m *memory) order(o *Order, verb string, entries func(Order, ledger.Account) []ledger.Entry) error {
	_, err := m.post(ledger.Posting{Key: o.postingKey(verb), Kind: string(o.Kind) + "_" + verb, At: m.at, Entries: entries(*o, m.mirror()), Near: o.ID})
	return err
}

func (m *memory) refund() *happening {
	o := &Order{ID: m.id(), Kind: MoveRefund, OwnerID: m.brand, Currency: "EUR", AmountMinor: m.minor(2000), State: PayoutCreated}
	made := false
	return &happening{name: "refund", run: func() error {
		if made {
			return nil
		}
		err := m.order(o, "intend", orderRules[MoveRefund].intend)
		if made = err == nil; made {
			m.refunds = append(m.refunds, o)
		}
		return err
	}}
}

// givenBack is a step by which a refund comes back: it pays what the brand owes.
func (m *memory) givenBack(o *Order, verb string, entries func(Order, ledger.Account) []ledger.Entry) error {
	err := m.order(o, verb, entries)
	part := min(o.AmountMinor, m.balance(ledger.BrandWallet, m.brand), m.balance(ledger.BrandOwes, m.brand))
	if err != nil || part == 0 {
		return err
	}
	_, err = m.post(netting(m.at, o.postingKey(verb), o.wallet(), account(ledger.BrandOwes, m.brand, "EUR"), part))
	return err
}

// failed is the end of a refund that was not sent.
func (m *memory) failed(o *Order) error {
	err := m.givenBack(o, "fail", orderRules[MoveRefund].fail)
	if err == nil {
		o.State = PayoutFailed
	}
	return err
}

// refunded is the provider's answer to a refund.
func (m *memory) refunded() *happening {
	o, ok := pick(m, m.refunds)
	if !ok {
		return m.refund()
	}
	verb := []string{"send", "fail", "bounce"}[m.draw(3)]
	rule := orderRules[MoveRefund]
	return &happening{name: "refund: " + verb, run: func() error {
		bounced := o.BankState == MoveFailed
		switch {
		case verb == "send" && o.State == PayoutSent, verb == "fail" && o.State == PayoutFailed, verb == "bounce" && bounced:
			return nil
		case verb == "bounce" && o.State == PayoutSent:
			if err := m.givenBack(o, verb, rule.bounce); err != nil {
				return err
			}
			o.BankState = MoveFailed
			m.move("bounce "+o.ID.String(), o.AmountMinor)
		case o.State != PayoutCreated || verb == "bounce":
			return &StateError{Noun: "order", ID: o.ID, State: string(o.State), Verb: verb}
		case verb == "send":
			if err := m.order(o, verb, rule.send); err != nil {
				return err
			}
			o.State = PayoutSent
			m.move("refund "+o.ID.String(), -o.AmountMinor)
		default:
			return m.failed(o)
		}
		return nil
	}}
}

// reverse takes back from an expert's account what they owe.
func (m *memory) reverse() *happening {
	o := &Order{ID: m.id(), Kind: MoveReversal, OwnerID: m.experts[m.draw(3)], Currency: "EUR", AmountMinor: m.minor(800)}
	made := false
	return &happening{name: "reverse", run: func() error {
		if made {
			return nil
		}
		if err := m.order(o, "send", orderRules[MoveReversal].send); err != nil {
			return err
		}
		made = true
		m.move("reversal "+o.ID.String(), o.AmountMinor)
		return nil
	}}
}
