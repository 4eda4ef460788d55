package invitation

import (
	"fmt"

	"knowhow/marketplace"
)

var (
	// ErrUnknown: the invitation is none, or another program's. It wraps
	// marketplace.ErrNotFound.
	ErrUnknown = fmt.Errorf("%w: no such invitation", marketplace.ErrNotFound)
	// ErrOver: the invitation has expired or was taken back. It wraps
	// marketplace.ErrConflict.
	ErrOver = fmt.Errorf("%w: the invitation is over", marketplace.ErrConflict)
	// ErrUsed: all who may have applied by the invitation. It wraps
	// marketplace.ErrConflict.
	ErrUsed = fmt.Errorf("%w: the invitation is used up", marketplace.ErrConflict)
	// ErrTooMany: the program has MaxInvitations open ones. It wraps
	// marketplace.ErrConflict.
	ErrTooMany = fmt.Errorf("%w: there are too many open invitations", marketplace.ErrConflict)
)
