package expert

import (
	"fmt"
	"slices"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
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
	EnrolmentID EnrolmentID
	PersonID    access.PersonID // the expert
	Kind        MeasureKind
	State       MeasureState
	Reason      SuspensionReason
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

// MeasureKind says what an expert is kept from.
type MeasureKind string

const (
	Suspension  MeasureKind = "suspension"  // from all questions of the program
	Restriction MeasureKind = "restriction" // from those of some topics
)

// MeasureState says where a measure stands. It holds in the first three, and may
// be appealed against once, for as long as it does.
type MeasureState string

const (
	InForce           MeasureState = "in_force"   // holds; the expert may appeal at any time
	MeasureAppealed   MeasureState = "appealed"   // holds; another human's decision or its time moves it on
	Confirmed         MeasureState = "confirmed"  // holds: another human rejected the appeal; a human may lift it
	MeasureOverturned MeasureState = "overturned" // an end: another human upheld the appeal
	MeasureLapsed     MeasureState = "lapsed"     // an end: nobody decided the appeal in time
	Lifted            MeasureState = "lifted"     // an end: a human took it back
	Over              MeasureState = "over"       // an end: the expert left the program
)

// MeasureStates lists every state.
var MeasureStates = []MeasureState{InForce, MeasureAppealed, Confirmed, MeasureOverturned, MeasureLapsed, Lifted, Over}

// measureMoves is the state map of measures; migration 00107 mirrors it.
var measureMoves = map[MeasureState][]MeasureState{
	InForce:         {MeasureAppealed, Lifted, Over},
	MeasureAppealed: {Confirmed, MeasureOverturned, MeasureLapsed, Lifted, Over},
	Confirmed:       {Lifted, Over},
}

// Holds reports whether the measure is in effect.
func (m Measure) Holds() bool { return m.State.holds() }

func (s MeasureState) holds() bool { return len(measureMoves[s]) > 0 }

// late reports that the time in which its appeal could be decided is over,
// whether or not the sweep has come by.
func (m Measure) late(now time.Time) bool { return m.NextDueAt != nil && !now.Before(*m.NextDueAt) }

// enter moves the measure on at now, or returns a *MeasureError and changes
// nothing.
func (m *Measure) enter(next MeasureState, now time.Time) error {
	if !slices.Contains(measureMoves[m.State], next) {
		return &MeasureError{From: m.State, To: next}
	}
	m.State, m.NextDueAt = next, nil
	if next == MeasureAppealed {
		m.NextDueAt = m.DecideBy
	}
	if !next.holds() {
		m.EndedAt = &now
	}
	return nil
}

// MeasureError names a move that a measure's state does not allow.
type MeasureError struct{ From, To MeasureState }

func (e *MeasureError) Error() string {
	return fmt.Sprintf("a measure that is %s cannot become %s", e.From, e.To)
}

// Is matches ErrState and marketplace.ErrConflict.
func (e *MeasureError) Is(target error) bool {
	return target == ErrState || target == marketplace.ErrConflict
}

// SuspensionReason is why a named human suspends or restricts an expert: a
// closed list.
type SuspensionReason string

const (
	SuspendQuality SuspensionReason = "quality" // answers below the program's bar, on review
	SuspendConduct SuspensionReason = "conduct" // towards customers or colleagues
	SuspendPrivacy SuspensionReason = "privacy" // personal data mishandled
	SuspendFraud   SuspensionReason = "fraud"   // pretended work or identity
	SuspendTerms   SuspensionReason = "terms"   // the accepted terms broken otherwise
)

// SuspensionReasons is the closed list of reasons.
var SuspensionReasons = []SuspensionReason{SuspendQuality, SuspendConduct, SuspendPrivacy, SuspendFraud, SuspendTerms}

func (r SuspensionReason) check() error {
	if !slices.Contains(SuspensionReasons, r) {
		return &marketplace.InvalidError{Field: "reason", Reason: "is not one of the listed reasons for a measure"}
	}
	return nil
}
