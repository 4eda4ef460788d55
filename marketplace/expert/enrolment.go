package expert

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// EnrolmentID identifies an enrolment.
type EnrolmentID = marketplace.ID[Enrolment]

// Enrolment is an expert in a program.
type Enrolment struct {
	ID        EnrolmentID `gorm:"primaryKey"`
	BrandID   marketplace.BrandID
	ProgramID program.ID
	PersonID  access.PersonID
	State     State
	// ResumeState is where a paused or suspended enrolment goes back to; else empty.
	ResumeState State
	Origin      Origin
	// What the applicant told; cleared when they leave.
	Motivation string
	Owns       string // which of the brand's products, since when
	Uses       Use
	// Waiting: the program is full, and a place is yet to come free.
	Waiting bool
	// Lot decides ties together with a question's seed, so that no id has to.
	Lot uint64
	// Certified are the slugs of the certified topics the expert may answer.
	Certified []string `gorm:"serializer:json"`
	// Topics are the slugs of the topics the expert wants; none means all.
	Topics []string `gorm:"serializer:json"`
	// Unlocked are the slugs of the topics whose cards the expert has read.
	Unlocked []string `gorm:"serializer:json"`
	// Restricted are the slugs of the topics that a restriction in force keeps the
	// expert from.
	Restricted []string `gorm:"serializer:json"`
	// Watch is why the expert's work is reviewed more often; empty where it is not.
	Watch      Watch
	AppliedAt  time.Time
	EnrolledAt *time.Time // since when the expert is asked; nil before
	// The latest decision of a human: who, when, why. The note is the human's.
	DecidedBy    *access.PersonID
	DecidedAt    *time.Time
	DecisionCode string
	DecisionNote string
	// ReapplyAt is when a rejected applicant may try again; nil else.
	ReapplyAt *time.Time
	// TrainingHold is the money set aside for the onboarding, TrainedAt when it was
	// paid, which happens once.
	TrainingHold *uuid.UUID
	TrainedAt    *time.Time
}

// Use is how often an applicant uses the brand's products.
type Use string

// Every answer there is; an applicant need not say.
const (
	UsesDaily    Use = "daily"
	UsesWeekly   Use = "weekly"
	UsesMonthly  Use = "monthly"
	UsesSeldom   Use = "seldom"
	UsedFormerly Use = "formerly"
)

// Origin says how an enrolment came about.
type Origin string

const (
	ByApplication Origin = "applied"  // through terms, quiz and approval
	ByImport      Origin = "imported" // a named human vouched for their experience
)

// State says where an expert stands in a program.
type State string

const (
	Applied   State = "applied"   // wants in; accepting the terms moves it on
	Assessing State = "assessing" // has accepted the terms; a human approves or rejects
	Probation State = "probation" // is asked, and reviewed more; a human activates
	Active    State = "active"    // is asked
	Paused    State = "paused"    // asked for a rest; the expert unpauses
	Suspended State = "suspended" // a named human stopped them, for a listed reason; a human reinstates
	Left      State = "left"      // the expert went; may apply again
	Rejected  State = "rejected"  // a named human declined, for a listed reason; may apply again later
)

// Verb is what can be done to an enrolment.
type Verb string

const (
	VerbApply            Verb = "apply"
	VerbAssess           Verb = "assess"
	VerbApprove          Verb = "approve"
	VerbActivate         Verb = "activate"
	VerbPause            Verb = "pause"
	VerbUnpause          Verb = "unpause"
	VerbSuspend          Verb = "suspend"
	VerbReinstate        Verb = "reinstate"
	VerbReject           Verb = "reject"
	VerbLeave            Verb = "leave"
	VerbEnrolExperienced Verb = "enrol_experienced"
	VerbTakeQuiz         Verb = "take_quiz"  // moves nothing
	VerbCertify          Verb = "certify"    // moves nothing
	verbSetTopics        Verb = "set_topics" // moves nothing
	VerbPractise         Verb = "practise"   // moves nothing
	VerbRead             Verb = "read"       // moves nothing
	VerbRestrict         Verb = "restrict"   // moves nothing
)

// back stands for the state that a paused or suspended enrolment came from.
const back State = ""

// none is the state of an enrolment that does not exist yet.
const none State = ""

// moves is the whole state map: from which states a verb leads to which.
// Migration 00005 mirrors the states.
var moves = map[Verb]struct {
	from []State
	to   State
}{
	VerbApply:            {[]State{none, Left, Rejected}, Applied},
	VerbAssess:           {[]State{Applied}, Assessing},
	VerbApprove:          {[]State{Assessing}, Probation},
	VerbActivate:         {[]State{Probation}, Active},
	VerbPause:            {[]State{Probation, Active}, Paused},
	VerbUnpause:          {[]State{Paused}, back},
	VerbSuspend:          {[]State{Probation, Active, Paused}, Suspended},
	VerbReinstate:        {[]State{Suspended}, back},
	VerbReject:           {[]State{Applied, Assessing}, Rejected},
	VerbLeave:            {[]State{Applied, Assessing, Probation, Active, Paused, Suspended}, Left},
	VerbEnrolExperienced: {[]State{none, Left}, Active},
	VerbTakeQuiz:         {[]State{Assessing}, Assessing},
	VerbPractise:         {[]State{Assessing}, Assessing},
}

// Move changes e's state, or returns a *StateError and changes nothing.
func (e *Enrolment) Move(v Verb) error {
	m := moves[v]
	if !slices.Contains(m.from, e.State) {
		return &StateError{Verb: v, State: e.State}
	}
	to, resume := m.to, none
	switch {
	case to == back:
		to = e.ResumeState
	case to == Paused, to == Suspended && e.State != Paused:
		resume = e.State
	case to == Suspended:
		resume = e.ResumeState
	}
	e.State, e.ResumeState = to, resume
	return nil
}

// To is the state that a verb leads to; empty where it is the one that a paused or
// suspended enrolment came from.
func (v Verb) To() State { return moves[v].to }

// Working reports whether the expert is asked.
func (e Enrolment) Working() bool { return e.State == Probation || e.State == Active }

// OnRoll reports whether the expert has a place among those who are looked at when
// somebody is to be asked, whatever keeps them from being asked just now.
func (e Enrolment) OnRoll() bool { return e.Working() || e.State == Paused || e.State == Suspended }

// DrawLot makes a lot that follows from no id: from the expert's handle and the
// program's name, so that a replay draws the same.
func DrawLot(handle, programName string) uint64 {
	sum := sha256.Sum256([]byte(handle + "\x00" + programName))
	return binary.BigEndian.Uint64(sum[:]) >> 1 // fits a signed column
}
