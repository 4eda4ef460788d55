package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"knowhow/marketplace/access"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/api"
	"knowhow/web/docs"
	"knowhow/web/webtest"
)

// keyed are the routes that take an Idempotency-Key.
func keyed(s *webtest.Server) (list []api.Route) {
	takes := map[string]bool{}
	for _, op := range docs.Operations(s.Web.OpenAPI()) {
		takes[op.OperationID] = slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "Idempotency-Key" })
	}
	for _, r := range s.Web.Routes() {
		if takes[r.ID] {
			list = append(list, r)
		}
	}
	return list
}

// Whoever has no name of their own would share a key with every stranger.
func TestKeysAreSomebodys(t *testing.T) {
	for _, r := range keyed(sqliteServer(t)) {
		if r.Who.Kind == api.Anyone || r.Who.Kind == api.Session {
			t.Errorf("%s takes a key of nobody's", r.ID)
		}
	}
}

// Whatever takes a key does its work once: repeated it answers the same, and
// writes nothing.
func TestEveryKeyedRouteIsRepeated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		for _, r := range keyed(s) {
			x, scene := s.Example(r.ID), s.Scene(s.Market, r)
			path, body := docs.Fill(x.Path, scene.Value), docs.Fill(x.Body, scene.Value)
			if x.File != "" {
				body = string(s.PNG())
			}
			who := actor(s, r, scene)
			key := uuid.NewString()
			send := func(body string) webtest.Answer { return sendKeyed(s, x.Method, path, s.Token(who), body, key) }
			first, before := send(body), s.Commits.Load()
			if first.Status < 200 || first.Status > 299 {
				t.Errorf("%s: %d %s", r.ID, first.Status, first.Body)
				continue
			}
			again := send(body)
			if again.Status != first.Status || again.Body != first.Body {
				t.Errorf("%s: %d %s, repeated %d %s", r.ID, first.Status, first.Body, again.Status, again.Body)
			}
			if n := s.Commits.Load() - before; n != 0 {
				t.Errorf("%s: repeated it wrote %d times", r.ID, n)
			}
		}
	})
}

// actor is somebody who may call r in a scene.
func actor(s *webtest.Server, r api.Route, scene *webtest.Scene) access.Caller {
	switch r.Who.Kind {
	case api.Customer:
		return scene.Customer()
	case api.Operator:
		return s.Operator
	case api.Member:
		if roles := r.Who.Roles(); len(roles) > 0 {
			return s.Member(roles[0])
		}
		return s.Operator
	}
	return scene.Person()
}

func sendKeyed(s *webtest.Server, method, path, token, body, key string) webtest.Answer {
	s.T.Helper()
	r, err := http.NewRequestWithContext(s.T.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Idempotency-Key", key)
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	} else if body != "" {
		r.Header.Set("Content-Type", http.DetectContentType([]byte(body)))
	}
	return s.Send(r)
}
