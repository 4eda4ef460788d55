package question

import (
	"fmt"
	"slices"

	"knowhow/marketplace"
)

// State says where a question stands.
type State string

const (
	Asked     State = "asked"     // waits to be routed; routing moves it on
	Offered   State = "offered"   // a wave of offers is out; an acceptance or the wave's expiry moves it on
	Assigned  State = "assigned"  // one expert works on it; their answer, hand-back or the delivery deadline moves it on
	Answered  State = "answered"  // the customer has an answer; the customer or announced silence moves it on
	Resolved  State = "resolved"  // an end: the customer, or their silence, took the answer, and the customer may reopen it; or the expert ended the conversation
	Escalated State = "escalated" // an end for the crowd: the brand's own team has it; their answer moves it on
	Withdrawn State = "withdrawn" // an end: the customer took it back
)

// Verb names a move of a question.
type Verb string

const (
	VerbRoute          Verb = "route"
	VerbAccept         Verb = "accept"
	VerbAnswer         Verb = "answer"
	VerbHandBack       Verb = "hand back"
	VerbLapse          Verb = "lapse"
	VerbResolve        Verb = "resolve"
	VerbReopen         Verb = "reopen"
	VerbEscalate       Verb = "escalate"
	VerbWithdraw       Verb = "withdraw"
	VerbAnswerForBrand Verb = "answer for the brand"
	VerbEnd            Verb = "end"                // the expert ends an abusive conversation
	VerbEscalateEnded  Verb = "escalate after all" // of what an expert ended
	VerbRouteBack      Verb = "route back"         // the brand gives the crowd what was held to be its own
)

// moves is the state map: verb, state before, state after. The tables' CHECK
// constraints and docs/lifecycle.md mirror it.
var moves = map[Verb]map[State]State{
	VerbRoute:    {Asked: Offered, Offered: Offered},
	VerbAccept:   {Offered: Assigned},
	VerbAnswer:   {Assigned: Answered},
	VerbHandBack: {Assigned: Asked},
	VerbLapse:    {Assigned: Asked},
	VerbResolve:  {Answered: Resolved},
	VerbReopen:   {Answered: Asked, Resolved: Asked},
	VerbEscalate: {Asked: Escalated, Offered: Escalated, Assigned: Escalated, Answered: Escalated},
	VerbWithdraw: {
		Asked: Withdrawn, Offered: Withdrawn, Assigned: Withdrawn, Answered: Withdrawn, Escalated: Withdrawn,
	},
	VerbAnswerForBrand: {Escalated: Answered},
	VerbEnd:            {Assigned: Resolved, Answered: Resolved},
	VerbEscalateEnded:  {Resolved: Escalated},
	VerbRouteBack:      {Escalated: Asked},
}

// States lists every state, Verbs every verb.
var (
	States = []State{Asked, Offered, Assigned, Answered, Resolved, Escalated, Withdrawn}
	Verbs  = []Verb{
		VerbRoute, VerbAccept, VerbAnswer, VerbHandBack, VerbLapse, VerbResolve,
		VerbReopen, VerbEscalate, VerbWithdraw, VerbAnswerForBrand, VerbEnd, VerbEscalateEnded, VerbRouteBack,
	}
)

// Ended reports whether the crowd's work on a question in this state is over.
func (s State) Ended() bool { return slices.Contains([]State{Resolved, Escalated, Withdrawn}, s) }

// after gives the state a verb leads to, or a *TransitionError.
func (s State) after(v Verb) (State, error) {
	next, ok := moves[v][s]
	if !ok {
		return "", &TransitionError{Noun: "question", From: string(s), Verb: string(v)}
	}
	return next, nil
}

// AssignmentState says where one expert's turn stands.
type AssignmentState string

const (
	Working    AssignmentState = "working"     // accepted; the answer, hand-back or deadline moves it on
	Delivered  AssignmentState = "delivered"   // answered; the question's next move earns it
	Earned     AssignmentState = "earned"      // the reward is pending; review or release_at moves it on
	Contested  AssignmentState = "contested"   // a named human refused it; the appeal or its window decides
	Released   AssignmentState = "released"    // an end: the reward is available
	Refused    AssignmentState = "refused"     // an end: the refusal stood
	HandedBack AssignmentState = "handed_back" // an end, unless the next expert confirms the handoff: then earned
	Lapsed     AssignmentState = "lapsed"      // an end: no answer by the deadline
	Cancelled  AssignmentState = "cancelled"   // an end: the question ended before delivery
)

// assignmentMoves is the state map of assignments.
var assignmentMoves = map[AssignmentState][]AssignmentState{
	Working:    {Delivered, HandedBack, Lapsed, Cancelled},
	Delivered:  {Earned},
	Earned:     {Released, Contested},
	Contested:  {Released, Refused},
	HandedBack: {Earned},
}

// AssignmentStates lists every state of an assignment.
var AssignmentStates = marketplace.StatesOf(assignmentMoves)

// to gives next if an assignment may move there, or a *TransitionError.
func (s AssignmentState) to(next AssignmentState) (AssignmentState, error) {
	if !slices.Contains(assignmentMoves[s], next) {
		return "", &TransitionError{Noun: "assignment", From: string(s), Verb: "become " + string(next)}
	}
	return next, nil
}

// OfferState says where an offer stands.
type OfferState string

const (
	OfferOpen      OfferState = "open"      // the expert may accept until it expires
	OfferAccepted  OfferState = "accepted"  // this expert won
	OfferDeclined  OfferState = "declined"  // said no, which costs nothing
	OfferExpired   OfferState = "expired"   // nobody said anything, which costs nothing
	OfferWithdrawn OfferState = "withdrawn" // somebody else was faster, or the question moved on
)

// TransitionError says that a thing cannot do what was asked of it in the
// state it is in. It Is marketplace.ErrConflict.
type TransitionError struct{ Noun, From, Verb string }

func (e *TransitionError) Error() string {
	return fmt.Sprintf("the %s is %s and cannot %s", e.Noun, e.From, e.Verb)
}

// Is makes errors.Is(err, marketplace.ErrConflict) true.
func (e *TransitionError) Is(target error) bool { return target == marketplace.ErrConflict }
