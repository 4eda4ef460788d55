package web

import (
	"context"
	"strings"

	"github.com/labstack/echo/v4"

	"knowhow/marketplace/access"
	"knowhow/web/api"
	"knowhow/web/problem"
)

// enteredPaths are the paths, as echo has them, by which somebody comes in.
func enteredPaths(routes []api.Route) map[string]bool {
	paths := map[string]bool{}
	for _, r := range routes {
		if r.Enters() {
			paths[pathOf(r)] = true
		}
	}
	return paths
}

// authenticate finds out who asks. Nobody is fine, until a route wants
// somebody; a token that is no good is refused everywhere but where one gets a
// better one. Who guesses is counted by address, since they are nobody yet.
func (s *Server) authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Request().Header.Values(echo.HeaderAuthorization)
		if len(header) == 0 || s.entered[c.Path()] {
			return next(c)
		}
		if err := s.recognize(c.Request().Context(), requestOf(c), header); err != nil {
			if refused := s.count(c, s.byAddress(), keyOfAddress(requestOf(c))); refused != nil {
				return refused
			}
			return err
		}
		return next(c)
	}
}

// recognize notes whose token a request's Authorization has.
func (s *Server) recognize(ctx context.Context, req *api.Request, header []string) error {
	scheme, secret, _ := strings.Cut(header[0], " ")
	if len(header) > 1 || !strings.EqualFold(scheme, "bearer") || !plain(secret, 4<<10) {
		return problem.New("token_invalid", "Authorization: must be Bearer and one token")
	}
	if strings.HasPrefix(secret, access.KeyPrefix) {
		caller, err := s.House.Access.KeyBySecret(ctx, secret)
		if err != nil {
			return err
		}
		req.Caller = caller
		return nil
	}
	grant, err := s.tokens.Read(secret)
	if err != nil {
		return err
	}
	req.Caller, req.Session, req.Limited, req.Until = grant.Caller, grant.Session, grant.Limited, grant.Until
	return nil
}
