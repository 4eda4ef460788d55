package observe

import (
	"math"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/encoding/protowire"
)

// message is a protobuf message as it goes over the wire, written field by
// field. OTLP's own package would bring gRPC into the program, for the same
// bytes. Numbers of fields are of opentelemetry/proto/trace/v1/trace.proto and
// what that imports. As in any message of proto3, a field that is zero is left
// out.
type message []byte

func (m *message) bytes(field protowire.Number, value []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), value)
}

func (m *message) text(field protowire.Number, value string) {
	if value != "" {
		*m = protowire.AppendString(protowire.AppendTag(*m, field, protowire.BytesType), valid(value))
	}
}

// valid is a text as proto3 takes it, which is UTF-8. What callers send need
// not be, and one such span would have a collector refuse all beside it.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

func (m *message) count(field protowire.Number, value int) {
	if value > 0 {
		*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), uint64(value))
	}
}

func (m *message) moment(field protowire.Number, at time.Time) {
	*m = protowire.AppendFixed64(protowire.AppendTag(*m, field, protowire.Fixed64Type), uint64(max(0, at.UnixNano())))
}

func (m *message) flags(field protowire.Number, value uint32) {
	*m = protowire.AppendFixed32(protowire.AppendTag(*m, field, protowire.Fixed32Type), value)
}

func (m *message) attributes(field protowire.Number, list []attribute.KeyValue) {
	for _, a := range list {
		m.bytes(field, keyValue(a))
	}
}

// exported is an ExportTraceServiceRequest of the spans, which are all of one
// resource: a process has one.
func exported(spans []sdktrace.ReadOnlySpan) message {
	var request, resource, about message
	about.attributes(1, spans[0].Resource().Attributes())
	resource.bytes(1, about)
	var scopes []instrumentation.Scope
	byScope := map[instrumentation.Scope]message{}
	for _, s := range spans {
		scope := s.InstrumentationScope()
		of, seen := byScope[scope]
		if !seen {
			scopes = append(scopes, scope)
			of.bytes(1, scopeOf(scope))
		}
		of.bytes(2, spanOf(s))
		byScope[scope] = of
	}
	for _, scope := range scopes {
		of := byScope[scope]
		of.text(3, scope.SchemaURL)
		resource.bytes(2, of)
	}
	resource.text(3, spans[0].Resource().SchemaURL())
	request.bytes(1, resource)
	return request
}

func scopeOf(s instrumentation.Scope) (m message) {
	m.text(1, s.Name)
	m.text(2, s.Version)
	m.attributes(3, s.Attributes.ToSlice())
	return m
}

func spanOf(s sdktrace.ReadOnlySpan) (m message) {
	m.ids(1, 2, s.SpanContext())
	m.text(3, s.SpanContext().TraceState().String())
	if parent := s.Parent().SpanID(); parent.IsValid() {
		m.bytes(4, parent[:])
	}
	m.text(5, s.Name())
	m.count(6, int(s.SpanKind())) // the numbers are the same
	m.moment(7, s.StartTime())
	m.moment(8, s.EndTime())
	m.attributes(9, s.Attributes())
	m.count(10, s.DroppedAttributes())
	for _, e := range s.Events() {
		m.bytes(11, eventOf(e))
	}
	m.count(12, s.DroppedEvents())
	for _, l := range s.Links() {
		m.bytes(13, linkOf(l))
	}
	m.count(14, s.DroppedLinks())
	m.bytes(15, statusOf(s.Status()))
	m.flags(16, flagsOf(s.SpanContext().TraceFlags(), s.Parent()))
	return m
}

func (m *message) ids(traceField, spanField protowire.Number, c trace.SpanContext) {
	ofTrace, ofSpan := c.TraceID(), c.SpanID()
	m.bytes(traceField, ofTrace[:])
	m.bytes(spanField, ofSpan[:])
}

func eventOf(e sdktrace.Event) (m message) {
	m.moment(1, e.Time)
	m.text(2, e.Name)
	m.attributes(3, e.Attributes)
	m.count(4, e.DroppedAttributeCount)
	return m
}

func linkOf(l sdktrace.Link) (m message) {
	m.ids(1, 2, l.SpanContext)
	m.text(3, l.SpanContext.TraceState().String())
	m.attributes(4, l.Attributes)
	m.count(5, l.DroppedAttributeCount)
	m.flags(6, flagsOf(l.SpanContext.TraceFlags(), l.SpanContext))
	return m
}

// statusOf turns the codes around: here an error is 1, there it is 2.
func statusOf(s sdktrace.Status) (m message) {
	m.text(2, s.Description)
	switch s.Code {
	case codes.Ok:
		m.count(3, 1)
	case codes.Error:
		m.count(3, 2)
	}
	return m
}

// flagsOf tells, beside the flags, whether whoever is linked or above is in
// another process, and that we know.
func flagsOf(own trace.TraceFlags, other trace.SpanContext) uint32 {
	flags := uint32(own) | 1<<8
	if other.IsRemote() {
		flags |= 1 << 9
	}
	return flags
}

func keyValue(a attribute.KeyValue) (m message) {
	m.text(1, string(a.Key))
	m.bytes(2, valueOf(a.Value))
	return m
}

// valueOf is an AnyValue, one of several: its field is there also where it is
// zero.
func valueOf(v attribute.Value) (m message) {
	switch v.Type() {
	case attribute.BOOL:
		m = protowire.AppendVarint(protowire.AppendTag(m, 2, protowire.VarintType), protowire.EncodeBool(v.AsBool()))
	case attribute.INT64:
		m = protowire.AppendVarint(protowire.AppendTag(m, 3, protowire.VarintType), uint64(v.AsInt64()))
	case attribute.FLOAT64:
		m = protowire.AppendFixed64(protowire.AppendTag(m, 4, protowire.Fixed64Type), math.Float64bits(v.AsFloat64()))
	case attribute.STRINGSLICE:
		var list message
		for _, text := range v.AsStringSlice() {
			list.bytes(1, valueOf(attribute.StringValue(text)))
		}
		m.bytes(5, list)
	case attribute.STRING:
		m.bytes(1, []byte(valid(v.AsString())))
	default: // none of ours, nor of the SDK's
		m.bytes(1, []byte(valid(v.Emit())))
	}
	return m
}

// refusedSpans reads an ExportTraceServiceResponse: how many spans the
// collector did not take, and why.
func refusedSpans(answer []byte) (count uint64, why string) {
	eachField(answer, func(field protowire.Number, of []byte, _ uint64) {
		if field != 1 {
			return
		}
		eachField(of, func(field protowire.Number, text []byte, number uint64) {
			switch field {
			case 1:
				count = number
			case 2:
				why = string(text)
			}
		})
	})
	return count, why
}

// eachField visits a message's fields that are bytes or numbers, as far as it
// can be read.
func eachField(of []byte, visit func(field protowire.Number, text []byte, number uint64)) {
	for len(of) > 0 {
		field, kind, n := protowire.ConsumeTag(of)
		if n < 0 {
			return
		}
		of = of[n:]
		size := protowire.ConsumeFieldValue(field, kind, of)
		if size < 0 {
			return
		}
		switch kind {
		case protowire.BytesType:
			text, _ := protowire.ConsumeBytes(of)
			visit(field, text, 0)
		case protowire.VarintType:
			number, _ := protowire.ConsumeVarint(of)
			visit(field, nil, number)
		}
		of = of[size:]
	}
}
