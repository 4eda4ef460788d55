package payouts

import (
	"errors"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"knowhow/migrations/dbtest"
	"knowhow/payouts/ledger"
)

// memory is all of the money without a database: the posting rules on a ledger in
// memory, rows as they would be in the tables, and the provider's books.
type memory struct {
	t       *rapid.T
	ledger  ledger.Memory
	journal []ledger.Posting
	at      time.Time
	ids     uint64

	brand, program uuid.UUID
	experts        []uuid.UUID
	holds          []*Hold
	rewards        []*Reward
	clawed         map[uuid.UUID]Clawback
	bonuses        []Bonus
	withheld       []Withholding
	disputes       []*Dispute
	payouts        []*Payout
	refunds        []*Order
	exchanged      map[Currency]int64
	suspended      []BalanceTransaction
	cleared        map[string]bool
	otherwise      map[ledger.Account]int64 // what no row tells of

	provider  map[Currency]int64  // its books
	lines     map[string]int64    // of them, by id
	transfers map[uuid.UUID]int64 // by payout
	late      []*happening
	done      []*happening
}

// happening reaches us one to three times, in any order with others.
type happening struct {
	name string
	run  func() error
	done bool
}

const mirrored = "sandbox"

// TestMoneyInMemory has full-length sequences of everything that can happen to
// money, each one to three times and late, and every invariant after each step.
func TestMoneyInMemory(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	if err := checks.Value.Set(fmt.Sprint(dbtest.Loops(400, 4000))); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = checks.Value.Set(before) }()
	rapid.Check(t, func(t *rapid.T) {
		m := newMemory(t)
		for range 600 {
			m.step()
		}
		m.again()
		m.restart()
	})
}

func newMemory(t *rapid.T) *memory {
	m := &memory{
		t: t, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), clawed: map[uuid.UUID]Clawback{}, exchanged: map[Currency]int64{},
		cleared: map[string]bool{}, otherwise: map[ledger.Account]int64{}, provider: map[Currency]int64{}, lines: map[string]int64{}, transfers: map[uuid.UUID]int64{},
	}
	m.brand, m.program = m.id(), m.id()
	m.experts = []uuid.UUID{m.id(), m.id(), m.id()}
	m.deliver(m.fund(200_000, 0))
	m.deliver(m.allocate(150_000))
	return m
}

// id is the next of ids that are spread as random ones are.
func (m *memory) id() (id uuid.UUID) {
	m.ids++
	id[0], id[6], id[7], id[14], id[15] = 1, 0x70, byte(m.ids>>16), byte(m.ids>>8), byte(m.ids)
	return id
}

func (m *memory) draw(below int) int { return rapid.IntRange(0, below-1).Draw(m.t, "n") }

func (m *memory) minor(most int) int64 { return int64(1 + m.draw(most)) }

func (m *memory) euros(minor int64) Money { return Money{Minor: minor, Currency: "EUR"} }

// pick is one of the latest of a list; ok is false where there is none.
func pick[T any](m *memory, list []T) (one T, ok bool) {
	if len(list) == 0 {
		return one, false
	}
	latest := list[max(0, len(list)-12):]
	return latest[m.draw(len(latest))], true
}

// step delivers something new, or what is late, or both.
func (m *memory) step() {
	m.at = m.at.Add(time.Minute)
	if len(m.late) > 0 && m.draw(3) == 0 {
		i := m.draw(len(m.late))
		h := m.late[i]
		m.late = append(m.late[:i], m.late[i+1:]...)
		m.deliver(h)
	}
	h := m.next()
	for range m.draw(3) {
		m.late = append(m.late, h)
	}
	if m.draw(5) > 0 {
		m.deliver(h)
	}
}

// mayRefuse are the errors that something may be refused with.
var mayRefuse = []error{ErrInvalid, ErrNotFound, ErrState, ErrKeyReused, ErrInsufficientFunds, ErrCreditLimit, ErrBelowMinimum}

// deliver lets it happen: what was done before is no error and changes nothing.
func (m *memory) deliver(h *happening) {
	postings := m.ledger.Postings()
	err := h.run()
	known := err == nil
	for _, e := range mayRefuse {
		known = known || errors.Is(err, e)
	}
	switch {
	case !known:
		m.t.Fatalf("%s: %v", h.name, err)
	case err != nil && m.ledger.Postings() != postings:
		m.t.Fatalf("%s was refused, and posted: %v", h.name, err)
	case h.done && (err != nil || m.ledger.Postings() != postings):
		m.t.Fatalf("%s again: %v, %d postings more", h.name, err, m.ledger.Postings()-postings)
	}
	if err == nil && !h.done {
		h.done = true
		m.done = append(m.done, h)
	}
	m.prove(h.name)
}

// again delivers everything once more, the last first: nothing changes.
func (m *memory) again() {
	postings := m.ledger.Postings()
	for i := len(m.done) - 1; i >= 0; i-- {
		if err := m.done[i].run(); err != nil {
			m.t.Fatalf("%s once more: %v", m.done[i].name, err)
		}
	}
	if m.ledger.Postings() != postings {
		m.t.Fatalf("%d postings more", m.ledger.Postings()-postings)
	}
	m.prove("all again")
}

// restart reads the books anew from what was posted: they are the same.
func (m *memory) restart() {
	var books ledger.Memory
	accounts := map[ledger.Account]bool{}
	for _, p := range m.journal {
		if posted, err := books.Post(p); err != nil || !posted {
			m.t.Fatalf("post %s anew: %t, %v", p.Key, posted, err)
		}
		other := p
		other.Kind += " of another kind"
		if _, err := books.Post(other); !errors.Is(err, ErrKeyReused) {
			m.t.Fatalf("%s with other content: %v", p.Key, err)
		}
		for _, e := range p.Entries {
			accounts[e.Account] = true
		}
	}
	for a := range accounts {
		if books.Balance(a) != m.ledger.Balance(a) {
			m.t.Fatalf("%s has %d, and had %d", a.ID(), books.Balance(a), m.ledger.Balance(a))
		}
	}
}

// post posts, and the provider's books follow its account here.
func (m *memory) post(p ledger.Posting) (bool, error) {
	posted, err := m.ledger.Post(p)
	if posted {
		m.journal = append(m.journal, p)
	}
	if posted && (p.Kind == "clear_suspense" || p.Kind == "reversal_send" || p.Kind == "net_debt") {
		for _, e := range p.Entries {
			m.otherwise[e.Account] += e.Minor
		}
	}
	return posted, err
}

// credited is what follows where an expert's money, or what they owe, may have
// grown: the one pays the other.
func (m *memory) credited(cause string, posted bool, expert uuid.UUID, err error) error {
	part := min(m.balance(ledger.ExpertAvailable, expert), m.balance(ledger.ExpertOwes, expert))
	if err != nil || !posted || part == 0 {
		return err
	}
	_, err = m.post(netting(m.at, cause, account(ledger.ExpertAvailable, expert, "EUR"), owes(expert, "EUR"), part))
	return err
}

// move is a line of the provider's books, which are its own: kept by what was
// asked of it, not by what we posted.
func (m *memory) move(id string, change int64) {
	if _, twice := m.lines[id]; twice {
		m.t.Fatalf("line %s appears twice", id)
	}
	m.lines[id] = change
	m.provider["EUR"] += change
}

func (m *memory) balance(kind ledger.Kind, owner uuid.UUID) int64 {
	return m.ledger.Balance(account(kind, owner, "EUR"))
}

func (m *memory) mirror() ledger.Account {
	a, err := ledger.Mirror(mirrored, "EUR")
	if err != nil {
		m.t.Fatal(err)
	}
	return a
}
