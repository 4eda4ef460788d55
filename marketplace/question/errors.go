package question

import (
	"fmt"

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
	// ErrReplayDiffers: a decision record does not give the ranking it holds.
	ErrReplayDiffers = fmt.Errorf("the decision's replay differs from its record: %w", marketplace.ErrConflict)
)
