package community

import (
	"fmt"

	"knowhow/marketplace"
)

var (
	// ErrTooMuch: the expert has said MaxPostsPerDay things in a day, or proposed
	// MaxProposals in 14. It wraps marketplace.ErrConflict.
	ErrTooMuch = fmt.Errorf("%w: that is enough for now", marketplace.ErrConflict)
	// ErrVoted: the expert has voted in the election. It wraps
	// marketplace.ErrConflict.
	ErrVoted = fmt.Errorf("%w: everybody votes once", marketplace.ErrConflict)
	// ErrNotNow: the proposal or the election is not at this point. It wraps
	// marketplace.ErrConflict.
	ErrNotNow = fmt.Errorf("%w: it is not the time for this", marketplace.ErrConflict)
	// ErrSpoken: there are spokespeople whose term does not end soon, or an election
	// is under way. It wraps marketplace.ErrConflict.
	ErrSpoken = fmt.Errorf("%w: no election can be called now", marketplace.ErrConflict)
	// ErrNotAPerson: only a person may do this. It wraps marketplace.ErrForbidden.
	ErrNotAPerson = fmt.Errorf("%w: only a person may do this", marketplace.ErrForbidden)
)
