package observe

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("a scrape answers %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// contains fails the test unless the scrape has every line.
func contains(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("the metrics lack %q", line)
		}
	}
}

// asked sends requests and gives what the metrics say of them.
func asked(t *testing.T, m *Metrics, requests ...[2]string) string {
	t.Helper()
	e := echo.New()
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (err error) {
			defer func() {
				if recover() != nil {
					err = c.NoContent(http.StatusInternalServerError)
				}
			}()
			return next(c)
		}
	}, m.Requests())
	e.GET("/things/:id", func(c echo.Context) error {
		contains(t, scrape(t, m), "knowhow_http_requests_in_flight 1")
		switch c.Param("id") {
		case "panic":
			panic("broken")
		case "none":
			return echo.ErrNotFound
		}
		return c.NoContent(http.StatusNoContent)
	})
	for _, r := range requests {
		e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(r[0], r[1], nil))
	}
	return scrape(t, m)
}

func TestRequestsAreToldByRoute(t *testing.T) {
	text := asked(t, NewMetrics(), [2]string{"GET", "/things/secret-1"}, [2]string{"GET", "/things/secret-2"}, [2]string{"GET", "/things/none"},
		[2]string{"GET", "/things/panic"}, [2]string{"GET", "/elsewhere/secret-3"}, [2]string{"PROPFIND", "/things/1"})
	contains(t, text,
		`knowhow_http_request_duration_seconds_count{method="GET",route="/things/:id",status="2xx"} 2`,
		`knowhow_http_request_duration_seconds_count{method="GET",route="/things/:id",status="4xx"} 1`,
		`knowhow_http_request_duration_seconds_count{method="GET",route="/things/:id",status="5xx"} 1`,
		`knowhow_http_request_duration_seconds_count{method="GET",route="none",status="4xx"} 1`,
		`knowhow_http_requests_in_flight 0`)
	if !strings.Contains(text, `method="other"`) || strings.Contains(text, "secret") {
		t.Errorf("a made-up method or an id is in the labels:\n%s", text)
	}
}

func TestBuildAndStreams(t *testing.T) {
	m := NewMetrics()
	m.Build("v1", "web")
	m.Streams(func() int { return 3 })
	text := scrape(t, m)
	contains(t, text, "knowhow_stream_clients 3")
	for _, want := range []string{`role="web",version="v1"} 1`, "go_goroutines", "process_resident_memory_bytes"} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

// The database is asked once in ten seconds, whatever happens.
func TestFigures(t *testing.T) {
	reads, broken, now := 0, false, time.Now()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	f := &figures{now: func() time.Time { return now }, log: slog.New(slog.DiscardHandler)}
	f.read = func(ctx context.Context) (Figures, error) {
		reads++
		if _, ok := ctx.Deadline(); !ok {
			t.Error("the read has no deadline")
		}
		if broken {
			return Figures{}, errors.New("broken")
		}
		return Figures{At: at,
			Jobs:      []Waiting{{State: "ready", Count: 2, First: at.Add(-3 * time.Second)}, {State: "buried", Count: 1}},
			Questions: []Waiting{{State: "offered", Count: 4, First: at.Add(-time.Minute)}},
			Money:     []Balance{{Account: "brand:wallet", Currency: "EUR", Minor: 1250}}}, nil
	}
	m := NewMetrics()
	m.registry.MustRegister(f)
	for range 3 {
		contains(t, scrape(t, m), `knowhow_jobs{state="ready"} 2`, `knowhow_jobs{state="buried"} 1`, `knowhow_jobs_oldest_seconds{state="ready"} 3`,
			`knowhow_questions_open{state="offered"} 4`, `knowhow_questions_oldest_seconds{state="offered"} 60`,
			`knowhow_ledger_balance_minor{account="brand:wallet",currency="EUR"} 1250`, `knowhow_figures_failures_total 0`)
	}
	if reads != 1 {
		t.Errorf("three scrapes read %d times, want once", reads)
	}
	broken, now = true, now.Add(figuresLife)
	for range 2 {
		text := scrape(t, m)
		contains(t, text, "knowhow_figures_failures_total 1")
		if strings.Contains(text, "knowhow_jobs{") {
			t.Error("stale figures are told as if they were new")
		}
	}
	if reads != 2 {
		t.Errorf("a broken database was read %d times in all, want 2", reads)
	}
}

func TestHealth(t *testing.T) {
	var fails error
	looks := 0
	h := NewHealth(slog.New(slog.DiscardHandler), Check{Name: "database", Look: func(ctx context.Context) error {
		looks++
		if _, ok := ctx.Deadline(); !ok {
			t.Error("the check has no deadline")
		}
		return fails
	}})
	now := time.Now()
	h.now = func() time.Time { return now }
	served := h.Wrap(http.NotFoundHandler())
	expect := func(path string, status int, body string) {
		t.Helper()
		w := httptest.NewRecorder()
		served.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		got, err := io.ReadAll(w.Result().Body)
		if err != nil || w.Code != status || strings.TrimSpace(string(got)) != body {
			t.Errorf("%s answers %d %s, want %d %s", path, w.Code, got, status, body)
		}
	}
	for range 2 {
		expect("/readyz", 200, `{"status":"ready","checks":{"database":"ok"}}`)
	}
	if looks != 1 {
		t.Errorf("two requests in one moment looked %d times", looks)
	}
	fails, now = errors.New("password=hush"), now.Add(checkLife)
	expect("/readyz", 503, `{"status":"unready","checks":{"database":"failed"}}`)
	expect("/healthz", 200, `{"status":"alive"}`)
	fails, now = nil, now.Add(checkLife)
	h.Stop()
	expect("/readyz", 503, `{"status":"stopping","checks":{"database":"ok"}}`)
	expect("/healthz", 200, `{"status":"alive"}`)
	w := httptest.NewRecorder()
	served.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/healthz", nil))
	if w.Code != 404 {
		t.Errorf("a POST answers %d, want what is behind", w.Code)
	}
}
