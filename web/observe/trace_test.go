package observe

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// noEndpoint clears what the surroundings may say of tracing.
func noEndpoint(t *testing.T) {
	t.Helper()
	for _, name := range []string{"OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"} {
		t.Setenv(name, "")
	}
	for _, name := range []string{"ENDPOINT", "PROTOCOL", "HEADERS", "TIMEOUT", "COMPRESSION", "CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"} {
		t.Setenv("OTEL_EXPORTER_OTLP_"+name, "")
		t.Setenv("OTEL_EXPORTER_OTLP_TRACES_"+name, "")
	}
}

func TestTracingIsOffByItself(t *testing.T) {
	noEndpoint(t)
	tracing, err := NewTracing(t.Context(), "v1", quiet())
	if tracing != nil || err != nil {
		t.Fatalf("without an endpoint: %v, %v", tracing, err)
	}
	next := http.NewServeMux()
	if tracing.Requests(next) != http.Handler(next) {
		t.Error("requests are wrapped all the same")
	}
	log := quiet()
	if tracing.Log(log) != log || tracing.Stop(t.Context()) != nil {
		t.Error("no tracing does something")
	}
}

func TestBadVariablesAreNamed(t *testing.T) {
	for name, value := range map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "ftp://collector", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
		"OTEL_EXPORTER_OTLP_HEADERS": "key", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "a key=1", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "10s", "OTEL_EXPORTER_OTLP_TIMEOUT": "-1", "OTEL_EXPORTER_OTLP_COMPRESSION": "zip",
		"OTEL_EXPORTER_OTLP_CERTIFICATE": "/no/such/file", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE": "/no/such/file",
	} {
		t.Run(name, func(t *testing.T) {
			noEndpoint(t)
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
			t.Setenv(name, value)
			if _, err := NewTracing(t.Context(), "v1", quiet()); !errors.Is(err, marketplace.ErrInvalid) || !strings.Contains(err.Error(), name) {
				t.Errorf("refused with %v", err)
			}
			t.Setenv("OTEL_SDK_DISABLED", "true")
			if tracing, err := NewTracing(t.Context(), "v1", quiet()); tracing != nil || err != nil {
				t.Errorf("disabled: %v, %v", tracing, err)
			}
		})
	}
}

func TestHeadersThatCannotBeSentAreNamed(t *testing.T) {
	for _, list := range []string{"a=%0A", "=1", "a=%zz", "ok=1,b(=2"} {
		noEndpoint(t)
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
		t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", list)
		if _, err := newCollector(); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("%q: %v", list, err)
		}
	}
}

// A span holds no more of what a caller sends than it tells.
func TestSpansOfLongRequestsAreShort(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	tracing := traced(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))
	r := httptest.NewRequest(http.MethodGet, "/"+strings.Repeat("x", 2*mostTold), nil)
	r.Host = strings.Repeat("h", 2*mostTold)
	r.Header.Set("User-Agent", strings.Repeat("u", 2*mostTold))
	tracing.Requests(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
	for _, a := range recorder.Ended()[0].Attributes() {
		if len(a.Value.Emit()) > mostTold {
			t.Errorf("%s has %d bytes", a.Key, len(a.Value.Emit()))
		}
	}
}

func TestTracesAreSent(t *testing.T) {
	noEndpoint(t)
	var got atomic.Pointer[[]byte]
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("the collector was asked for %s: %v", r.URL.Path, err)
		}
		got.Store(&body)
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	tracing, err := NewTracing(t.Context(), "v1", quiet())
	if err != nil || tracing == nil {
		t.Fatalf("NewTracing = %v, %v", tracing, err)
	}
	tracing.Requests(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/x", nil))
	if err := tracing.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if body := got.Load(); body == nil || !bytes.Contains(*body, []byte("knowhow")) {
		t.Error("nothing arrived at the collector")
	}
}

// A request's span is named by its route; its statements lie below it and tell
// no values; what is logged carries its id.
func TestSpans(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		recorder := tracetest.NewSpanRecorder()
		tracing := traced(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))
		db.Watch(func(ctx context.Context, s sqldb.Sent, send func() error) error {
			return tracing.Statement(ctx, db.Dialect, s.SQL, send)
		})
		var logged bytes.Buffer
		log := tracing.Log(slog.New(slog.NewJSONHandler(&logged, nil))).With("a", 1)
		e := echo.New()
		e.Use(NewMetrics().Requests())
		e.GET("/things/:id", func(c echo.Context) error {
			ctx := c.Request().Context()
			log.InfoContext(ctx, "hello")
			var n int
			err := db.Write.WithContext(ctx).Table("jobs").Select("COUNT(*)").Where("kind = ?", "hush").Scan(&n).Error
			wrong := db.Write.WithContext(ctx).Exec("DELETE FROM no_such_table WHERE a = ?", "hush").Error
			if err != nil || wrong == nil {
				t.Errorf("the statements came to %v and %v", err, wrong)
			}
			return nil
		})
		r := httptest.NewRequest(http.MethodGet, "/things/secret", nil)
		r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		tracing.Requests(e).ServeHTTP(httptest.NewRecorder(), r)
		if db.Write.Table("jobs").Select("1").Scan(new([]int)).Error != nil {
			t.Error("a statement outside any span fails")
		}
		var names []string
		var request trace.SpanContext
		for _, s := range recorder.Ended() {
			names = append(names, s.Name())
			if s.SpanKind() == trace.SpanKindServer {
				request = s.SpanContext()
				told := attribute.NewSet(s.Attributes()...)
				peer, _ := told.Value("network.peer.address")
				status, _ := told.Value("http.response.status_code")
				if peer.AsString() != "192.0.2.1" || status.AsInt64() != http.StatusOK || len(s.Links()) != 1 || s.Links()[0].SpanContext.TraceID().String() != "0af7651916cd43dd8448eb211c80319c" {
					t.Errorf("the request's span tells %v, and links %v", s.Attributes(), s.Links())
				}
			}
			for _, a := range s.Attributes() {
				if strings.Contains(a.Value.String(), "hush") {
					t.Errorf("span %s tells a value: %v", s.Name(), a)
				}
			}
		}
		if got := strings.Join(names, ", "); got != "SELECT jobs, DELETE no_such_table, GET /things/:id" {
			t.Errorf("spans %s", got)
		}
		if request.TraceID().String() == "0af7651916cd43dd8448eb211c80319c" {
			t.Error("a stranger's trace was gone on with")
		}
		if !strings.Contains(logged.String(), `"trace_id":"`+request.TraceID().String()+`"`) {
			t.Errorf("logged %s", &logged)
		}
	})
}
