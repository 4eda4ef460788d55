package expert

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"knowhow/marketplace"
)

var (
	// ErrState: the enrolment's state forbids this; a *StateError.
	ErrState = errors.New("the enrolment's state forbids this")
	// ErrUnmet: something is still asked of the applicant; an *UnmetError.
	ErrUnmet = errors.New("the applicant has not met everything asked")
	// ErrRetake: the quiz cannot be taken now; a *RetakeError.
	ErrRetake = errors.New("the quiz cannot be taken now")
	// ErrMoved: the expert told another country a short while ago; a *MovedError.
	ErrMoved = errors.New("the country was changed a short while ago")
	// ErrAtCapacity: the expert's hands are full. It wraps marketplace.ErrConflict.
	ErrAtCapacity = fmt.Errorf("%w: the expert is at capacity", marketplace.ErrConflict)
	// ErrNothingInHand: the expert has no assignment to free. It wraps
	// marketplace.ErrConflict.
	ErrNothingInHand = fmt.Errorf("%w: the expert has no assignment in hand", marketplace.ErrConflict)
	// ErrHandleTaken: another expert has this handle. It wraps
	// marketplace.ErrConflict.
	ErrHandleTaken = fmt.Errorf("%w: the handle is taken", marketplace.ErrConflict)
	// ErrNotOneself: people do not decide about themselves. It wraps
	// marketplace.ErrForbidden.
	ErrNotOneself = fmt.Errorf("%w: nobody decides about themselves", marketplace.ErrForbidden)
	// ErrSameHuman: the caller imposed the measure, so somebody else must decide the
	// appeal. It wraps marketplace.ErrForbidden.
	ErrSameHuman = fmt.Errorf("an appeal is decided by somebody else than who imposed the measure: %w", marketplace.ErrForbidden)
	// ErrImposedBefore: a measure like this one, by the caller, ended in the expert's
	// favour within 30 days, so somebody else must decide. It wraps
	// marketplace.ErrForbidden.
	ErrImposedBefore = fmt.Errorf("what ended in the expert's favour is imposed again by somebody else: %w", marketplace.ErrForbidden)
	// ErrTooLate: the time in which the appeal could be decided is over, and it
	// counts as upheld. It wraps marketplace.ErrConflict.
	ErrTooLate = fmt.Errorf("%w: the time to decide the appeal is over", marketplace.ErrConflict)
	// ErrNotAPerson: only a person may do this. It wraps marketplace.ErrForbidden.
	ErrNotAPerson = fmt.Errorf("%w: only a person may do this", marketplace.ErrForbidden)
	// ErrStaleVersion: the terms or the quiz have a newer version. It wraps
	// marketplace.ErrConflict.
	ErrStaleVersion = fmt.Errorf("%w: there is a newer version", marketplace.ErrConflict)
	// ErrTooManyMacros: the expert has MaxMacros of them. It wraps
	// marketplace.ErrConflict.
	ErrTooManyMacros = fmt.Errorf("%w: there are too many macros", marketplace.ErrConflict)
	// ErrTimed: the quiz has a time for each item and is answered one by one. It
	// wraps marketplace.ErrConflict.
	ErrTimed = fmt.Errorf("%w: the quiz is answered item by item", marketplace.ErrConflict)
	// ErrNotTimed: the quiz is answered at once. It wraps marketplace.ErrConflict.
	ErrNotTimed = fmt.Errorf("%w: the quiz is answered at once", marketplace.ErrConflict)
	// ErrJudged: the practice answer has its verdict. It wraps
	// marketplace.ErrConflict.
	ErrJudged = fmt.Errorf("%w: the practice answer was judged before", marketplace.ErrConflict)
	// ErrWaiting: the program is full and the applicant waits for a place. It wraps
	// marketplace.ErrConflict.
	ErrWaiting = fmt.Errorf("%w: the applicant waits for a place", marketplace.ErrConflict)
	// ErrInvitation: the invitation is none, or another program's. It wraps
	// marketplace.ErrNotFound.
	ErrInvitation = fmt.Errorf("%w: no such invitation", marketplace.ErrNotFound)
	// ErrInvitationOver: the invitation has expired or was taken back. It wraps
	// marketplace.ErrConflict.
	ErrInvitationOver = fmt.Errorf("%w: the invitation is over", marketplace.ErrConflict)
	// ErrInvitationUsed: all who may have applied by the invitation. It wraps
	// marketplace.ErrConflict.
	ErrInvitationUsed = fmt.Errorf("%w: the invitation is used up", marketplace.ErrConflict)
	// ErrTooManyInvitations: the program has MaxInvitations open ones. It wraps
	// marketplace.ErrConflict.
	ErrTooManyInvitations = fmt.Errorf("%w: there are too many open invitations", marketplace.ErrConflict)
	// ErrUnfunded: the program pays for the onboarding and lacks the money, so
	// nobody begins one. It wraps marketplace.ErrConflict.
	ErrUnfunded = fmt.Errorf("%w: the program cannot pay for an onboarding now", marketplace.ErrConflict)
)

// StateError names a verb that an enrolment's state does not allow. State is
// empty where there is no enrolment yet.
type StateError struct {
	Verb  Verb
	State State
}

func (e *StateError) Error() string {
	return fmt.Sprintf("cannot %s: the enrolment is %q", e.Verb, e.State)
}

// Is matches ErrState and marketplace.ErrConflict.
func (e *StateError) Is(target error) bool {
	return target == ErrState || target == marketplace.ErrConflict
}

// What an applicant can still owe: the codes in UnmetError.Missing.
const (
	MissingTerms        = "terms"         // the current terms are not accepted
	MissingCards        = "cards"         // a card of the program that must be read is not
	MissingPlatformQuiz = "platform_quiz" // the platform's current quiz is not passed
	MissingQuiz         = "quiz"          // the program's current quiz is not passed
	MissingPractice     = "practice"      // a practice answer is not given, or not passed
)

// UnmetError lists what is still asked of the applicant, as codes.
type UnmetError struct{ Missing []string }

func (e *UnmetError) Error() string {
	return "the applicant has yet to meet: " + strings.Join(e.Missing, ", ")
}

// Is matches ErrUnmet and marketplace.ErrConflict.
func (e *UnmetError) Is(target error) bool {
	return target == ErrUnmet || target == marketplace.ErrConflict
}

// MovedError says when another country can be told again.
type MovedError struct{ At time.Time }

func (e *MovedError) Error() string {
	return "another country can be told at " + e.At.Format(time.RFC3339)
}

// Is matches ErrMoved and marketplace.ErrConflict.
func (e *MovedError) Is(target error) bool {
	return target == ErrMoved || target == marketplace.ErrConflict
}

// RetakeError says when the quiz may be taken again; zero: not this version.
type RetakeError struct{ At time.Time }

func (e *RetakeError) Error() string {
	if e.At.IsZero() {
		return "this quiz cannot be taken again"
	}
	return "the quiz can be taken again at " + e.At.Format(time.RFC3339)
}

// Is matches ErrRetake and marketplace.ErrConflict.
func (e *RetakeError) Is(target error) bool {
	return target == ErrRetake || target == marketplace.ErrConflict
}
