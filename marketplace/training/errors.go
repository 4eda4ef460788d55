package training

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"knowhow/marketplace"
)

var (
	// ErrUnmet: something is still asked of the applicant; an *UnmetError.
	ErrUnmet = errors.New("the applicant has not met everything asked")
	// ErrRetake: the quiz cannot be taken now; a *RetakeError.
	ErrRetake = errors.New("the quiz cannot be taken now")
	// ErrStaleVersion: the terms or the quiz have a newer version. It wraps
	// marketplace.ErrConflict.
	ErrStaleVersion = fmt.Errorf("%w: there is a newer version", marketplace.ErrConflict)
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
	// ErrUnfunded: the program pays for the onboarding and lacks the money, so
	// nobody begins one. It wraps marketplace.ErrConflict.
	ErrUnfunded = fmt.Errorf("%w: the program cannot pay for an onboarding now", marketplace.ErrConflict)
)

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
