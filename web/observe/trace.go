package observe

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"knowhow/marketplace"
)

// Tracing sends spans to a collector. nil is no tracing: every method may be
// called on it and then does nothing and costs nothing.
type Tracing struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// NewTracing starts tracing where the environment names an OTLP/HTTP endpoint,
// and returns nil where it does not. It reads OpenTelemetry's other variables
// too. One of no use that says where or how to send is an
// *marketplace.InvalidError that names it; of those of sampling and batches,
// which the SDK reads, a bad one counts as not set.
func NewTracing(ctx context.Context, version string, log *slog.Logger) (*Tracing, error) {
	on, err := wanted()
	if err != nil || !on {
		return nil, err
	}
	exporter, err := newCollector()
	if err != nil {
		return nil, err
	}
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(
		attribute.String("service.name", "knowhow"), attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("start tracing: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces could not be sent", "err", err) }))
	return traced(sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))), nil
}

func traced(p *sdktrace.TracerProvider) *Tracing {
	return &Tracing{provider: p, tracer: p.Tracer("knowhow")}
}

// wanted reports whether the environment asks for traces we can send.
func wanted() (bool, error) {
	if strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") || os.Getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false, nil
	}
	if endpoint, _ := setting("ENDPOINT"); endpoint == "" {
		return false, nil
	}
	if protocol, name := setting("PROTOCOL"); protocol != "" && protocol != "http/protobuf" {
		return false, &marketplace.InvalidError{Field: name, Reason: "must be http/protobuf, the one protocol spoken here"}
	}
	return true, nil
}

// Requests gives every request a span, which Metrics.Requests names after its
// route and tells the outcome. What a caller says of a trace of theirs is linked
// and not trusted.
func (t *Tracing) Requests(next http.Handler) http.Handler {
	if t == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := known(r.Method)
		options := []trace.SpanStartOption{trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
			attribute.String("http.request.method", method), attribute.String("url.path", short(r.URL.Path)), attribute.String("server.address", short(hostOf(r.Host))),
			attribute.String("network.peer.address", hostOf(r.RemoteAddr)), attribute.String("user_agent.original", short(r.UserAgent())))}
		theirs := trace.SpanContextFromContext(propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header)))
		if theirs.IsValid() {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: theirs}))
		}
		ctx, span := t.tracer.Start(r.Context(), method, options...)
		defer span.End()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// hostOf is an address without its port.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// mostTold is how many bytes of a text of the caller's a span tells. Thousands
// of spans may wait to be sent, and a header alone may have a megabyte.
const mostTold = 512

// short is the beginning of a text, of which no more is held.
func short(text string) string {
	if len(text) <= mostTold {
		return text
	}
	return strings.Clone(text[:mostTold])
}

// nameSpan names the request's span, where it has one, after the route that
// matched.
func nameSpan(ctx context.Context, method, route string) {
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.SetName(method + " " + route)
		span.SetAttributes(attribute.String("http.route", route))
	}
}

// tellOutcome tells the request's span how it was answered.
func tellOutcome(ctx context.Context, status int) {
	span := trace.SpanFromContext(ctx)
	span.SetAttributes(attribute.Int("http.response.status_code", status))
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
	}
}

// Log adds the ids of the span at hand to what is logged.
func (t *Tracing) Log(log *slog.Logger) *slog.Logger {
	if t == nil {
		return log
	}
	return slog.New(spanIDs{log.Handler()})
}

// Stop sends what is left.
func (t *Tracing) Stop(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last traces: %w", err)
	}
	return nil
}

// spanIDs is a handler that adds the ids of the context's span.
type spanIDs struct{ slog.Handler }

// Handle implements slog.Handler.
func (h spanIDs) Handle(ctx context.Context, r slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h spanIDs) WithAttrs(attrs []slog.Attr) slog.Handler {
	return spanIDs{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h spanIDs) WithGroup(name string) slog.Handler { return spanIDs{h.Handler.WithGroup(name)} }
