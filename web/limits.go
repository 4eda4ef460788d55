package web

import (
	"cmp"
	"encoding/hex"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"knowhow/web/api"
	"knowhow/web/limit"
	"knowhow/web/problem"
)

// Limits are how many requests a minute may come from one caller, and from one
// address where nobody is signed in; how many of those from one address may be
// about signing in, and how many may begin a customer's session. A zero is as
// in DefaultLimits.
type Limits struct{ Caller, Address, SignIns, CustomerSessions int }

// DefaultLimits are more than a person's app needs and less than hurts.
var DefaultLimits = Limits{Caller: 600, Address: 120, SignIns: 20, CustomerSessions: 30}

// whole is l with the defaults in place of zeros.
func (l Limits) whole() Limits {
	return Limits{
		Caller: cmp.Or(l.Caller, DefaultLimits.Caller), Address: cmp.Or(l.Address, DefaultLimits.Address),
		SignIns: cmp.Or(l.SignIns, DefaultLimits.SignIns), CustomerSessions: cmp.Or(l.CustomerSessions, DefaultLimits.CustomerSessions),
	}
}

// perMinute is a policy of so many requests a minute.
func perMinute(name string, most int) limit.Policy {
	return limit.Policy{Name: name, Limit: most, Window: time.Minute}
}

// limit counts the request against its caller's limit, or its address's. The
// database it counts in may fail without taking the service with it.
func (s *Server) limit(next echo.HandlerFunc) echo.HandlerFunc {
	byCaller, byAddress := perMinute("caller", s.Limits.Caller), perMinute("address", s.Limits.Address)
	return func(c echo.Context) error {
		req := requestOf(c)
		policy, key := byAddress, hex.EncodeToString(req.Source)
		if req.Caller.Valid() {
			policy, key = byCaller, req.Caller.String()
		}
		verdict, err := s.Limiter.Take(c.Request().Context(), policy, key)
		if err != nil {
			if c.Request().Context().Err() == nil { // else it is the client who is gone
				s.Log.ErrorContext(c.Request().Context(), "a request was not counted", "request", req.ID, "err", err)
			}
			return next(c)
		}
		verdict.Tell(c.Response().Header().Set)
		if !verdict.Allowed {
			p := problem.New("too_many_requests", "")
			p.RetryAfter = verdict.Reset
			return p
		}
		return next(c)
	}
}

func levelOf(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// requestAttrs describe a request in the log: ids and codes, no address, no
// query, nothing that was sent.
func requestAttrs(c echo.Context, req *api.Request, route string, status int, took time.Duration) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("request", req.ID), slog.String("method", c.Request().Method), slog.String("route", route),
		slog.Int("status", status), slog.Float64("ms", float64(took.Microseconds())/1000),
	}
	if req.Caller.Valid() {
		attrs = append(attrs, slog.String("caller", req.Caller.String()))
	}
	return attrs
}
