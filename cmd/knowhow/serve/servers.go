package serve

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"knowhow/marketplace"
	"knowhow/web"
)

// servers starts answering on what is listened on; a server that ends by
// itself tells failed.
func (n *node) servers(failed chan<- error) []*http.Server {
	var list []*http.Server
	start := func(on net.Listener, h http.Handler) {
		s := n.server(h)
		list = append(list, s)
		go func() {
			if err := s.Serve(on); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		}()
	}
	if n.listener != nil {
		start(web.Listener(n.listener), n.public())
	}
	if n.metricsListener != nil {
		start(n.metricsListener, n.health.Wrap(n.withMetrics(http.NotFoundHandler())))
	}
	return list
}

// server bounds how long a connection may take for anything. A stream takes its
// connection over, and bounds itself.
func (n *node) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second,
		IdleTimeout: 120 * time.Second, MaxHeaderBytes: web.MostHeaders, ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelDebug),
	}
}

// public is what the outside is answered by. It gets no metrics: a proxy on
// this machine would hand them to everybody, since all its requests come from
// here. Only where the base URL itself is this machine, so that there is no
// outside, they are answered too, to this machine.
func (n *node) public() http.Handler {
	h := n.tracing.Requests(n.site.handler)
	if n.demoClock != nil {
		h = tellTime(n.demoClock, h)
	}
	if n.metricsListener == nil && thisMachine(n.base) {
		h = onlyHere(n.withMetrics(h), h)
	}
	return n.health.Wrap(h)
}

// timeHeader tells browsers the demo's time, which may be days ahead of theirs,
// and that it is the demo.
const timeHeader = "Knowhow-Now"

func tellTime(clock marketplace.Clock, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(timeHeader, clock.Now().Format(time.RFC3339Nano))
		next.ServeHTTP(w, r)
	})
}

// withMetrics answers GET /metrics and leaves the rest to next.
func (n *node) withMetrics(next http.Handler) http.Handler {
	metrics := n.metrics.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/metrics" {
			metrics.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// onlyHere leaves what comes from this machine to here, and the rest to others.
func onlyHere(here, others http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && from.Addr().Unmap().IsLoopback() {
			here.ServeHTTP(w, r)
			return
		}
		others.ServeHTTP(w, r)
	})
}
