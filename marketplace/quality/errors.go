package quality

import (
	"fmt"

	"knowhow/marketplace"
)

// Refusals of this room beside marketplace's own, *question.TransitionError
// and question.ErrTooLate.
var (
	// ErrOwnWork: the caller asked the question or worked on it, so somebody else
	// must judge it.
	ErrOwnWork = fmt.Errorf("nobody judges a question they had a part in: %w", marketplace.ErrForbidden)
	// ErrSharedAccount: the caller is, or once was, paid to the same bank account as
	// who did the work.
	ErrSharedAccount = fmt.Errorf("nobody judges work that is paid to their own bank account: %w", marketplace.ErrForbidden)
	// ErrNotGiven: the review is not the caller's to decide: it was not given to them,
	// or by now to somebody else.
	ErrNotGiven = fmt.Errorf("the review was not given to the caller: %w", marketplace.ErrConflict)
	// ErrEnoughReturned: the caller has given back as many reviews today as one may.
	ErrEnoughReturned = fmt.Errorf("%w: the caller has given back enough reviews today", marketplace.ErrConflict)
	// ErrSameHuman: the caller refused or reviewed the work, so somebody else must
	// decide the appeal.
	ErrSameHuman = fmt.Errorf("an appeal is decided by somebody who has not yet judged the work: %w", marketplace.ErrForbidden)
	// ErrOwnSignal: the signal is about the caller.
	ErrOwnSignal = fmt.Errorf("nobody settles what is about themselves: %w", marketplace.ErrForbidden)
	// ErrTooMuchGold: the program has as many items of gold in use as it may.
	ErrTooMuchGold = fmt.Errorf("%w: the program has enough gold in use", marketplace.ErrConflict)
	// ErrNotAsked: the customer is not asked whether they would recommend the
	// program, or said so lately.
	ErrNotAsked = fmt.Errorf("nobody asks for a recommendation now: %w", marketplace.ErrConflict)
	// ErrNotAnswered: there is no answer yet to say anything of.
	ErrNotAnswered = fmt.Errorf("the question has no answer yet: %w", marketplace.ErrConflict)
)

// maxText is how long a note, a comment or a reason may be, in bytes.
const maxText = 4 << 10
