package question

import (
	"fmt"
	"time"

	"knowhow/marketplace"
)

// Refusals of this room beside marketplace's own and *TransitionError.
var (
	// ErrOfferGone: the offer was accepted by somebody else, expired or withdrawn.
	ErrOfferGone = fmt.Errorf("the offer is gone: %w", marketplace.ErrConflict)
	// ErrReferenceUsed: the brand's reference already names another question.
	ErrReferenceUsed = fmt.Errorf("the reference names another question: %w", marketplace.ErrConflict)
	// ErrTooLate: the time in which this was possible is over.
	ErrTooLate = fmt.Errorf("the time for this is over: %w", marketplace.ErrConflict)
	// ErrProgramClosed: the program takes no questions now.
	ErrProgramClosed = fmt.Errorf("the program takes no questions now: %w", marketplace.ErrConflict)
	// ErrCapReached: a customer whom the brand does not vouch for has asked as much
	// as they may today; a *CapError. It Is marketplace.ErrConflict too.
	ErrCapReached = fmt.Errorf("no more may be asked today: %w", marketplace.ErrConflict)
	// ErrReplayDiffers: a decision record does not give the ranking it holds.
	ErrReplayDiffers = fmt.Errorf("the decision's replay differs from its record: %w", marketplace.ErrConflict)
)

// CapError says which of a day's caps was reached. It Is ErrCapReached.
type CapError struct {
	Cap  Cap
	Ends time.Duration // until the day is over, more than zero
}

func (e *CapError) Error() string {
	return fmt.Sprintf("%v: the cap by %s ends in %s", ErrCapReached, e.Cap, e.Ends.Round(time.Second))
}

// Is makes errors.Is true for ErrCapReached and marketplace.ErrConflict.
func (e *CapError) Is(target error) bool {
	return target == ErrCapReached || target == marketplace.ErrConflict
}

// RetryAfter is when asking again may succeed.
func (e *CapError) RetryAfter() time.Duration { return e.Ends }
