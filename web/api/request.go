package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/web/problem"
)

// Request is what is known of a request beside its body: who asks, and how.
type Request struct {
	ID             string
	Caller         access.Caller // zero: nobody in particular
	Session        string        // the id of the caller's session
	Limited        bool          // the caller has not completed their sign-in
	Source         []byte        // the keyed hash of the address it came from
	UserAgent      string
	IdempotencyKey string
	Until          time.Time // when the caller's token expires; zero: never
}

type requestKey struct{}

// WithRequest returns a context that knows the request.
func WithRequest(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// requestOf is the context's request; without one, nobody's.
func requestOf(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey{}).(*Request); ok {
		return r
	}
	return &Request{}
}

// may refuses who is not known where somebody must be, and whose sign-in is
// not complete. Everything else is the domain's to decide.
func (r *Request) may(route Route) error {
	switch {
	case route.Who.Kind == Anyone:
		return nil
	case !r.Caller.Valid():
		return problem.New("unauthenticated", "")
	case r.Limited && !route.Limited:
		return problem.New("second_factor_missing", "")
	}
	return nil
}
