package observe

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Check is one thing that must hold for a process to be of use.
type Check struct {
	Name string
	Look func(ctx context.Context) error
}

const (
	checkLife     = time.Second // how often anybody's asking makes us look
	checkDeadline = 2 * time.Second
)

// Health answers whether a process is alive (/healthz) and whether it should
// be sent requests (/readyz). Answers name checks and no reasons; those are
// logged. Safe for concurrent use.
type Health struct {
	log      *slog.Logger
	checks   []Check
	now      func() time.Time
	stopping atomic.Bool

	mu     sync.Mutex
	looked time.Time // zero: never
	last   readiness
}

// readiness is what /readyz answers.
type readiness struct {
	Status string            `json:"status"` // ready, unready or stopping
	Checks map[string]string `json:"checks"` // ok or failed
}

// NewHealth makes a Health that is ready while every check holds.
func NewHealth(log *slog.Logger, checks ...Check) *Health {
	return &Health{log: log, checks: checks, now: time.Now}
}

// Stop makes the process unready from now on: it is shutting down.
func (h *Health) Stop() { h.stopping.Store(true) }

// Wrap answers GET and HEAD of /healthz and /readyz and leaves the rest to
// next.
func (h *Health) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch asked := r.Method == http.MethodGet || r.Method == http.MethodHead; {
		case asked && r.URL.Path == "/healthz":
			reply(w, http.StatusOK, map[string]string{"status": "alive"})
		case asked && r.URL.Path == "/readyz":
			h.ready(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (h *Health) ready(w http.ResponseWriter) {
	state := h.look()
	if h.stopping.Load() {
		state.Status = "stopping"
	}
	status := http.StatusOK
	if state.Status != "ready" {
		status = http.StatusServiceUnavailable
	}
	reply(w, status, state)
}

// look runs every check, or gives what they came to just before.
func (h *Health) look() readiness {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	if !h.looked.IsZero() && now.Sub(h.looked) < checkLife {
		return h.last
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkDeadline)
	defer cancel()
	h.looked, h.last = now, readiness{Status: "ready", Checks: map[string]string{}}
	for _, c := range h.checks {
		h.last.Checks[c.Name] = "ok"
		if err := c.Look(ctx); err != nil {
			h.last.Status, h.last.Checks[c.Name] = "unready", "failed"
			h.log.Warn("the process is not ready", "check", c.Name, "err", err)
		}
	}
	return h.last
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // who does not read it is gone
}
