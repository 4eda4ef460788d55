package web_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/api"
	"knowhow/web/docs"
	"knowhow/web/problem"
	"knowhow/web/token"
	"knowhow/web/webtest"
)

// The table of who may call what is true: every route is called by every sort
// of caller. Who is refused changes nothing and learns nothing, not even
// whether what they name exists.
func TestEveryRouteAnswersEveryCaller(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		c := newCast(webtest.New(t, db))
		for _, r := range c.Web.Routes() {
			example := c.Example(r.ID)
			shared, allowed := c.Scene(c.Market, r), false
			for _, w := range everybody {
				if want := expected(r, example.Body, w); want != yes && want != whenOwn {
					c.refused(r, example, shared, w, want)
				}
			}
			for _, w := range everybody {
				if want := expected(r, example.Body, w); want == yes || want == whenOwn {
					allowed = c.allowed(r, example, w, want) || allowed
				}
			}
			if !allowed && r.Who.Kind != api.Session && !slices.Contains(mayConflict, r.ID) {
				t.Errorf("%s: nobody succeeded", r.ID)
			}
		}
	})
}

// cast is somebody of every sort.
type cast struct {
	*webtest.Server
	stranger, expert access.Caller
	customer, abroad access.Caller
	foreign          map[access.Role]access.Caller
}

func newCast(s *webtest.Server) *cast {
	c := &cast{Server: s, foreign: map[access.Role]access.Caller{}}
	c.stranger, c.expert = access.PersonCaller(s.Person("Sven Stranger")), s.Expert("idle")
	c.customer, c.abroad = s.Customer("Otto Other"), s.Next.Customer("Anna Abroad")
	for _, role := range access.Roles {
		person := s.Person("foreign " + string(role))
		if err := s.Access.AddMember(s.Ctx(), s.Next.Owner, s.Next.Brand, person, role); err != nil {
			s.T.Fatal(err)
		}
		c.foreign[role] = access.PersonCaller(person)
	}
	return c
}

// token is w's, for a route in a scene.
func (c *cast) token(r api.Route, scene *webtest.Scene, w somebody) string {
	c.T.Helper()
	switch {
	case w.kind == "":
		return ""
	case w.half:
		return c.TokenOf(token.Grant{Caller: c.Manager, Limited: true})
	case w.kind == access.KindKey:
		return c.key(r, w)
	case w.kind == access.KindCustomer:
		return c.Token(c.customerLike(scene, w))
	}
	return c.Token(c.personLike(scene, w))
}

func (c *cast) customerLike(scene *webtest.Scene, w somebody) access.Caller {
	switch {
	case w.own:
		return scene.Customer()
	case w.brand:
		return c.customer
	}
	return c.abroad
}

func (c *cast) personLike(scene *webtest.Scene, w somebody) access.Caller {
	switch {
	case w.op:
		return c.Operator
	case w.role != "" && w.own:
		return c.Member(w.role)
	case w.role != "":
		return c.foreign[w.role]
	case w.own:
		return scene.Person()
	case w.name == "stranger":
		return c.stranger
	}
	return c.expert
}

// key is an API key with every scope, or with every scope but those that r
// asks for.
func (c *cast) key(r api.Route, w somebody) string {
	c.T.Helper()
	m, scopes := c.Market, slices.Clone(access.Scopes)
	if !w.own {
		m = c.Next
	}
	if !w.scoped {
		for _, reach := range r.Who.Scopes() {
			scopes = slices.DeleteFunc(scopes, func(s access.Scope) bool { return slices.Contains(reach, s) })
		}
	}
	secret := c.Key(m, scopes...)
	c.Get("/api/v1/brands", secret) // that it was used is noted once a minute
	return secret
}

// send sends the example of a route, with value's values.
func (c *cast) send(x docs.Example, token string, value func(string) string) webtest.Answer {
	return c.Try(x, token, value)
}

// refused checks that w is refused with want, that nothing changes, and that
// made-up ids are refused in the same words.
func (c *cast) refused(r api.Route, x docs.Example, scene *webtest.Scene, w somebody, want cell) {
	c.T.Helper()
	token := c.token(r, scene, w)
	docs.Fill(x.Path+x.Body, scene.Value) // makes what is named, before it counts
	before := c.Commits.Load()
	got := c.send(x, token, scene.Value)
	if string(want) != strconv.Itoa(got.Status) {
		c.T.Errorf("%s as %s: got %d, want %s: %s", r.ID, w.name, got.Status, want, got.Body)
	}
	told := checkProblem(c.T, r.ID, got)
	invented := checkProblem(c.T, r.ID, c.send(x, token, func(name string) string {
		return anID.ReplaceAllString(scene.Value(name), uuid.NewString())
	}))
	if told != invented && !w.inside() {
		c.T.Errorf("%s as %s: what exists is told from what does not: %q, %q", r.ID, w.name, told, invented)
	}
	if n := c.Commits.Load() - before; n != 0 {
		c.T.Errorf("%s as %s: refused, but something was written", r.ID, w.name)
	}
}

// allowed calls r as w in a scene of its own, and reports success. The state of
// things may forbid what w may do, and what is their own may not be there.
func (c *cast) allowed(r api.Route, x docs.Example, w somebody, want cell) bool {
	c.T.Helper()
	scene := c.Scene(c.Market, r)
	token := c.token(r, scene, w)
	got := c.send(x, token, scene.Value)
	switch {
	case got.Status >= 200 && got.Status < 300:
		return true
	case got.Status == http.StatusConflict, want == whenOwn && got.Status == http.StatusNotFound:
	case want == whenOwn && notTheirs.MatchString(got.Body):
	default:
		c.T.Errorf("%s as %s: got %d, want %s: %s", r.ID, w.name, got.Status, want, got.Body)
	}
	return false
}

// notTheirs are the problems of who has no password, or was not invited.
var notTheirs = regexp.MustCompile(`"code":"(credentials|not_invited)"`)

var anID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// checkProblem checks that an answer is one of our problems and gives what it
// says, without ids.
func checkProblem(t testing.TB, name string, a webtest.Answer) string {
	t.Helper()
	var p problem.Problem
	dec := json.NewDecoder(strings.NewReader(a.Body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil || a.Header.Get("Content-Type") != problem.MediaType {
		t.Errorf("%s: %d, not a problem: %s: %.300q, %v", name, a.Status, a.Header.Get("Content-Type"), a.Body, err)
		return ""
	}
	if p.Status != a.Status || p.Code == "" || p.Title == "" || p.Type != "/docs#"+p.Code || p.Request == "" || p.Request != a.Header.Get("X-Request-Id") {
		t.Errorf("%s: a problem with something missing: %s", name, a.Body)
	}
	return anID.ReplaceAllString(p.Code+" "+p.Detail, "…")
}

// Who belongs to a brand finds nothing of another brand's in it.
func TestAnotherBrandsThingsAreNotHere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		for _, r := range s.Web.Routes() {
			if r.Who.Kind != api.Member || !concerns(r, "question", "assignment", "review", "refusal", "customer", "program", "enrolment", "topic", "key") {
				continue
			}
			x, scene := s.Example(r.ID), s.Scene(s.Next, r)
			docs.Fill(x.Path+x.Body, scene.Value)
			scene.Set("BRAND", s.Brand.String())
			before := s.Commits.Load()
			got := s.Do(x.Method, docs.Fill(x.Path, scene.Value), s.Token(s.Member(r.Who.Roles()[0])), docs.Fill(x.Body, scene.Value))
			if got.Status != http.StatusNotFound || s.Commits.Load() != before {
				t.Errorf("%s on another brand's: %d %s; %d writes", r.ID, got.Status, got.Body, s.Commits.Load()-before)
			}
		}
	})
}

// On PostgreSQL a query that forgets its brand finds nothing of another's.
func TestAQueryThatForgetsItsBrandFindsNothing(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "postgres"))
	m.Expert("first")
	asked := m.Ask(m.Customer("Dana Whitlow"), "My box is dead")
	next := m.Neighbour()
	for _, c := range []struct {
		m    *markettest.Market
		want int
	}{{m, 1}, {next, 0}} {
		var found []struct{ ID string }
		err := c.m.Store.Read(t.Context(), c.m.Brand, func(tx *gorm.DB) error { return tx.Raw("SELECT * FROM questions").Scan(&found).Error })
		if err != nil || len(found) != c.want || c.want == 1 && found[0].ID != asked.ID.String() {
			t.Errorf("as brand %s: %v, %v", c.m.Brand, found, err)
		}
	}
	var found []struct{ ID string }
	if err := m.DB.Read.Raw("SELECT * FROM questions").Scan(&found).Error; err != nil || len(found) != 0 {
		t.Errorf("without a brand: %v, %v", found, err)
	}
}
