package conduct

import (
	"fmt"

	"knowhow/marketplace"
	"knowhow/marketplace/expert"
)

var (
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
)

// MeasureError names a move that a measure's state does not allow.
type MeasureError struct{ From, To State }

func (e *MeasureError) Error() string {
	return fmt.Sprintf("a measure that is %s cannot become %s", e.From, e.To)
}

// Is matches expert.ErrState and marketplace.ErrConflict.
func (e *MeasureError) Is(target error) bool {
	return target == expert.ErrState || target == marketplace.ErrConflict
}
