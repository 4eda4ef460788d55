package bind

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// check collects what is wrong with a request.
type check struct {
	huma.ValidateResult
	path   *huma.PathBuffer
	status int // of the refusal, if anything is wrong
}

// at says where what is checked next lies.
func (c *check) at(in, name string) *huma.PathBuffer {
	c.path.Reset()
	c.path.Push(in)
	if name != "" {
		c.path.Push(name)
	}
	return c.path
}

// refusal is the error of what was found; nil: nothing was.
func (c *check) refusal(ctx huma.Context) huma.StatusError {
	if len(c.Errors) == 0 {
		return nil
	}
	return huma.NewErrorWithContext(ctx, c.status, "validation failed", c.Errors...)
}

// release keeps the check for the next request, unless it grew large. What was
// found quotes the request, which nobody is to hold longer than need be.
func (c *check) release() {
	if cap(c.Errors) > maxFound || cap(c.path.Bytes()) > maxPath {
		return
	}
	clear(c.Errors)
	c.Reset()
	c.path.Reset()
	checks.Put(c)
}

// maxFound and maxPath are the number of mistakes and the bytes of a path up to
// which a check is kept.
const (
	maxFound = 128
	maxPath  = 2 << 10
)

var (
	checks = sync.Pool{New: func() any { return &check{path: huma.NewPathBuffer(make([]byte, 0, 128), 0)} }}
	bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}
)

// maxPooled is the size up to which a buffer is kept for the next request.
const maxPooled = 256 << 10

func release(b *bytes.Buffer) {
	if b.Cap() <= maxPooled {
		b.Reset()
		bodies.Put(b)
	}
}

// read fills the input from the request, or says what is wrong with that: of a
// parameter nobody knows that alone, of everything else all of it.
func (e *endpoint) read(ctx huma.Context, in reflect.Value) huma.StatusError {
	c := checks.Get().(*check)
	defer c.release()
	c.status = http.StatusUnprocessableEntity
	var query url.Values
	if u := ctx.URL(); u.RawQuery != "" {
		var err error
		if query, err = url.ParseQuery(u.RawQuery); err != nil {
			c.status = http.StatusBadRequest
			c.Add(c.at("query", ""), "", "is not written as a query is: name=value, parted by &, with % only before two hexadecimal digits")
			return c.refusal(ctx)
		}
	}
	for name := range query {
		if !slices.ContainsFunc(e.params, func(p param) bool { return p.in == "query" && p.name == name }) {
			c.Add(c.at("query", name), "", "unknown query parameter")
		}
	}
	if refused := c.refusal(ctx); refused != nil {
		return refused
	}
	for i := range e.params {
		e.readParam(ctx, &e.params[i], query, in, c)
	}
	if e.body.field != nil {
		if refused := e.readBody(ctx, in.FieldByIndex(e.body.field), c); refused != nil {
			return refused
		}
	}
	return c.refusal(ctx)
}

func (e *endpoint) readParam(ctx huma.Context, p *param, query url.Values, in reflect.Value, c *check) {
	values := p.values(ctx, query)
	if values == nil {
		if p.required {
			c.Add(c.at(p.in, p.name), "", "required "+p.in+" parameter is missing")
		}
		return
	}
	value, err := parse(in.FieldByIndex(p.field), values)
	if err != nil {
		c.Add(c.at(p.in, p.name), values[0], err.Error())
		return
	}
	huma.Validate(e.schemas(), p.schema, c.at(p.in, p.name), huma.ModeWriteToServer, value, &c.ValidateResult)
}

// values is what the request says of the parameter; nil: nothing, or nothing
// but an empty text.
func (p *param) values(ctx huma.Context, query url.Values) (values []string) {
	switch p.in {
	case "path":
		values = []string{ctx.Param(p.name)}
	case "query":
		values = query[p.name]
	case "header":
		values = []string{ctx.Header(p.name)}
	}
	switch {
	case len(values) > 0 && values[0] != "":
		return values
	case p.fallback != "":
		return []string{p.fallback}
	}
	return nil
}

// parse writes the values to a field, and returns them as they are validated.
// Of what is single the first counts.
func parse(f reflect.Value, values []string) (any, error) {
	text := values[0]
	switch f.Kind() {
	case reflect.String:
		f.SetString(text)
		return text, nil
	case reflect.Bool:
		v, err := strconv.ParseBool(text)
		if err != nil {
			return nil, errors.New("invalid boolean")
		}
		f.SetBool(v)
		return v, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v, err := strconv.ParseInt(text, 10, f.Type().Bits())
		if err != nil {
			return nil, errors.New("invalid integer")
		}
		f.SetInt(v)
		return v, nil
	case reflect.Slice:
		list := reflect.MakeSlice(f.Type(), len(values), len(values))
		for i, v := range values {
			list.Index(i).SetString(v)
		}
		f.Set(list)
		return values, nil
	}
	return text, parseText(f, text)
}

// parseText writes a time, or what reads itself.
func parseText(f reflect.Value, text string) error {
	if f.Type() == timeType {
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return errors.New("invalid date/time for format " + time.RFC3339Nano)
		}
		f.Set(reflect.ValueOf(t))
		return nil
	}
	if err := f.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
		return fmt.Errorf("invalid value: %w", err)
	}
	return nil
}

// bodyPatience is how long a JSON body may take to arrive.
const bodyPatience = 5 * time.Second

// readBody reads the body into the field. What is wrong with its text is noted;
// where there is none to judge, the refusal is returned at once.
func (e *endpoint) readBody(ctx huma.Context, f reflect.Value, c *check) huma.StatusError {
	buffer := bodies.Get().(*bytes.Buffer)
	defer release(buffer)
	if !e.body.raw {
		_ = ctx.SetReadDeadline(time.Now().Add(bodyPatience)) // where the server can
	}
	if refused := e.fetch(ctx, buffer); refused != nil {
		return refused
	}
	if !e.body.raw {
		_ = ctx.SetReadDeadline(time.Time{}) // it would end the request's context too
	}
	switch {
	case buffer.Len() == 0 && e.op.RequestBody.Required:
		return huma.NewErrorWithContext(ctx, http.StatusBadRequest, "request body is required")
	case e.body.raw:
		f.SetBytes(bytes.Clone(buffer.Bytes()))
	case buffer.Len() > 0:
		e.readJSON(ctx, buffer.Bytes(), f, c)
	}
	return nil
}

// fetch reads the body, as far as it may go.
func (e *endpoint) fetch(ctx huma.Context, into *bytes.Buffer) huma.StatusError {
	from := ctx.BodyReader()
	if from == nil {
		return nil
	}
	n, err := into.ReadFrom(io.LimitReader(from, e.op.MaxBodyBytes+1))
	var timeout net.Error
	switch {
	case n > e.op.MaxBodyBytes:
		return huma.NewErrorWithContext(ctx, http.StatusRequestEntityTooLarge, fmt.Sprintf("request body is too large limit=%d bytes", e.op.MaxBodyBytes))
	case errors.As(err, &timeout) && timeout.Timeout():
		return huma.NewErrorWithContext(ctx, http.StatusRequestTimeout, "request body read timeout")
	case err != nil: // it ended too early, or is not chunked as it says
		return huma.NewErrorWithContext(ctx, http.StatusBadRequest, "request body cannot be read")
	}
	return nil
}

var errTwice = errors.New("an object has a member twice")

// readJSON validates the text as it is before it becomes a value: that tells a
// member that was left out from one that is zero.
func (e *endpoint) readJSON(ctx huma.Context, text []byte, f reflect.Value, c *check) {
	media := ctx.Header("Content-Type")
	if media == "" {
		media = jsonMedia
	}
	var loose any
	err := e.api.Unmarshal(media, text, &loose)
	if err == nil && repeats(text, loose) {
		err = errTwice
	}
	if err == nil {
		found := len(c.Errors)
		huma.Validate(e.schemas(), e.body.schema, c.at("body", ""), huma.ModeWriteToServer, loose, &c.ValidateResult)
		if len(c.Errors) > found {
			return
		}
		if err = e.api.Unmarshal(media, text, f.Addr().Interface()); err == nil {
			return
		}
	} else if c.status = http.StatusBadRequest; errors.Is(err, huma.ErrUnknownContentType) {
		c.status = http.StatusUnsupportedMediaType
	}
	c.Errors = append(c.Errors, unread(err))
}

// unread says what of a body is no value of ours, in no words of Go's: such as 1e3,
// or what does not fit in 64 bits, for an integer.
func unread(err error) *huma.ErrorDetail {
	var odd *json.UnmarshalTypeError
	if errors.As(err, &odd) && odd.Field != "" {
		return &huma.ErrorDetail{Location: "body." + odd.Field, Message: "expected " + odd.Type.String() + ", in plain digits where it is a number"}
	}
	return &huma.ErrorDetail{Location: "body", Message: err.Error()}
}
