package observe

import (
	"errors"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"gorm.io/gorm"
)

// spanKey is where a statement's span is kept while it runs.
const spanKey = "knowhow:span"

// Database gives every statement through db a span, inside a request or a job
// that has one. It tells the verb and the table, never the values.
func (t *Tracing) Database(db *gorm.DB) error {
	if t == nil {
		return nil
	}
	c, system := db.Callback(), attribute.String("db.system.name", db.Dialector.Name())
	before, after := t.begin(system), end
	err := errors.Join(
		c.Create().Before("*").Register("trace:begin", before), c.Create().After("*").Register("trace:end", after),
		c.Query().Before("*").Register("trace:begin", before), c.Query().After("*").Register("trace:end", after),
		c.Update().Before("*").Register("trace:begin", before), c.Update().After("*").Register("trace:end", after),
		c.Delete().Before("*").Register("trace:begin", before), c.Delete().After("*").Register("trace:end", after),
		c.Row().Before("*").Register("trace:begin", before), c.Row().After("*").Register("trace:end", after),
		c.Raw().Before("*").Register("trace:begin", before), c.Raw().After("*").Register("trace:end", after))
	if err != nil {
		return fmt.Errorf("trace the database: %w", err)
	}
	return nil
}

func (t *Tracing) begin(system attribute.KeyValue) func(tx *gorm.DB) {
	return func(tx *gorm.DB) {
		if !trace.SpanFromContext(tx.Statement.Context).IsRecording() {
			return
		}
		_, span := t.tracer.Start(tx.Statement.Context, "statement", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(system))
		tx.InstanceSet(spanKey, span)
	}
}

func end(tx *gorm.DB) {
	kept, ok := tx.InstanceGet(spanKey)
	if !ok {
		return
	}
	span := kept.(trace.Span)
	verb, _, _ := strings.Cut(strings.TrimSpace(tx.Statement.SQL.String()), " ")
	span.SetName(strings.TrimSpace(strings.ToUpper(verb) + " " + tx.Statement.Table))
	span.SetAttributes(attribute.String("db.operation.name", strings.ToUpper(verb)), attribute.Int64("db.response.returned_rows", tx.RowsAffected))
	if err := tx.Error; err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		span.SetStatus(codes.Error, "") // its text may quote values
	}
	span.End()
}
