package signin

import (
	"errors"
	"fmt"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

var (
	// ErrCredentials: address, password or code are wrong; which of them is not
	// told. It Is access.ErrUnauthenticated.
	ErrCredentials = fmt.Errorf("the e-mail address, password or code is wrong: %w", access.ErrUnauthenticated)
	// ErrCodeNeeded: the password is right, and the person's authenticator must
	// give a code besides. It Is access.ErrUnauthenticated.
	ErrCodeNeeded = fmt.Errorf("a code of the authenticator is needed: %w", access.ErrUnauthenticated)
	// ErrTooManyAttempts: somebody tried too often; a *ThrottledError.
	ErrTooManyAttempts = errors.New("too many attempts")
	// ErrSession: the token is no session's, or its session has ended or
	// expired. It Is access.ErrUnauthenticated.
	ErrSession = fmt.Errorf("there is no such session any more: %w", access.ErrUnauthenticated)
	// ErrTokenReused: the token was used long before, so there are two who have
	// it; its session was ended. It Is ErrSession.
	ErrTokenReused = fmt.Errorf("the token was used before: %w", ErrSession)

	// ErrLink: the link is none of ours.
	ErrLink = errors.New("the link does not work")
	// ErrLinkUsed: the link was used, withdrawn or replaced. It Is ErrLink.
	ErrLinkUsed = fmt.Errorf("it was used before: %w", ErrLink)
	// ErrLinkExpired: the link is too old, or who sent it may not do so any
	// more. It Is ErrLink.
	ErrLinkExpired = fmt.Errorf("it has expired: %w", ErrLink)
	// ErrSignInFirst: the invited person has an account; they accept signed in.
	// It Is marketplace.ErrConflict.
	ErrSignInFirst = fmt.Errorf("the invited person has an account and must sign in: %w", marketplace.ErrConflict)
	// ErrNotInvited: the invitation is for another address than the person's. It
	// Is marketplace.ErrForbidden.
	ErrNotInvited = fmt.Errorf("the invitation is for another address: %w", marketplace.ErrForbidden)

	// ErrAuthenticatorOn: the person has a confirmed authenticator already. It
	// Is marketplace.ErrConflict.
	ErrAuthenticatorOn = fmt.Errorf("there is a confirmed authenticator: %w", marketplace.ErrConflict)
	// ErrNoAuthenticator: the person has no authenticator to confirm or to turn
	// off. It Is marketplace.ErrConflict.
	ErrNoAuthenticator = fmt.Errorf("there is no authenticator: %w", marketplace.ErrConflict)
)

// ThrottledError says when to try again. It Is ErrTooManyAttempts.
type ThrottledError struct{ RetryAfter time.Duration }

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("%v: try again in %s", ErrTooManyAttempts, e.RetryAfter.Round(time.Second))
}

// Is makes errors.Is(err, ErrTooManyAttempts) true.
func (e *ThrottledError) Is(target error) bool { return target == ErrTooManyAttempts }
