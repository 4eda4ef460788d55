package bind

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// write answers with an output: its headers, then its body.
func (e *endpoint) write(ctx huma.Context, out reflect.Value) {
	for _, h := range e.answer.headers {
		if value := out.FieldByIndex(h.field).String(); value != "" {
			ctx.SetHeader(h.name, value)
		}
	}
	if e.answer.body == nil {
		ctx.SetStatus(e.op.DefaultStatus)
		return
	}
	switch body := out.FieldByIndex(e.answer.body).Interface().(type) {
	case []byte:
		ctx.SetStatus(e.op.DefaultStatus)
		_, _ = ctx.BodyWriter().Write(body) // the client may be gone
	default:
		e.send(ctx, e.op.DefaultStatus, jsonMedia, body)
	}
}

// known is err as it may be told. A handler says what became of an error; of
// one that says nothing, nothing is told.
func (e *endpoint) known(ctx huma.Context, err error) huma.StatusError {
	var known huma.StatusError
	if errors.As(err, &known) {
		return known
	}
	return huma.NewErrorWithContext(ctx, http.StatusInternalServerError, "unexpected error occurred", err)
}

// refuse answers with an error.
func (e *endpoint) refuse(ctx huma.Context, err huma.StatusError) {
	if more, ok := err.(huma.HeadersError); ok {
		for name, values := range more.GetHeaders() {
			for _, value := range values {
				ctx.AppendHeader(name, value)
			}
		}
	}
	e.send(ctx, err.GetStatus(), mediaOf(err), err)
}

// mediaOf is the media type of an error.
func mediaOf(err huma.StatusError) string {
	if own, ok := err.(huma.ContentTypeFilter); ok {
		return own.ContentType(jsonMedia)
	}
	return jsonMedia
}

// send writes a body as JSON. It is whole before the status is sent, so that
// one that cannot be written, which is a mistake of ours, becomes an error.
func (e *endpoint) send(ctx huma.Context, status int, media string, body any) {
	buffer := bodies.Get().(*bytes.Buffer)
	defer release(buffer)
	if err := e.api.Marshal(buffer, media, body); err != nil {
		panic(fmt.Sprintf("write the answer of %s: %v", e.op.OperationID, err))
	}
	ctx.SetHeader("Content-Type", media)
	ctx.SetStatus(status)
	_, _ = ctx.BodyWriter().Write(buffer.Bytes()) // the client may be gone
}
