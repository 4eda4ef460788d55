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
	// ErrUploadCap: the caller has uploaded as many pictures as they may within a
	// day; an *UploadCapError. It Is marketplace.ErrConflict too.
	ErrUploadCap = fmt.Errorf("no more pictures may be uploaded today: %w", marketplace.ErrConflict)
	// ErrTooManyShares: the receipt has MaxShares open links.
	ErrTooManyShares = fmt.Errorf("there are too many open links to the receipt: %w", marketplace.ErrConflict)
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

// UploadCapError says when the next picture may be uploaded. It Is ErrUploadCap.
type UploadCapError struct{ Ends time.Duration }

func (e *UploadCapError) Error() string {
	return fmt.Sprintf("%v: the next in %s", ErrUploadCap, e.Ends.Round(time.Second))
}

// Is makes errors.Is true for ErrUploadCap and marketplace.ErrConflict.
func (e *UploadCapError) Is(target error) bool {
	return target == ErrUploadCap || target == marketplace.ErrConflict
}

// RetryAfter is when uploading again may succeed.
func (e *UploadCapError) RetryAfter() time.Duration { return e.Ends }
