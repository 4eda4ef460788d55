package conduct

import (
	"slices"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// MeasureID identifies a measure.
type MeasureID = marketplace.ID[Measure]

// Measure is what a named human decided against an expert of a program, and what
// became of it. Evidence, Statement and Decision are redacted.
type Measure struct {
	ID          MeasureID `gorm:"primaryKey"`
	BrandID     marketplace.BrandID
	ProgramID   program.ID
	EnrolmentID expert.EnrolmentID
	PersonID    access.PersonID // the expert
	Kind        Kind
	State       State
	Reason      Reason
	Evidence    string
	Topics      []string `gorm:"serializer:json"` // slugs, of a restriction
	ImposedBy   access.PersonID
	ImposedAt   time.Time
	Statement   string // the expert's, with the appeal
	AppealedAt  *time.Time
	DecideBy    *time.Time      // when an appeal nobody decided is the expert's
	DecidedBy   access.PersonID // zero unless a human decided the appeal
	Decision    string          // why they decided so
	EndedAt     *time.Time
	NextDueAt   *time.Time // DecideBy while appealed; else nil
}

// Kind says what an expert is kept from.
type Kind string

const (
	Suspension  Kind = "suspension"  // from all questions of the program
	Restriction Kind = "restriction" // from those of some topics
)

// State says where a measure stands. It holds in the first three, and may be
// appealed against once, for as long as it does.
type State string

const (
	InForce    State = "in_force"   // holds; the expert may appeal at any time
	Appealed   State = "appealed"   // holds; another human's decision or its time moves it on
	Confirmed  State = "confirmed"  // holds: another human rejected the appeal; a human may lift it
	Overturned State = "overturned" // an end: another human upheld the appeal
	Lapsed     State = "lapsed"     // an end: nobody decided the appeal in time
	Lifted     State = "lifted"     // an end: a human took it back
	Over       State = "over"       // an end: the expert left the program
)

// States lists every state.
var States = []State{InForce, Appealed, Confirmed, Overturned, Lapsed, Lifted, Over}

// moves is the state map of measures; migration 00107 mirrors it.
var moves = map[State][]State{
	InForce:   {Appealed, Lifted, Over},
	Appealed:  {Confirmed, Overturned, Lapsed, Lifted, Over},
	Confirmed: {Lifted, Over},
}

// Holds reports whether the measure is in effect.
func (m Measure) Holds() bool { return m.State.holds() }

func (s State) holds() bool { return len(moves[s]) > 0 }

// late reports that the time in which its appeal could be decided is over,
// whether or not the sweep has come by.
func (m Measure) late(now time.Time) bool { return m.NextDueAt != nil && !now.Before(*m.NextDueAt) }

// enter moves the measure on at now, or returns a *MeasureError and changes
// nothing.
func (m *Measure) enter(next State, now time.Time) error {
	if !slices.Contains(moves[m.State], next) {
		return &MeasureError{From: m.State, To: next}
	}
	m.State, m.NextDueAt = next, nil
	if next == Appealed {
		m.NextDueAt = m.DecideBy
	}
	if !next.holds() {
		m.EndedAt = &now
	}
	return nil
}

// Reason is why a named human suspends or restricts an expert: a closed list.
type Reason string

const (
	SuspendQuality Reason = "quality" // answers below the program's bar, on review
	SuspendConduct Reason = "conduct" // towards customers or colleagues
	SuspendPrivacy Reason = "privacy" // personal data mishandled
	SuspendFraud   Reason = "fraud"   // pretended work or identity
	SuspendTerms   Reason = "terms"   // the accepted terms broken otherwise
)

// Reasons is the closed list of reasons.
var Reasons = []Reason{SuspendQuality, SuspendConduct, SuspendPrivacy, SuspendFraud, SuspendTerms}

func (r Reason) check() error {
	if !slices.Contains(Reasons, r) {
		return &marketplace.InvalidError{Field: "reason", Reason: "is not one of the listed reasons for a measure"}
	}
	return nil
}
