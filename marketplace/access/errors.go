package access

import (
	"errors"
	"fmt"

	"knowhow/marketplace"
)

var (
	// ErrUnauthenticated: who is acting could not be proven. Every room's
	// refusal of a password, token or key Is this one.
	ErrUnauthenticated = errors.New("who is acting could not be proven")
	// ErrKey: the secret is no API key's, or its key was revoked or has expired.
	// It Is ErrUnauthenticated.
	ErrKey = fmt.Errorf("the API key is not valid: %w", ErrUnauthenticated)
	// ErrTooManyKeys: the brand has MaxKeys keys; revoke one first. It Is
	// marketplace.ErrConflict.
	ErrTooManyKeys = fmt.Errorf("the brand has too many keys: %w", marketplace.ErrConflict)
	// ErrEmailTaken: another person has this e-mail address. It Is
	// marketplace.ErrConflict.
	ErrEmailTaken = fmt.Errorf("another person has this e-mail address: %w", marketplace.ErrConflict)
	// ErrNoEmail: the person has no e-mail address.
	ErrNoEmail = fmt.Errorf("the person has no e-mail address: %w", marketplace.ErrNotFound)
	// ErrLastOwner: the brand's only owner cannot go before there is another.
	// It Is marketplace.ErrConflict.
	ErrLastOwner = fmt.Errorf("a brand must keep an owner: %w", marketplace.ErrConflict)
)

// ForbiddenError names the permission the caller lacks. It Is
// marketplace.ErrForbidden.
type ForbiddenError struct{ Permission Permission }

func (e *ForbiddenError) Error() string {
	return fmt.Sprintf("not allowed: needs the permission %s", e.Permission)
}

// Is makes errors.Is(err, marketplace.ErrForbidden) true.
func (e *ForbiddenError) Is(target error) bool { return target == marketplace.ErrForbidden }
