package observe

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// spansOfAllSorts are a server's span with everything one may have, below
// another's, and one of another scope with nothing.
func spansOfAllSorts(t *testing.T) []sdktrace.ReadOnlySpan {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "knowhow"))))
	state, err := trace.ParseTraceState("a=b")
	if err != nil {
		t.Fatal(err)
	}
	theirs := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1, 2, 3}, SpanID: trace.SpanID{4, 5}, TraceFlags: trace.FlagsSampled, TraceState: state, Remote: true,
	})
	start := time.Unix(1_700_000_000, 42)
	ctx := trace.ContextWithRemoteSpanContext(t.Context(), theirs)
	_, full := provider.Tracer("knowhow", trace.WithInstrumentationVersion("v1")).Start(ctx, "GET /things",
		trace.WithTimestamp(start), trace.WithSpanKind(trace.SpanKindServer),
		trace.WithLinks(trace.Link{SpanContext: theirs, Attributes: []attribute.KeyValue{attribute.Bool("linked", true)}}))
	full.SetAttributes(attribute.String("text", "ü"), attribute.Int("negative", -5), attribute.Bool("no", false),
		attribute.Float64("half", .5), attribute.StringSlice("list", []string{"a", ""}))
	full.AddEvent("happened", trace.WithTimestamp(start.Add(time.Second)), trace.WithAttributes(attribute.Int("n", 7)))
	full.SetStatus(codes.Error, "broken")
	full.End(trace.WithTimestamp(start.Add(2 * time.Second)))
	_, bare := provider.Tracer("other").Start(t.Context(), "")
	bare.End()
	return recorder.Ended()
}

// What is written reads with OTLP's own types as it was meant, and holds
// nothing they do not know.
func TestSpansReadAsOTLP(t *testing.T) {
	spans := spansOfAllSorts(t)
	var got tracepb.TracesData // an ExportTraceServiceRequest under another name
	if err := proto.Unmarshal(exported(spans), &got); err != nil {
		t.Fatal(err)
	}
	rs := got.ResourceSpans
	if len(rs) != 1 || len(rs[0].ScopeSpans) != 2 || rs[0].Resource.Attributes[0].Value.GetStringValue() != "knowhow" {
		t.Fatalf("read %v", rs)
	}
	scope := rs[0].ScopeSpans[0]
	s := scope.Spans[0]
	if scope.Scope.Name != "knowhow" || scope.Scope.Version != "v1" || s.Name != "GET /things" || s.Kind != tracepb.Span_SPAN_KIND_SERVER {
		t.Errorf("read %v", scope)
	}
	own, parent := spans[0].SpanContext(), spans[0].Parent()
	if [16]byte(s.TraceId) != own.TraceID() || [8]byte(s.SpanId) != own.SpanID() || [8]byte(s.ParentSpanId) != parent.SpanID() ||
		s.TraceState != "a=b" || s.Flags != 0x301 || s.EndTimeUnixNano-s.StartTimeUnixNano != 2e9 || s.StartTimeUnixNano != 1_700_000_000*1e9+42 {
		t.Errorf("read %v", s)
	}
	if s.Status.Code != tracepb.Status_STATUS_CODE_ERROR || s.Status.Message != "broken" {
		t.Errorf("the status is %v", s.Status)
	}
	if e := s.Events[0]; e.Name != "happened" || e.TimeUnixNano-s.StartTimeUnixNano != 1e9 || e.Attributes[0].Value.GetIntValue() != 7 {
		t.Errorf("the event is %v", e)
	}
	if l := s.Links[0]; [16]byte(l.TraceId) != parent.TraceID() || l.Flags != 0x301 || !l.Attributes[0].Value.GetBoolValue() {
		t.Errorf("the link is %v", l)
	}
	values := map[string]string{}
	for _, a := range s.Attributes {
		values[a.Key] = strings.Join(strings.Fields(a.Value.String()), " ")
	}
	for name, want := range map[string]string{
		"text": `string_value:"ü"`, "negative": "int_value:-5", "no": "bool_value:false", "half": "double_value:0.5",
		"list": `array_value:{values:{string_value:"a"} values:{string_value:""}}`,
	} {
		if values[name] != want {
			t.Errorf("attribute %s is %s, want %s", name, values[name], want)
		}
	}
	if bare := rs[0].ScopeSpans[1].Spans[0]; bare.ParentSpanId != nil || bare.Flags != 0x101 || bare.Status.Code != tracepb.Status_STATUS_CODE_UNSET {
		t.Errorf("the bare span is %v", bare)
	}
	again, err := proto.Marshal(&got)
	if err != nil || proto.Size(&got) != len(exported(spans)) || len(s.ProtoReflect().GetUnknown()) != 0 {
		t.Errorf("written anew it has %d bytes, not %d: %v", len(again), len(exported(spans)), err)
	}
}

// What callers send need be no UTF-8, which OTLP's own types refuse.
func TestTextsAreMadeUTF8(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	_, span := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)).Tracer("t").Start(t.Context(), "GET /\xff",
		trace.WithAttributes(attribute.String("path", "/a\xffb"), attribute.StringSlice("list", []string{"\xfe"})))
	span.SetStatus(codes.Error, "\xfd")
	span.End()
	var got tracepb.TracesData
	if err := proto.Unmarshal(exported(recorder.Ended()), &got); err != nil {
		t.Fatal(err)
	}
	s := got.ResourceSpans[0].ScopeSpans[0].Spans[0]
	if s.Name != "GET /\uFFFD" || s.Attributes[0].Value.GetStringValue() != "/a\uFFFDb" {
		t.Errorf("read %v", s)
	}
}

// station is a collector that answers as told, and notes what it was sent.
type station struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
	bodies   [][]byte
	heard    func()
}

// newStation answers the first requests with the statuses, and those after
// them well.
func newStation(t *testing.T, statuses ...int) *station {
	t.Helper()
	s := &station{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			body, _ = gzip.NewReader(body)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Error(err)
		}
		s.requests, s.bodies = append(s.requests, r), append(s.bodies, text)
		if s.heard != nil {
			s.heard()
		}
		if n := len(s.requests); n <= len(statuses) {
			w.WriteHeader(statuses[n-1])
		}
	}))
	t.Cleanup(s.Close)
	noEndpoint(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", s.URL+"/base/")
	return s
}

func mustCollect(t *testing.T) *collector {
	t.Helper()
	c, err := newCollector()
	if err != nil {
		t.Fatal(err)
	}
	c.pause = time.Millisecond
	return c
}

func TestVariablesSayHowSpansAreSent(t *testing.T) {
	s := newStation(t)
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-for-others=1")
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-key=a%20b+c%2C=, x-other=2")
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1500")
	c := mustCollect(t)
	if c.client.Timeout != 1500*time.Millisecond {
		t.Errorf("the timeout is %s", c.client.Timeout)
	}
	spans := spansOfAllSorts(t)
	if err := c.ExportSpans(t.Context(), spans); err != nil {
		t.Fatal(err)
	}
	r := s.requests[0]
	if r.URL.Path != "/base/v1/traces" || r.Header.Get("X-Key") != "a b+c,=" || r.Header.Get("X-Other") != "2" || r.Header.Get("X-For-Others") != "" || r.Header.Get("Content-Type") != protobufMedia {
		t.Errorf("asked for %s with %v", r.URL.Path, r.Header)
	}
	if string(s.bodies[0]) != string(exported(spans)) {
		t.Error("the body is another one")
	}
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", s.URL+"/traces")
	if c := mustCollect(t); c.url != s.URL+"/traces" {
		t.Errorf("an endpoint for traces becomes %s", c.url)
	}
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", s.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "")
	if c := mustCollect(t); c.url != s.URL+"/" || c.headers.Get("X-For-Others") != "1" {
		t.Errorf("an endpoint for traces without a path becomes %s, with %v", c.url, c.headers)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	noEndpoint(t)
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/elsewhere", http.StatusMovedPermanently)
	}))
	defer s.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", s.URL)
	if err := mustCollect(t).ExportSpans(t.Context(), spansOfAllSorts(t)); err == nil || asked != 1 {
		t.Errorf("%d requests and %v", asked, err)
	}
}

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	s := newStation(t, http.StatusServiceUnavailable, http.StatusTooManyRequests)
	c := mustCollect(t)
	if err := c.ExportSpans(t.Context(), spansOfAllSorts(t)); err != nil || len(s.requests) != 3 {
		t.Errorf("%d requests and %v", len(s.requests), err)
	}
	s = newStation(t, http.StatusBadRequest)
	if err := mustCollect(t).ExportSpans(t.Context(), spansOfAllSorts(t)); err == nil || len(s.requests) != 1 {
		t.Errorf("what is refused for good came to %d requests and %v", len(s.requests), err)
	}
	s = newStation(t, http.StatusBadGateway)
	ctx, end := context.WithCancel(t.Context())
	s.heard = func() { time.AfterFunc(50*time.Millisecond, end) } // by then it waits for its second try
	c = mustCollect(t)
	c.pause = time.Hour
	if err := c.ExportSpans(ctx, spansOfAllSorts(t)); err == nil || len(s.requests) != 1 {
		t.Errorf("without time left: %d requests and %v", len(s.requests), err)
	}
	s.Close()
	ctx, end = context.WithDeadline(t.Context(), time.Now())
	defer end()
	if err := c.ExportSpans(ctx, spansOfAllSorts(t)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestSpansNotTakenAreTold(t *testing.T) {
	noEndpoint(t)
	part := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 3)
	part = protowire.AppendString(protowire.AppendTag(part, 2, protowire.BytesType), "too old")
	answer := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), part)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", protobufMedia)
		_, _ = w.Write(answer)
	}))
	defer s.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", s.URL)
	err := mustCollect(t).ExportSpans(t.Context(), spansOfAllSorts(t))
	if err == nil || !strings.Contains(err.Error(), `3 spans: "too old"`) {
		t.Errorf("told %v", err)
	}
	for cut := range answer {
		refusedSpans(answer[:cut]) // must not panic
	}
}

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{"": 0, "soon": 0, "-3": 0, "7": 7 * time.Second, "99999999999": allTries} {
		if got := retryAfter(value); got != want {
			t.Errorf("Retry-After %q is %s, want %s", value, got, want)
		}
	}
	at := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	if got := retryAfter(at); got < 59*time.Minute {
		t.Errorf("Retry-After %s is %s", at, got)
	}
}
