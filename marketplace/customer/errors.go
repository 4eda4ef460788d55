package customer

import (
	"fmt"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

var (
	// ErrErased: the customer was erased and is nobody any more. It Is
	// marketplace.ErrNotFound.
	ErrErased = fmt.Errorf("the customer was erased: %w", marketplace.ErrNotFound)
	// ErrNoHandle: the customer cannot be reached on this channel. It Is
	// marketplace.ErrNotFound.
	ErrNoHandle = fmt.Errorf("the customer has no handle on this channel: %w", marketplace.ErrNotFound)
	// ErrDevice: the token is no device's, or its device has ended or was not
	// used for too long. It Is access.ErrUnauthenticated.
	ErrDevice = fmt.Errorf("the browser is not known any more: %w", access.ErrUnauthenticated)
	// ErrIdentityToken: the signed token is not one of the brand's, or not good
	// any more; an *IdentityTokenError. It Is access.ErrUnauthenticated.
	ErrIdentityToken = fmt.Errorf("the identity token is not valid: %w", access.ErrUnauthenticated)
	// ErrTooManyLinks: the customer has MaxLinks open links; revoke them first.
	// It Is marketplace.ErrConflict.
	ErrTooManyLinks = fmt.Errorf("there are too many open links: %w", marketplace.ErrConflict)
)

// IdentityTokenError says why a token was not trusted, for the brand's
// developers, without quoting it. It Is ErrIdentityToken.
type IdentityTokenError struct{ Reason string }

func (e *IdentityTokenError) Error() string { return "the identity token is not valid: " + e.Reason }

// Unwrap makes it ErrIdentityToken.
func (e *IdentityTokenError) Unwrap() error { return ErrIdentityToken }
