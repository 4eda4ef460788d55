package observe

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Statement sends a statement to a database of the given system, in a span of
// its own inside a request or a job that has one. It tells the verb and the
// table, never the values.
func (t *Tracing) Statement(ctx context.Context, system, statement string, send func() error) error {
	if t == nil || !trace.SpanFromContext(ctx).IsRecording() {
		return send()
	}
	verb, name := named(statement)
	_, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("db.system.name", system), attribute.String("db.operation.name", verb)))
	defer span.End()
	err := send()
	if err != nil {
		span.SetStatus(codes.Error, "") // its text may quote values
	}
	return err
}

// named gives a statement's verb, and that with the first table it names.
func named(statement string) (verb, name string) {
	words := strings.Fields(statement[:min(len(statement), mostNamed)])
	if len(words) == 0 {
		return "", ""
	}
	verb = strings.ToUpper(words[0])
	for i, w := range words[:len(words)-1] {
		switch strings.ToUpper(w) {
		case "FROM", "INTO", "UPDATE":
			if table := strings.Trim(words[i+1], "`\""); table != "" && table[0] != '(' {
				return verb, verb + " " + table
			}
		}
	}
	return verb, verb
}

// mostNamed is how much of a statement is read for its name.
const mostNamed = 2 << 10
