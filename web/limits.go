package web

import (
	"encoding/hex"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"knowhow/web/api"
	"knowhow/web/limit"
	"knowhow/web/problem"
)

// Limits are how many requests a minute may come from one caller, and from one
// address where nobody is signed in. The zero value is DefaultLimits.
type Limits struct{ Caller, Address int }

// DefaultLimits are more than a person's app needs and less than hurts.
var DefaultLimits = Limits{Caller: 600, Address: 120}

// limit counts the request against its caller's limit, or its address's. The
// database it counts in may fail without taking the service with it.
func (s *Server) limit(next echo.HandlerFunc) echo.HandlerFunc {
	l := s.Limits
	if l.Caller == 0 {
		l.Caller = DefaultLimits.Caller
	}
	if l.Address == 0 {
		l.Address = DefaultLimits.Address
	}
	byCaller := limit.Policy{Name: "caller", Limit: l.Caller, Window: time.Minute}
	byAddress := limit.Policy{Name: "address", Limit: l.Address, Window: time.Minute}
	return func(c echo.Context) error {
		req := requestOf(c)
		policy, key := byAddress, hex.EncodeToString(req.Source)
		if req.Caller.Valid() {
			policy, key = byCaller, req.Caller.String()
		}
		verdict, err := s.Limiter.Take(c.Request().Context(), policy, key)
		if err != nil {
			s.Log.ErrorContext(c.Request().Context(), "a request was not counted", "request", req.ID, "err", err)
			return next(c)
		}
		tell(c.Response().Header(), verdict)
		if !verdict.Allowed {
			p := problem.New("too_many_requests", "")
			p.RetryAfter = verdict.Reset
			return p
		}
		return next(c)
	}
}

// tell writes what is left of a limit as
// draft-ietf-httpapi-ratelimit-headers-10 says.
func tell(header http.Header, v limit.Verdict) {
	header.Set("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%d", v.Policy.Name, v.Policy.Limit, int(v.Policy.Window.Seconds())))
	header.Set("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", v.Policy.Name, v.Remaining, int(math.Ceil(v.Reset.Seconds()))))
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
