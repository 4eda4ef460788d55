package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/web/bind"
	"knowhow/web/limit"
	"knowhow/web/problem"
)

// Who says who may call a route. The domain decides; this is what the
// documentation says, and a test compares the two.
type Who struct {
	Kind       Kind
	Permission access.Permission // of Member, Party and Operator
	Also       access.Permission // of Member: this one is needed too; empty: none
}

// Kind is a sort of caller.
type Kind string

const (
	Anyone    Kind = "anyone"                // signed in or not
	Customer  Kind = "customer"              // about what is theirs
	Person    Kind = "person"                // anybody signed in, about what is theirs
	Colleague Kind = "expert of the program" // who is no member of its brand
	Account   Kind = "account"               // anybody signed in, or an API key, about what is theirs
	Member    Kind = "member"                // of the brand, in a role with the permission; or an API key with the scope
	Operator  Kind = "operator"              // of the platform, with the permission
	Party     Kind = "party"                 // a customer or an expert, about what is theirs; or a member as above
	Session   Kind = "session"               // whose browser has a session's cookie
)

func member(p access.Permission) Who   { return Who{Kind: Member, Permission: p} }
func operator(p access.Permission) Who { return Who{Kind: Operator, Permission: p} }

// Route describes a route, for the documentation and for tests.
type Route struct {
	ID, Method, Path string
	Tag              string
	Summary          string
	About            string // more than the summary says, where there is more
	Who              Who
	// Limited routes may be called by whose sign-in is not complete.
	Limited bool
	// MaxBody bounds the body in bytes; 0: 256 kB.
	MaxBody int64

	shape   any  // of a document: what it says, as JSON; its answer is written by hand
	paper   bool // of a document: it is there as PDF too
	status  int
	unkeyed bool         // takes no Idempotency-Key
	cookie  bool         // takes the session's cookie, or gives it: for our own pages only
	files   []string     // the media types of a body that is a file
	shows   []string     // the media types of an answer that is a file
	policy  limit.Policy // how often one address may call it; zero: as any other
}

// Enters reports a route by which somebody comes in, or goes. It asks for no
// access token, and heeds none: who calls it often has one that has expired.
func (r Route) Enters() bool {
	return r.Who.Kind == Session || r.Who.Kind == Anyone && r.Method != http.MethodGet
}

const maxBody = 256 << 10

// A route takes a pointer to its input and gives one to its output: the
// compiler makes code that is generic of pointers once for all of them, of
// structs once for each, under a name that spells the struct out.

// read adds a route that returns something.
func read[I any, O comparable](a *API, r Route, show func(ctx context.Context, caller access.Caller, in I) (O, error)) {
	r.Method, r.status = http.MethodGet, http.StatusOK
	add(a, r, show)
}

// call adds a route that answers a body and leaves nothing behind, or nothing
// that may be repeated.
func call[I any, O comparable](a *API, r Route, do func(ctx context.Context, caller access.Caller, in I) (O, error)) {
	r.Method, r.unkeyed = http.MethodPost, true
	if r.status == 0 {
		r.status = http.StatusOK
	}
	add(a, r, do)
}

// create adds a route that creates something: do returns its id, show the thing
// itself. A repeat only shows what the first made.
func create[I any, O comparable](a *API, r Route,
	do func(ctx context.Context, caller access.Caller, in I) (id string, err error),
	show func(ctx context.Context, caller access.Caller, in I, id string) (O, error),
) {
	createShown(a, r, func(ctx context.Context, caller access.Caller, in I) (string, O, error) {
		var unmade O
		id, err := do(ctx, caller, in)
		return id, unmade, err
	}, show)
}

// createShown is create where do can give the thing itself too, so that it is
// looked up for a repeat only.
func createShown[I any, O comparable](a *API, r Route,
	do func(ctx context.Context, caller access.Caller, in I) (id string, made O, err error),
	show func(ctx context.Context, caller access.Caller, in I, id string) (O, error),
) {
	r.Method, r.status = http.MethodPost, http.StatusCreated
	add(a, r, func(ctx context.Context, caller access.Caller, in I) (O, error) {
		var unmade O
		id, made, err := do(claimed(ctx, a, &r, caller, in), caller, in)
		var repeated *marketplace.RepeatedError
		switch {
		case errors.As(err, &repeated):
			return show(ctx, caller, in, repeated.Result)
		case err != nil:
			return unmade, err
		case made != unmade:
			return made, nil
		}
		return show(ctx, caller, in, id)
	})
}

// act adds a route that changes something and returns nothing. Its method is
// POST unless the route says otherwise. A repeat does nothing.
func act[I any](a *API, r Route, do func(ctx context.Context, caller access.Caller, in I) error) {
	if r.Method == "" {
		r.Method = http.MethodPost
	}
	r.status = http.StatusNoContent
	add(a, r, func(ctx context.Context, caller access.Caller, in I) (*struct{}, error) {
		err := do(claimed(ctx, a, &r, caller, in), caller, in)
		if errors.Is(err, marketplace.ErrRepeated) {
			err = nil
		}
		return nil, err
	})
}

// claimed is a context with the claim of the request's Idempotency-Key, where
// it has one.
func claimed(ctx context.Context, a *API, r *Route, caller access.Caller, in any) context.Context {
	key := requestOf(ctx).IdempotencyKey
	if key == "" || r.unkeyed {
		return ctx
	}
	body, err := json.Marshal(in)
	if err != nil {
		return ctx // what was read from JSON can be written as JSON
	}
	mac := hmac.New(sha256.New, a.ClaimKey) // of what may be personal a plain hash could be guessed
	_, _ = mac.Write(body)                  // never fails
	return marketplace.WithClaim(ctx, &marketplace.Claim{
		Scope: caller.String() + " " + r.ID, Key: key, Fingerprint: mac.Sum(nil), At: a.House.Clock.Now(),
	})
}

// add registers a route. What there is of it for every route is little: the
// types, and the way from them to those of the handler.
func add[I any, O comparable](a *API, r Route, handle func(ctx context.Context, caller access.Caller, in I) (O, error)) {
	a.add(&r, pointed[I](&r), pointed[O](&r), func(ctx context.Context, caller access.Caller, in any) (any, error) {
		var nothing O
		out, err := handle(ctx, caller, in.(I))
		if err != nil || out == nothing {
			return nil, err
		}
		return out, nil
	})
}

// pointed is the struct that T points to. A route that takes or gives anything
// else is a mistake of whoever wrote it, and told at the start.
func pointed[T any](r *Route) reflect.Type {
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("route %s: %s is no pointer to a struct", r.ID, t))
	}
	return t.Elem()
}

// add registers a route of these types: it names the caller and turns errors
// into problems.
func (a *API) add(r *Route, in, out reflect.Type, handle func(ctx context.Context, caller access.Caller, in any) (any, error)) {
	a.routes = append(a.routes, *r)
	bind.Register(a.huma, a.operation(*r), in, out, func(ctx context.Context, in any) (any, error) {
		answer, err := handle(ctx, requestOf(ctx).Caller, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return answer, nil
	})
}

// problem is what err is for the client; what it should not see is logged.
func (a *API) problem(ctx context.Context, err error) error {
	p := problem.From(err)
	if p.Status == http.StatusInternalServerError && ctx.Err() != nil {
		p = problem.From(ctx.Err()) // what ended the work, whatever the driver calls that
	}
	p.Request = requestOf(ctx).ID
	if p.Status >= http.StatusInternalServerError && !errors.Is(ctx.Err(), context.Canceled) { // else it is the client who is gone
		a.Log.ErrorContext(ctx, "a request failed", "request", p.Request, "err", err)
	}
	return p
}

// operation is the route as OpenAPI describes it.
func (a *API) operation(r Route) huma.Operation {
	op := huma.Operation{
		OperationID: r.ID, Method: r.Method, Path: Prefix + r.Path, Tags: []string{r.Tag}, Summary: r.Summary,
		Description: r.About, DefaultStatus: r.status, MaxBodyBytes: r.MaxBody,
		Errors: r.refusals(), Extensions: map[string]any{"x-callers": r.Who.Callers()},
		Middlewares: huma.Middlewares{a.guard(r)},
	}
	r.filed(&op)
	if r.shape != nil {
		op.Responses = a.documented(r.shape)
	}
	if r.paper {
		maps.Copy(op.Responses["200"].Content, binary([]string{pdfMedia}))
	}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = maxBody
	}
	switch r.Who.Kind {
	case Anyone:
	case Session:
		op.Security = []map[string][]string{{"session": {}}}
	default:
		op.Security = []map[string][]string{{"bearer": {}}}
	}
	if r.Method != http.MethodGet && !r.unkeyed {
		most := 255
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Description: "A key of the client's own for this request: repeated with it, it does nothing more.",
			Schema: &huma.Schema{Type: "string", MaxLength: &most},
		})
	}
	return op
}
