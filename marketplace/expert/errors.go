package expert

import (
	"errors"
	"fmt"
	"time"

	"knowhow/marketplace"
)

var (
	// ErrState: the enrolment's state forbids this; a *StateError.
	ErrState = errors.New("the enrolment's state forbids this")
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
	// ErrNotAPerson: only a person may do this. It wraps marketplace.ErrForbidden.
	ErrNotAPerson = fmt.Errorf("%w: only a person may do this", marketplace.ErrForbidden)
	// ErrTooManyMacros: the expert has MaxMacros of them. It wraps
	// marketplace.ErrConflict.
	ErrTooManyMacros = fmt.Errorf("%w: there are too many macros", marketplace.ErrConflict)
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

// MovedError says when another country can be told again.
type MovedError struct{ At time.Time }

func (e *MovedError) Error() string {
	return "another country can be told at " + e.At.Format(time.RFC3339)
}

// Is matches ErrMoved and marketplace.ErrConflict.
func (e *MovedError) Is(target error) bool {
	return target == ErrMoved || target == marketplace.ErrConflict
}
