package program

import (
	"errors"
	"fmt"
	"strings"

	"knowhow/marketplace"
)

// ErrState: the program's state forbids this; a *TransitionError. It Is
// marketplace.ErrConflict too.
var ErrState = errors.New("the program's state forbids this")

// ErrNotReady: the program cannot go live yet; a *NotReadyError. It Is
// marketplace.ErrConflict too.
var ErrNotReady = errors.New("the program is not ready to go live")

// ErrSlugTaken: the program has a topic of this slug. It wraps
// marketplace.ErrConflict.
var ErrSlugTaken = fmt.Errorf("%w: the slug is taken", marketplace.ErrConflict)

// ErrFunding: with a real payment provider a wallet is funded by the provider's
// confirmation, not by a request.
var ErrFunding = fmt.Errorf("%w: the payment provider confirms funding", marketplace.ErrForbidden)

// TransitionError names a move the state map does not have.
type TransitionError struct{ From, To State } // To may be empty

func (e *TransitionError) Error() string {
	if e.To == "" {
		return fmt.Sprintf("a %s program does not allow it", e.From)
	}
	return fmt.Sprintf("a %s program cannot become %s", e.From, e.To)
}

// Is matches ErrState and marketplace.ErrConflict.
func (e *TransitionError) Is(target error) bool {
	return target == ErrState || target == marketplace.ErrConflict
}

// What a program can lack to go live: the codes in NotReadyError.Missing.
const (
	MissingTopic    = "topic"    // no topic
	MissingLanguage = "language" // no language
	MissingReward   = "reward"   // the base reward is zero
	MissingBudget   = "budget"   // the budget cannot hold one question
)

// Blocking lists them, in the order of NotReadyError.Missing.
var Blocking = []string{MissingTopic, MissingLanguage, MissingReward, MissingBudget}

// NotReadyError lists everything a program lacks to go live, as codes.
type NotReadyError struct{ Missing []string }

func (e *NotReadyError) Error() string {
	return "the program cannot go live without: " + strings.Join(e.Missing, ", ")
}

// Is matches ErrNotReady and marketplace.ErrConflict.
func (e *NotReadyError) Is(target error) bool {
	return target == ErrNotReady || target == marketplace.ErrConflict
}
