package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"knowhow/marketplace"
	"knowhow/web/api"
)

// What a brand's own pages may send, and read of an answer (Fetch, 3.3). They
// never send cookies: a customer's token is all they have.
const (
	sharedMethods = "GET, POST, PUT, DELETE"
	sharedHeaders = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID"
	exposed       = "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
	preflightLife = "600" // seconds
)

// alsoShared are routes for customers' pages that anybody may call.
var alsoShared = []string{"beginCustomerSession", "endCustomerSession", "getPublicProgram", "getForecast", "uploadPicture", "getPicture"}

// sharedPaths are the paths, as echo has them, of what a customer's page does.
func sharedPaths(routes []api.Route) map[string]bool {
	paths := map[string]bool{api.Prefix + "/stream": true}
	for _, r := range routes {
		if r.Who.Kind == api.Customer || slices.Contains(alsoShared, r.ID) {
			paths[pathOf(r)] = true
		}
	}
	return paths
}

// pathOf is a route's path as echo has it.
func pathOf(r api.Route) string {
	return api.Prefix + strings.NewReplacer("{", ":", "}", "").Replace(r.Path)
}

// share lets the pages of origins that a brand trusts call what customers do,
// and no other pages of others.
func (s *Server) share(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.shared[c.Path()] {
			return next(c)
		}
		r, header := c.Request(), c.Response().Header()
		header.Add("Vary", "Origin")
		origin := s.foreignOrigin(r)
		if origin == "" {
			return next(c)
		}
		requestOf(c).Origin = origin
		trusted, err := s.origins.Trusted(r.Context(), origin, marketplace.AllBrands)
		if err != nil {
			return err
		}
		if trusted {
			header.Set("Access-Control-Allow-Origin", origin)
			header.Set("Access-Control-Expose-Headers", exposed)
		}
		if r.Method != http.MethodOptions {
			return next(c)
		}
		if trusted {
			header.Set("Access-Control-Allow-Methods", sharedMethods)
			header.Set("Access-Control-Allow-Headers", sharedHeaders)
			header.Set("Access-Control-Max-Age", preflightLife)
		}
		return c.NoContent(http.StatusNoContent)
	}
}

// foreignOrigin is the origin of the page that sends r, where it is not ours;
// empty where no page does.
func (s *Server) foreignOrigin(r *http.Request) string {
	origin := r.Header.Get("Origin")
	if origin == "" || origin == s.Base.Scheme+"://"+s.Base.Host || r.Header.Get("Sec-Fetch-Site") == "same-origin" {
		return ""
	}
	if u, err := url.Parse(origin); err == nil && u.Host != "" && u.Host == r.Host {
		return ""
	}
	return origin
}
