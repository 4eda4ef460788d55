package web

import (
	"cmp"
	"context"
	"encoding/hex"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"knowhow/marketplace/access"
	"knowhow/web/api"
	"knowhow/web/limit"
	"knowhow/web/problem"
)

// Limits are how many requests a minute may come from one caller, and from one
// address where nobody is signed in; how many of those from one address may be
// about signing in, and how many may begin a customer's session. Requests with a
// token that is no good count as an address's. A zero is as in DefaultLimits.
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

// customersOfAddress is how many times the limit of an address all customers
// who come from it may reach together: to become another one costs nothing.
const customersOfAddress = 10

// limit counts the request against its caller's limit, or its address's.
func (s *Server) limit(next echo.HandlerFunc) echo.HandlerFunc {
	byCaller, customers := perMinute("caller", s.Limits.Caller), perMinute("customers", customersOfAddress*s.Limits.Address)
	return func(c echo.Context) error {
		if s.uncounted[c.Path()] || c.Request().Context().Value(countedKey{}) != nil {
			return next(c)
		}
		req := requestOf(c)
		policy, key := s.byAddress(), keyOfAddress(req)
		if req.Caller.Valid() {
			policy, key = byCaller, req.Caller.String()
		}
		if req.Caller.Kind == access.KindCustomer {
			if refused := s.count(c, customers, keyOfAddress(req)); refused != nil {
				return refused
			}
		}
		if refused := s.count(c, policy, key); refused != nil {
			return refused
		}
		return next(c)
	}
}

// countedKey marks the context of a request that a page of ours makes for its
// visitor, whose request for the page was counted. Nobody outside can set it.
type countedKey struct{}

// counted is this handler for the pages.
func (s *Server) counted() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), countedKey{}, true)))
	})
}

func (s *Server) byAddress() limit.Policy { return perMinute("address", s.Limits.Address) }

func keyOfAddress(req *api.Request) string { return hex.EncodeToString(req.Source) }

// count counts a request and refuses one too many. The database it counts in
// may fail without taking the service with it.
func (s *Server) count(c echo.Context, policy limit.Policy, key string) error {
	ctx := c.Request().Context()
	verdict, err := s.Limiter.Take(ctx, policy, key)
	if err != nil {
		if ctx.Err() == nil { // else it is the client who is gone
			s.Log.ErrorContext(ctx, "a request was not counted", "request", requestOf(c).ID, "err", err)
		}
		return nil
	}
	verdict.Tell(c.Response().Header().Set)
	if !verdict.Allowed {
		p := problem.New("too_many_requests", "")
		p.RetryAfter = verdict.Reset
		return p
	}
	return nil
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
