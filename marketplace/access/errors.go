package access

import (
	"fmt"

	"knowhow/marketplace"
)

var (
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
