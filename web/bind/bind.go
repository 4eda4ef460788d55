// Package bind puts operations behind huma by reflection: it documents what
// one takes and gives, reads and checks requests, calls the handler and writes
// what that answers. Schemas, their validation and the description are huma's;
// so is how an input and an output are tagged, as far as our API goes:
//
//   - parameters are fields tagged path, query or header, of a string, an
//     integer, a bool, a time, a slice of strings (query, exploded) or what reads
//     itself from text; only those of the path are required, and a default is one
//     of a parameter's, never of a body's member;
//   - Body is JSON in and out; RawBody is a body as it comes, and a Body of
//     bytes is written as it is: both are described by the operation;
//   - other fields of an output are headers, of strings.
//
// huma.Register does the same by generics, of which the compiler makes another
// 40 kB of program for each operation: this is one for all. What a type cannot
// be, Register panics of, at start.
package bind

import (
	"context"
	"fmt"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Handler does what an operation is for. It gets a pointer to the input and
// returns one to the output, or nil where there is nothing to say.
type Handler func(ctx context.Context, in any) (out any, err error)

// Register adds the operation to the API and its description. It takes in and
// gives out, which are structs; both must be what handle takes and returns.
func Register(api huma.API, op huma.Operation, in, out reflect.Type, handle Handler) {
	if in.Kind() != reflect.Struct || out.Kind() != reflect.Struct {
		panic(fmt.Sprintf("bind %s: %s and %s must be structs", op.OperationID, in, out))
	}
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	// encoding/json takes a name in any case, and the last of several: what was
	// checked under one must not be replaced under another.
	huma.ValidateStrictCasing = true
	e := &endpoint{api: api, op: &op, handle: handle, input: in}
	e.describeParams(in, nil)
	e.describeBody()
	e.describeAnswer(out)
	e.describeRefusals()
	api.OpenAPI().AddOperation(&op)
	api.Adapter().Handle(&op, api.Middlewares().Handler(op.Middlewares.Handler(e.serve)))
}

// endpoint is an operation, ready to be called.
type endpoint struct {
	api    huma.API
	op     *huma.Operation
	handle Handler
	input  reflect.Type
	params []param
	body   body
	answer answer
}

// param is a field of the input that is a parameter.
type param struct {
	field              []int
	in, name, fallback string
	required           bool
	schema             *huma.Schema
}

// body is the field of the input that is the request's body.
type body struct {
	field  []int // nil: no body is read
	schema *huma.Schema
	raw    bool // it is not JSON
}

// answer is what of the output goes where.
type answer struct {
	headers []header
	body    []int // nil: there is none
}

type header struct {
	field []int
	name  string
}

func (e *endpoint) schemas() huma.Registry { return e.api.OpenAPI().Components.Schemas }

// serve answers a request.
func (e *endpoint) serve(ctx huma.Context) {
	in := reflect.New(e.input)
	if err := e.read(ctx, in.Elem()); err != nil {
		e.refuse(ctx, err)
		return
	}
	out, err := e.handle(ctx.Context(), in.Interface())
	switch {
	case err != nil:
		e.refuse(ctx, e.known(ctx, err))
	case out == nil:
		ctx.SetStatus(e.op.DefaultStatus)
	default:
		e.write(ctx, reflect.ValueOf(out).Elem())
	}
}

const jsonMedia = "application/json"
