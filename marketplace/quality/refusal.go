package quality

import (
	"fmt"
	"slices"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// RefusalID identifies a refusal.
type RefusalID = marketplace.ID[Refusal]

// Refusal is a named human's decision not to pay for an assignment, and what
// became of it. Evidence, Statement and Decision are redacted.
type Refusal struct {
	ID           RefusalID `gorm:"primaryKey"`
	BrandID      marketplace.BrandID
	QuestionID   question.ID
	AssignmentID question.AssignmentID
	PersonID     access.PersonID // the expert
	State        RefusalState
	Reason       RefusalReason
	Evidence     string
	RefusedBy    access.PersonID
	RefusedAt    time.Time
	AppealUntil  time.Time
	Statement    string // the expert's, with the appeal
	AppealedAt   *time.Time
	DecideBy     *time.Time      // when an appeal nobody decided is the expert's
	DecidedBy    access.PersonID // zero unless a human decided an appeal
	Decision     string          // why they decided so
	EndedAt      *time.Time
	NextDueAt    *time.Time // AppealUntil, then DecideBy; nil once it ended
}

// RefusalState says where a refusal stands.
type RefusalState string

const (
	Appealable RefusalState = "appealable" // the expert may appeal; that, or the end of the window, moves it on
	Appealed   RefusalState = "appealed"   // waits for another human; their decision or its time moves it on
	Final      RefusalState = "final"      // an end: it stood, the work is not paid
	Overturned RefusalState = "overturned" // an end: the appeal was upheld, the work is paid
	Lapsed     RefusalState = "lapsed"     // an end: nobody decided the appeal in time, the work is paid
)

// refusalMoves is the state map of refusals; migration 00021 mirrors it.
var refusalMoves = map[RefusalState][]RefusalState{
	Appealable: {Appealed, Final},
	Appealed:   {Final, Overturned, Lapsed},
}

// RefusalStates lists every state.
var RefusalStates = []RefusalState{Appealable, Appealed, Final, Overturned, Lapsed}

func (s RefusalState) to(next RefusalState) (RefusalState, error) {
	if !slices.Contains(refusalMoves[s], next) {
		return "", &question.TransitionError{Noun: "refusal", From: string(s), Verb: "become " + string(next)}
	}
	return next, nil
}

// enter moves the refusal on at now; due is its next deadline, nil at an end.
func (f *Refusal) enter(next RefusalState, now time.Time, due *time.Time) error {
	state, err := f.State.to(next)
	if err != nil {
		return err
	}
	f.State, f.NextDueAt = state, due
	if due == nil {
		f.EndedAt = &now
	}
	return nil
}

// late reports that the time in which something could be done to the refusal
// is over, whether or not the sweep has come by.
func (f *Refusal) late(now time.Time) bool { return f.NextDueAt != nil && !now.Before(*f.NextDueAt) }

// RefusalReason is why a human refuses pay: a closed list.
type RefusalReason string

const (
	RefuseNoAnswer RefusalReason = "no_answer" // what was delivered answers nothing
	RefuseWrong    RefusalReason = "wrong"     // an expert of the topic would have known better
	RefuseUnsafe   RefusalReason = "unsafe"    // following it does harm
	RefuseAbusive  RefusalReason = "abusive"   // towards the customer
	RefusePrivacy  RefusalReason = "privacy"   // personal data was asked for or misused
	RefuseCopied   RefusalReason = "copied"    // taken from elsewhere and passed off as one's own
	RefuseFraud    RefusalReason = "fraud"     // the work or the need for it was pretended
)

// RefusalReasons is the closed list of reasons.
var RefusalReasons = []RefusalReason{
	RefuseNoAnswer, RefuseWrong, RefuseUnsafe, RefuseAbusive, RefusePrivacy, RefuseCopied, RefuseFraud,
}

func (r RefusalReason) check() error {
	if !slices.Contains(RefusalReasons, r) {
		return &marketplace.InvalidError{Field: "reason", Reason: fmt.Sprintf("must be one of %v", RefusalReasons)}
	}
	return nil
}
