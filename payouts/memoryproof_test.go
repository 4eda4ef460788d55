package payouts

import (
	"github.com/google/uuid"

	"knowhow/payouts/ledger"
)

// prove holds every invariant of docs/money.md against the books. That replays
// change nothing, that other content under a key is an error, and that what was
// posted can be read anew, is proved where it happens.
func (m *memory) prove(after string) {
	if err := m.ledger.Check(); err != nil { // entries, balances, versions, nothing below zero
		m.t.Fatalf("after %s: %v", after, err)
	}
	m.proveWork(after)
	m.proveOthers(after)
	m.proveProvider(after)
	m.proveCover(after)
}

func (m *memory) same(after, what string, got, want int64) {
	if got != want {
		m.t.Fatalf("after %s: %s is %d, want %d", after, what, got, want)
	}
}

// proveWork compares accounts with holds, rewards and payouts, and each expert's
// statement with what they have.
func (m *memory) proveWork(after string) {
	earned := map[uuid.UUID]int64{}
	pending, statement, owed := map[uuid.UUID]int64{}, map[uuid.UUID]int64{}, map[uuid.UUID]int64{}
	var feePending, fees, held, transit int64
	for _, r := range m.rewards {
		earned[r.HoldID] += r.AmountMinor + r.FeeMinor
		switch r.State {
		case RewardPending:
			pending[r.ExpertID] += r.AmountMinor
			feePending += r.FeeMinor
		case RewardReleased:
			statement[r.ExpertID] += r.AmountMinor - r.NettedMinor
			owed[r.ExpertID] -= r.NettedMinor
			fees += r.FeeMinor
		}
		if c, ok := m.clawed[r.ID]; ok {
			if r.State != RewardReleased {
				m.t.Fatalf("after %s: a %s reward was taken back", after, r.State)
			}
			statement[r.ExpertID] -= r.AmountMinor - c.DebtMinor
			owed[r.ExpertID] += c.DebtMinor
			fees -= r.FeeMinor
		}
	}
	for _, h := range m.holds {
		held += h.held()
		m.same(after, "a hold's sum", h.held()+h.EarnedMinor+h.ReturnedMinor, h.AuthorisedMinor)
		m.same(after, "what a hold earned", h.EarnedMinor, earned[h.ID])
	}
	for _, p := range m.payouts {
		if p.State != PayoutFailed {
			statement[p.ExpertID] -= p.AmountMinor
		}
		if p.State == PayoutCreated {
			transit += p.AmountMinor
		}
	}
	for _, b := range m.bonuses {
		statement[b.Expert] += b.Amount.Minor
	}
	for _, w := range m.withheld {
		statement[w.Expert] -= w.Amount.Minor
	}
	for a, minor := range m.otherwise {
		switch a.Kind {
		case ledger.ExpertAvailable:
			statement[a.Owner] += minor
		case ledger.ExpertOwes:
			owed[a.Owner] -= minor
		}
	}
	for _, x := range m.experts {
		m.same(after, "pending", m.balance(ledger.ExpertPending, x), pending[x])
		m.same(after, "available, by the statement", m.balance(ledger.ExpertAvailable, x), statement[x])
		m.same(after, "what an expert owes", m.balance(ledger.ExpertOwes, x), owed[x])
		m.same(after, "what an expert has and owes", min(statement[x], owed[x]), 0)
	}
	m.same(after, "the holds", m.balance(ledger.ProgramHold, m.program), held)
	m.same(after, "pending fees", m.balance(ledger.FeePending, uuid.Nil), feePending)
	m.same(after, "our fees", m.balance(ledger.PlatformFee, uuid.Nil), fees)
	m.same(after, "payouts in transit", m.balance(ledger.InTransitPayouts, uuid.Nil), transit)
}

func (m *memory) proveOthers(after string) {
	var refunds, disputed, disputeFees, withheld, ours, suspense int64
	for _, o := range m.refunds {
		if o.State == PayoutCreated {
			refunds += o.AmountMinor
		}
	}
	for _, d := range m.disputes {
		disputeFees += d.FeeMinor
		open := int64(0)
		if d.State == DisputeOpen {
			open = d.AmountMinor
		}
		disputed += open
		m.same(after, "an open dispute", m.ledger.Balance(d.account()), open)
	}
	for _, w := range m.withheld {
		withheld += w.Amount.Minor
	}
	for _, b := range m.bonuses {
		if b.Program == uuid.Nil {
			ours += b.Amount.Minor
		}
	}
	for _, e := range m.suspended {
		if !m.cleared[e.ID] {
			suspense += e.Gross
		}
	}
	m.same(after, "refunds in transit", m.balance(ledger.InTransitRefunds, uuid.Nil), refunds)
	m.same(after, "dispute fees", m.balance(ledger.DisputeFees, uuid.Nil), disputeFees)
	m.same(after, "withheld tax", m.balance(ledger.TaxWithheld, uuid.Nil), withheld)
	m.same(after, "our bonuses", m.balance(ledger.Bonuses, uuid.Nil), ours)
	m.same(after, "suspense", m.balance(ledger.Suspense, uuid.Nil), suspense)
	for _, c := range []Currency{"EUR", "JPY"} {
		m.same(after, "fx of "+string(c), m.ledger.Balance(account(ledger.FX, uuid.Nil, c)), m.exchanged[c])
	}
}

// proveProvider compares our mirror with the provider's own books, and finds each
// sent payout there once, and no other.
func (m *memory) proveProvider(after string) {
	m.same(after, "the provider's balance", m.ledger.Balance(m.mirror()), m.provider["EUR"])
	sent := int64(0)
	for _, p := range m.payouts {
		want := int64(0)
		if p.State == PayoutSent {
			want, sent = 1, sent+1
		}
		m.same(after, "transfers of a payout", m.transfers[p.ID], want)
	}
	m.same(after, "transfers", int64(len(m.transfers)), sent)
}

// proveCover adds up what we owe and have earned, and what we have, are owed and
// have spent.
func (m *memory) proveCover(after string) {
	var credit, debit int64
	add := func(kind ledger.Kind, owners ...uuid.UUID) {
		for _, owner := range owners {
			if kind.Debit() {
				debit += m.balance(kind, owner)
			} else {
				credit += m.balance(kind, owner)
			}
		}
	}
	for _, kind := range []ledger.Kind{
		ledger.FeePending, ledger.InTransitPayouts, ledger.InTransitRefunds, ledger.TaxWithheld, ledger.Suspense, ledger.PlatformFee,
		ledger.FundingFee, ledger.InstantFee, ledger.FX, ledger.SandboxBalance, ledger.SandboxReserved, ledger.Bank, ledger.ProviderFees,
		ledger.DisputeFees, ledger.ChargebackLoss, ledger.Bonuses, ledger.Writeoff,
	} {
		add(kind, uuid.Nil)
	}
	add(ledger.BrandWallet, m.brand)
	add(ledger.BrandOwes, m.brand)
	add(ledger.ProgramBudget, m.program)
	add(ledger.ProgramHold, m.program)
	for _, kind := range []ledger.Kind{ledger.ExpertPending, ledger.ExpertAvailable, ledger.ExpertOwes} {
		add(kind, m.experts...)
	}
	for _, d := range m.disputes {
		add(ledger.DisputesOpen, d.ID)
	}
	m.same(after, "what we owe and earned, beside what we have and spent", credit, debit)
}
