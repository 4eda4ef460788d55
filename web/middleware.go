package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"knowhow/marketplace"
	"knowhow/web/api"
	"knowhow/web/problem"
)

const (
	maxHeaders = 16 << 10 // bytes of a request's header fields and its address
	maxBody    = 8 << 20  // bytes; each route has a tighter bound of its own
	patience   = 20 * time.Second
)

// identify gives the request its id, which the client may name, and notes what
// else is known of it.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		req := &api.Request{
			ID: r.Header.Get(echo.HeaderXRequestID), UserAgent: r.UserAgent(), Source: s.sourceOf(c.RealIP()), AcceptLanguage: r.Header.Get("Accept-Language"),
			IdempotencyKey: r.Header.Get("Idempotency-Key"), CrossSite: s.origin.Check(r) != nil,
		}
		if address, err := netip.ParseAddr(c.RealIP()); err == nil {
			req.Address = address
		}
		if cookie, err := r.Cookie(api.CookieName(s.Base)); err == nil {
			req.Refresh = cookie.Value
		}
		if !plain(req.ID, 64) {
			req.ID = uuid.NewString()
		}
		c.Response().Header().Set(echo.HeaderXRequestID, req.ID)
		c.Set("request", req)
		c.SetRequest(r.WithContext(api.WithRequest(r.Context(), req)))
		return next(c)
	}
}

// requestOf is what identify noted.
func requestOf(c echo.Context) *api.Request { return c.Get("request").(*api.Request) }

// plain reports whether text is 1 to most printable ASCII characters without
// spaces or quotes.
func plain(text string, most int) bool {
	for _, b := range []byte(text) {
		if b <= ' ' || b > '~' || b == '"' || b == '\\' {
			return false
		}
	}
	return text != "" && len(text) <= most
}

// sourceOf is the keyed hash of an address, IPv6 by its /64: enough to count
// by, and no address.
func (s *Server) sourceOf(address string) []byte {
	if ip, err := netip.ParseAddr(address); err == nil && ip.Is6() && !ip.Is4In6() {
		if prefix, err := ip.WithZone("").Prefix(64); err == nil {
			address = prefix.String()
		}
	}
	mac := hmac.New(sha256.New, s.source)
	_, _ = mac.Write([]byte(address)) // never fails
	return mac.Sum(nil)[:16]
}

// addressOf finds a client's address: the connection's, or what a trusted proxy
// says of it.
func addressOf(trusted []netip.Prefix) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range trusted {
		if _, network, err := net.ParseCIDR(p.Masked().String()); err == nil {
			options = append(options, echo.TrustIPRange(network))
		}
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

// watch logs every request and turns a panic into an internal error.
func (s *Server) watch(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start, asker := time.Now(), c.Request().Context()
		err := s.calm(c, next)
		if err != nil {
			s.refuse(err, c)
		}
		took, req, status := time.Since(start), requestOf(c), c.Response().Status
		route := c.Path()
		if route == "" {
			route = "none"
		}
		level := levelOf(status)
		if errors.Is(asker.Err(), context.Canceled) {
			level = slog.LevelInfo // whoever asked did not wait for the answer, which is no failure of ours
		}
		s.Log.LogAttrs(c.Request().Context(), level, "request", requestAttrs(c, req, route, status, took)...)
		return nil
	}
}

// calm runs next and makes an error of its panic.
func (s *Server) calm(c echo.Context, next echo.HandlerFunc) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return next(c)
}

// secure sets what browsers are to know about every answer.
func (s *Server) secure(next echo.HandlerFunc) echo.HandlerFunc {
	fixed := map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Content-Security-Policy":    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
		"Cross-Origin-Opener-Policy": "same-origin", "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
		"Cache-Control": "no-store",
	}
	if s.Base.Scheme == "https" {
		fixed["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
	}
	return func(c echo.Context) error {
		header := c.Response().Header()
		for name, value := range fixed {
			header.Set(name, value)
		}
		return next(c)
	}
}

// bound refuses what is too large and lets nothing take for ever.
func (s *Server) bound(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r, size := c.Request(), len(c.Request().RequestURI)
		if size > maxHeaders {
			return problem.New("uri_too_long", "")
		}
		for name, values := range r.Header {
			for _, value := range values {
				size += len(name) + len(value)
			}
		}
		if size > maxHeaders {
			return problem.New("headers_too_large", "")
		}
		if r.ContentLength > maxBody {
			return problem.New("too_large", "")
		}
		if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
			return problem.New("media_type", "Content-Encoding: bodies are taken as they are, and not unpacked")
		}
		if key := r.Header.Get("Idempotency-Key"); key != "" && !plain(key, 255) {
			return problem.New("malformed", "Idempotency-Key: must be 1 to 255 printable characters without spaces")
		}
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(c.Response().Writer, r.Body, maxBody)
		c.SetRequest(r)
		return next(c)
	}
}

// refuse answers with the problem an error is; a browser on its way to a page,
// with the problem's page.
func (s *Server) refuse(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p := problemOf(err)
	p.Request = requestOf(c).ID
	if p.Code == "internal" || errors.Is(err, marketplace.ErrUnavailable) {
		s.Log.ErrorContext(c.Request().Context(), "a request failed", "request", p.Request, "err", err)
	}
	if s.pages.Wants(c.Request()) {
		s.pages.Problem(c.Response(), c.Request(), p)
		return
	}
	p.Write(c.Response())
}

// problemOf knows echo's errors beside the domain's.
func problemOf(err error) *problem.Problem {
	var he *echo.HTTPError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return problem.New("too_large", "")
	case errors.As(err, &he) && he.Code == http.StatusNotFound:
		return problem.New("not_found", "")
	case errors.As(err, &he) && he.Code == http.StatusMethodNotAllowed:
		return problem.New("method_not_allowed", "")
	case errors.As(err, &he) && he.Code < http.StatusInternalServerError:
		return problem.New("malformed", "")
	}
	return problem.From(err)
}
