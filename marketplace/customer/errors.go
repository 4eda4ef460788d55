package customer

import (
	"fmt"

	"knowhow/marketplace"
)

var (
	// ErrErased: the customer was erased and is nobody any more. It Is
	// marketplace.ErrNotFound.
	ErrErased = fmt.Errorf("the customer was erased: %w", marketplace.ErrNotFound)
	// ErrNoHandle: the customer cannot be reached on this channel. It Is
	// marketplace.ErrNotFound.
	ErrNoHandle = fmt.Errorf("the customer has no handle on this channel: %w", marketplace.ErrNotFound)
)
