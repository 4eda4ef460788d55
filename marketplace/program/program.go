package program

import (
	"time"

	"knowhow/marketplace"
	"knowhow/payouts"
)

// ID identifies a program.
type ID = marketplace.ID[Program]

// Brand is a company that has its customers' questions answered: the tenant.
type Brand struct {
	ID        marketplace.BrandID `gorm:"primaryKey"`
	Name      string
	CreatedAt time.Time
}

// Program is one of a brand's offers to its customers and to experts.
type Program struct {
	ID       ID `gorm:"primaryKey"`
	BrandID  marketplace.BrandID
	Name     string
	State    State
	Currency payouts.Currency
	// Languages are BCP 47 tags in canonical form, sorted.
	Languages []string `gorm:"serializer:json"`
	Policies  Policies `gorm:"serializer:json"`
	// RolloutShareBP is the share of questions that go to experts, in basis
	// points; the others go to the brand's own team.
	RolloutShareBP int
	// Origins are the web origins whose pages may ask in a browser, sorted.
	Origins   []string `gorm:"serializer:json"`
	CreatedAt time.Time
}

// State says whether a program takes questions.
type State string

const (
	// Draft is being prepared and takes no questions. Launch moves it on.
	Draft State = "draft"
	// Live takes questions. Pause and Close move it on.
	Live State = "live"
	// Paused takes no new questions; those it has go on. Resume and Close move it on.
	Paused State = "paused"
	// Closed is final: no new questions; those it has go on to their end.
	Closed State = "closed"
)

// moves is the whole state map; migration 00004 mirrors the states.
var moves = map[State][]State{
	Draft:  {Live, Closed},
	Live:   {Paused, Closed},
	Paused: {Live, Closed},
	Closed: {},
}

// move returns a *TransitionError unless the map knows the way.
func (s State) move(to State) error {
	for _, next := range moves[s] {
		if next == to {
			return nil
		}
	}
	return &TransitionError{From: s, To: to}
}

// TakesQuestions reports whether a customer may ask here now.
func (p Program) TakesQuestions() bool { return p.State == Live }
