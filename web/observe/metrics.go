package observe

import (
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is one process's metrics, in a registry of their own. Add what is to
// be read before the first scrape. Safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

// buckets are the bounds of durations, in seconds.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}

// NewMetrics makes the metrics of requests, the Go runtime and the process.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "knowhow_http_request_duration_seconds", Buckets: buckets,
			Help: "Requests answered, and how long that took; of a stream, until it was open.",
		}, []string{"method", "route", "status"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "knowhow_http_requests_in_flight", Help: "Requests being answered.",
		}),
	}
	m.registry.MustRegister(m.requests, m.inFlight, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Build tells which build this is and in which role it serves.
func (m *Metrics) Build(version, role string) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "knowhow_build_info", Help: "Always 1; the labels tell the build.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version(), "role": role},
	}, func() float64 { return 1 }))
}

// Streams tells how many clients listen to streams of this process.
func (m *Metrics) Streams(clients func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "knowhow_stream_clients", Help: "Clients that listen to a stream.",
	}, func() float64 { return float64(clients()) }))
}

// Statements tells how many statements this process has sent to the database.
func (m *Metrics) Statements(sent func() int64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "knowhow_database_statements_total", Help: "Statements sent to the database, besides those that only begin or end a transaction.",
	}, func() float64 { return float64(sent()) }))
}

// Handler answers a scrape, two at a time at most.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, ErrorHandling: promhttp.ContinueOnError})
}

// Requests counts and times what echo answers, by route pattern, and gives the
// request's span that name. It has echo answer an error, so that the status is
// known.
func (m *Metrics) Requests() echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			method, route := known(c.Request().Method), c.Path()
			if route == "" { // anybody can make up paths: what matched none is told together
				route = "none"
			}
			nameSpan(c.Request().Context(), method, route)
			began, status := time.Now(), http.StatusInternalServerError // which it stays on a panic
			m.inFlight.Inc()
			defer func() {
				m.inFlight.Dec()
				tellOutcome(c.Request().Context(), status)
				m.requests.WithLabelValues(method, route, strconv.Itoa(status/100)+"xx").Observe(time.Since(began).Seconds())
			}()
			if err := next(c); err != nil {
				c.Error(err)
			}
			status = c.Response().Status
			return nil
		}
	}
}

// known is the method if it is one of the usual ones.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
