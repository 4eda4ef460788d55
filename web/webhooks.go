package web

import (
	"errors"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"knowhow/payouts"
	"knowhow/web/problem"
)

const (
	// webhookMost bounds a webhook's body; what a provider tells is smaller.
	webhookMost = 512 << 10
	// webhooksAMinute is how many may come from one address: a provider has few, and
	// much to tell.
	webhooksAMinute = 3000
)

// webhookRoutes are where the payment provider tells its news. They are no part of
// the API: the body is signed as it comes, byte by byte, and nobody signs in.
func (s *Server) webhookRoutes() {
	for path, endpoint := range map[string]payouts.Endpoint{
		"/webhooks/stripe/platform":  payouts.PlatformNews,
		"/webhooks/stripe/connected": payouts.ConnectedNews,
	} {
		s.uncounted[path], s.entered[path] = true, true
		s.echo.POST(path, s.hear(endpoint))
	}
}

// hear takes in a webhook: 204 once it is kept, and a problem, upon which the
// provider sends it again, where it is not.
func (s *Server) hear(endpoint payouts.Endpoint) echo.HandlerFunc {
	policy := perMinute("webhooks", webhooksAMinute)
	return func(c echo.Context) error {
		if refused := s.count(c, policy, keyOfAddress(requestOf(c))); refused != nil {
			return refused
		}
		r := c.Request()
		body, err := io.ReadAll(http.MaxBytesReader(c.Response().Writer, r.Body, webhookMost))
		var tooLong *http.MaxBytesError
		switch {
		case errors.As(err, &tooLong):
			return problem.New("too_large", "")
		case err != nil:
			return problem.New("malformed", "")
		}
		if err := s.House.Earnings.Hear(r.Context(), endpoint, body, r.Header.Get("Stripe-Signature")); err != nil {
			return err
		}
		return c.NoContent(http.StatusNoContent)
	}
}
