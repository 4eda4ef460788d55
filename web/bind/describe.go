package bind

import (
	"encoding"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// describeParams finds the parameters among the fields of in, and of what in
// embeds, in their order.
func (e *endpoint) describeParams(in reflect.Type, at []int) {
	for i := range in.NumField() {
		f, index := in.Field(i), append(at[:len(at):len(at)], i)
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			e.describeParams(f.Type, index)
		case f.Name != "Body" && f.Name != "RawBody":
			e.describeParam(f, index)
		}
	}
}

func (e *endpoint) describeParam(f reflect.StructField, index []int) {
	p := param{field: index, fallback: f.Tag.Get("default")}
	for _, p.in = range []string{"path", "query", "header", ""} {
		if p.name = f.Tag.Get(p.in); p.name != "" {
			break
		}
	}
	if p.name == "" || !f.IsExported() || f.Tag.Get("required") != "" && p.in != "path" {
		panic(fmt.Sprintf("bind %s: %s is no parameter: one that may be left out, with its name", e.op.OperationID, f.Name))
	}
	explode := false
	if p.in == "query" {
		p.name, explode = strings.CutSuffix(p.name, ",explode")
	}
	if !readable(f.Type, explode) {
		panic(fmt.Sprintf("bind %s: a parameter cannot be of type %s", e.op.OperationID, f.Type))
	}
	p.required, p.schema = p.in == "path", huma.SchemaFromField(e.schemas(), f, "")
	e.params = append(e.params, p)
	if f.Tag.Get("hidden") == "true" {
		return
	}
	described := &huma.Param{Name: p.name, In: p.in, Description: p.schema.Description, Required: p.required, Schema: p.schema}
	if p.in == "query" {
		described.Explode = &explode
	}
	e.op.Parameters = append(e.op.Parameters, described)
}

var (
	timeType        = reflect.TypeFor[time.Time]()
	unmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// readable reports whether a parameter may be of the type; of several values,
// whether it is exploded.
func readable(t reflect.Type, explode bool) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return !explode
	case reflect.Slice:
		return explode && t.Elem().Kind() == reflect.String
	}
	return !explode && (t == timeType || reflect.PointerTo(t).Implements(unmarshalerType))
}

// describeBody finds the body: RawBody, which the operation describes itself,
// or Body, which is JSON and may be left out where it is a pointer.
func (e *endpoint) describeBody() {
	if e.op.MaxBodyBytes == 0 {
		e.op.MaxBodyBytes = 1 << 20
	}
	if f, ok := e.input.FieldByName("RawBody"); ok {
		if f.Type != reflect.TypeFor[[]byte]() || e.op.RequestBody == nil {
			panic(fmt.Sprintf("bind %s: RawBody must be bytes, and the operation must describe them", e.op.OperationID))
		}
		e.body = body{field: f.Index, raw: true}
		return
	}
	f, ok := e.input.FieldByName("Body")
	if !ok {
		return
	}
	e.body = body{field: f.Index, schema: huma.SchemaFromField(e.schemas(), f, e.hint(e.input, "Request"))}
	e.body.schema.PrecomputeMessages()
	e.op.RequestBody = &huma.RequestBody{
		Required: f.Type.Kind() != reflect.Pointer, Content: map[string]*huma.MediaType{jsonMedia: {Schema: e.body.schema}},
	}
}

// hint names the schema of a body whose type has no name.
func (e *endpoint) hint(of reflect.Type, suffix string) string {
	if of.Name() != "" {
		return of.Name() + "Body"
	}
	return e.op.OperationID + suffix
}

// describeAnswer finds the body and the headers of an answer. Content that the
// operation describes itself stays as it is.
func (e *endpoint) describeAnswer(out reflect.Type) {
	status := strconv.Itoa(e.op.DefaultStatus)
	response := e.op.Responses[status]
	if response == nil {
		response = &huma.Response{Description: http.StatusText(e.op.DefaultStatus)}
		e.op.Responses[status] = response
	}
	for _, f := range reflect.VisibleFields(out) {
		switch {
		case f.Anonymous:
		case f.Name == "Body":
			e.answer.body = f.Index
			if len(response.Content) == 0 {
				response.Content = map[string]*huma.MediaType{jsonMedia: {Schema: huma.SchemaFromField(e.schemas(), f, e.hint(out, "Response"))}}
			}
		default:
			e.describeHeader(f, response)
		}
	}
}

func (e *endpoint) describeHeader(f reflect.StructField, response *huma.Response) {
	h := header{field: f.Index, name: f.Tag.Get("header")}
	if h.name == "" || f.Type.Kind() != reflect.String {
		panic(fmt.Sprintf("bind %s: %s is no header: a string with its name", e.op.OperationID, f.Name))
	}
	e.answer.headers = append(e.answer.headers, h)
	if f.Tag.Get("hidden") == "true" {
		return
	}
	if response.Headers == nil {
		response.Headers = map[string]*huma.Param{}
	}
	response.Headers[h.name] = &huma.Header{Schema: huma.SchemaFromField(e.schemas(), f, "")}
}

// describeRefusals adds what the operation's errors look like.
func (e *endpoint) describeRefusals() {
	shape := huma.NewError(0, "")
	of := reflect.TypeOf(shape).Elem()
	schema := e.schemas().Schema(of, true, of.Name())
	for _, status := range e.op.Errors {
		e.op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{mediaOf(shape): {Schema: schema}},
		}
	}
}
