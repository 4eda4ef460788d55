package api

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/signin"
	"knowhow/web/problem"
)

// Request is what is known of a request beside its body: who asks, and how.
type Request struct {
	ID             string
	Caller         access.Caller // zero: nobody in particular
	Session        string        // the id of the caller's session; of a customer, their device's
	Limited        bool          // the caller has not completed their sign-in
	Address        netip.Addr    // it came from; zero: not known
	Source         []byte        // the keyed hash of the address
	UserAgent      string
	AcceptLanguage string // as it came: what a browser says its user reads
	IdempotencyKey string
	Until          time.Time // when the caller's token expires; zero: never
	Refresh        string    // the token in the session's cookie; empty: there is none
	CrossSite      bool      // a browser sends it from a page that is not ours
	Origin         string    // that page's, on routes for customers' pages; empty: it is ours, or no page
}

// client is where the request comes from, as signing in wants it.
func (r *Request) client() signin.Client {
	return signin.Client{Address: r.Address, UserAgent: r.UserAgent, Languages: acceptedLanguages(r.AcceptLanguage)}
}

// session is the id of the caller's session; zero where there is none.
func (r *Request) session() (id signin.SessionID) {
	if err := id.UnmarshalText([]byte(r.Session)); err != nil {
		return signin.SessionID{}
	}
	return id
}

// CookieName is what the session's cookie is called where base is how the
// outside reaches us. Browsers take the prefix as a promise: over TLS only, and
// from this host alone.
func CookieName(base *url.URL) string {
	if base.Scheme == "https" {
		return "__Host-knowhow_refresh"
	}
	return "knowhow_refresh"
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

// may refuses pages of others where the session's cookie is taken or given, who
// is not known where somebody must be, whose sign-in is not
// complete, and who is no such caller as the route is for: to a customer it
// says nothing of what is a person's, whether it exists or not. Everything else
// is the domain's to decide.
func (r *Request) may(route Route) error {
	switch {
	case route.cookie && r.CrossSite:
		return problem.New("cross_site", "")
	case route.Who.Kind == Anyone, route.Who.Kind == Session && r.Refresh != "":
		return nil
	case route.Who.Kind == Session, !r.Caller.Valid():
		return problem.New("unauthenticated", "")
	case r.Limited && !route.Limited:
		return problem.New("second_factor_missing", "")
	case !slices.Contains(kinds[route.Who.Kind], r.Caller.Kind):
		return problem.New("forbidden", "")
	}
	return nil
}

// kinds are the callers that a route's kind of callers may be.
var kinds = map[Kind][]access.Kind{
	Customer:  {access.KindCustomer},
	Person:    {access.KindPerson},
	Colleague: {access.KindPerson},
	Account:   {access.KindPerson, access.KindKey},
	Member:    {access.KindPerson, access.KindKey},
	Operator:  {access.KindPerson},
	Party:     {access.KindCustomer, access.KindPerson, access.KindKey},
}
