package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/api"
	"knowhow/web/docs"
	"knowhow/web/webtest"
)

// fuzzing is how long each database is fuzzed, in seconds; KNOWHOW_SEED repeats
// a run.
var fuzzing = map[string]time.Duration{
	"sqlite":   time.Duration(dbtest.Loops(17, 300)) * time.Second,
	"postgres": time.Duration(dbtest.Loops(13, 300)) * time.Second,
}

// However a request is bent, the answer is never an internal error, a refusal
// is a problem, and what is refused changes nothing.
func TestNoRequestBreaksAnything(t *testing.T) {
	seed := uint64(1) // the same each day: new requests are for the soak to find
	if os.Getenv("KNOWHOW_SOAK") != "" {
		seed = uint64(time.Now().UnixNano())
	}
	if given, err := strconv.ParseUint(os.Getenv("KNOWHOW_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("KNOWHOW_SEED=%d", seed)
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFuzzer(webtest.New(t, db), seed)
		deadline, routes := time.Now().Add(fuzzing[db.Dialect]), f.Web.Routes()
		for _, r := range routes {
			f.sweep(r)
		}
		enough := func() bool { // a slow machine takes longer
			return time.Now().After(deadline) && f.statuses[2] > 0 && f.statuses[4] >= 5*len(routes) && f.Commits.Load() > 0
		}
		for passes := 0; !enough(); passes++ {
			if passes == 20 && time.Now().After(deadline) {
				t.Fatalf("the requests prove nothing: %v, %d writes", f.statuses, f.Commits.Load())
			}
			for _, i := range f.rnd.Perm(len(routes)) {
				if f.visit(routes[i]); enough() {
					break
				}
			}
			f.tomorrow()
		}
		t.Logf("%d requests: %v", f.sent, f.statuses)
	})
}

// fuzzer sends requests and looks at the answers.
type fuzzer struct {
	*webtest.Server
	rnd      *rand.Rand
	gen      generator
	ops      map[string]*huma.Operation
	schemas  huma.Registry
	badly    []badToken
	sent     int
	statuses map[int]int // by hundreds
	failures int
}

func newFuzzer(s *webtest.Server, seed uint64) *fuzzer {
	rnd := rand.New(rand.NewPCG(seed, 1))
	f := &fuzzer{
		Server: s, rnd: rnd, ops: map[string]*huma.Operation{}, statuses: map[int]int{}, badly: badTokens(s),
		schemas: s.Web.OpenAPI().Components.Schemas,
	}
	f.gen = generator{rnd: rnd, schemas: f.schemas}
	for _, op := range docs.Operations(s.Web.OpenAPI()) {
		f.ops[op.OperationID] = op
	}
	return f
}

// call is a request to be bent.
type call struct {
	method, path string // the path with its values
	query        url.Values
	header       http.Header
	body         []byte
}

// tomorrow begins a new day, before so much was asked for on one that more is refused.
func (f *fuzzer) tomorrow() {
	f.Clock.Advance(24 * time.Hour)
	f.badly = badTokens(f.Server)
}

// visit bends requests of one route, in a scene in which it can succeed, and
// at last sends one that is not bent.
func (f *fuzzer) visit(r api.Route) {
	f.T.Helper()
	op, scene := f.ops[r.ID], f.Scene(f.Market, r)
	x := docs.ExampleOf(f.schemas, op)
	docs.Fill(x.Path+x.Body, scene.Value)
	_, token := scene.Caller(r)
	for range 12 {
		c := f.sound(op, scene, token)
		f.bend(op, &c)
		f.send(r, c)
	}
	f.send(r, f.sound(op, scene, token))
}

// sweep gives every parameter and every text of a route each odd value once.
func (f *fuzzer) sweep(r api.Route) {
	f.T.Helper()
	op, scene := f.ops[r.ID], f.Scene(f.Market, r)
	x := docs.ExampleOf(f.schemas, op)
	docs.Fill(x.Path+x.Body, scene.Value)
	_, token := scene.Caller(r)
	for _, p := range op.Parameters {
		for _, value := range oddValues {
			if c := f.sound(op, scene, token); p.In == "query" {
				c.query = url.Values{p.Name: {value}}
				f.send(r, c)
			}
		}
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(docs.Fill(x.Body, scene.Value)), &body); err != nil {
		return // it has none
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		was := body[name]
		for _, text := range oddTexts {
			body[name] = "@text@"
			c := f.sound(op, scene, token)
			c.body, _ = json.Marshal(body) // it came from JSON
			c.body = bytes.Replace(c.body, []byte("@text@"), []byte(text), 1)
			f.send(r, c)
		}
		body[name] = was
	}
}

// sound is a request that the description allows.
func (f *fuzzer) sound(op *huma.Operation, scene *webtest.Scene, token string) call {
	x := docs.ExampleOf(f.schemas, op)
	path, _, _ := strings.Cut(docs.Fill(x.Path, scene.Value), "?")
	c := call{method: op.Method, path: path, query: url.Values{}, header: http.Header{}}
	if token != "" {
		c.header.Set("Authorization", "Bearer "+token)
	}
	for _, p := range op.Parameters {
		if p.In == "query" && p.Schema != nil && f.rnd.IntN(3) == 0 {
			c.query.Set(p.Name, fmt.Sprint(f.gen.value(p.Schema, 0)))
		}
	}
	if f.rnd.IntN(4) == 0 {
		c.header.Set("Idempotency-Key", strconv.Itoa(f.rnd.IntN(1000)))
	}
	if x.File != "" {
		c.header.Set("Content-Type", x.File)
		c.body = f.PNG()
	}
	if x.Body == "" {
		return c
	}
	c.header.Set("Content-Type", "application/json")
	if c.body = []byte(docs.Fill(x.Body, scene.Value)); f.rnd.IntN(3) > 0 {
		made := f.gen.value(op.RequestBody.Content["application/json"].Schema, 0)
		c.body, _ = json.Marshal(made) // it came from JSON values
	}
	return c
}

// send sends c, now and then over the network, and checks the answer.
func (f *fuzzer) send(r api.Route, c call) {
	f.T.Helper()
	before := f.Commits.Load()
	got, ok := f.answer(c)
	if !ok {
		return
	}
	f.sent++
	f.statuses[got.Status/100]++
	wrong := ""
	switch {
	case got.Status >= 500:
		wrong = "an internal error"
	case got.Status >= 400 && f.Commits.Load() != before && !countsFailures[r.ID]:
		wrong = "a refusal that wrote something"
	case got.Status >= 400 && !isProblem(got):
		wrong = "no problem"
	case got.Status < 200, got.Status >= 300 && got.Status < 400:
		wrong = "an odd status"
	case got.Status == 200 && len(f.ops[r.ID].Responses["200"].Content) > 0 && f.ops[r.ID].Responses["200"].Content["application/json"] == nil:
	case got.Status == 200 && !strings.HasPrefix(got.Header.Get("Content-Type"), "text/csv") && got.Header.Get("Content-Type") != "application/pdf" && !json.Valid([]byte(got.Body)):
		wrong = "no JSON"
	}
	if wrong == "" {
		return
	}
	f.T.Errorf("%s: %s: %d %.400s\n%s %s?%s\n%.600s\n%.600q", r.ID, wrong, got.Status, got.Body, c.method, c.path, c.query.Encode(),
		fmt.Sprint(c.header), c.body)
	if f.failures++; f.failures > 20 {
		f.T.Fatal("and more")
	}
}

// countsFailures are the routes that keep count of what they refuse.
var countsFailures = map[string]bool{
	"signIn": true, "verifySignUp": true, "resetPassword": true, "acceptInvitation": true, "changePassword": true, "beginTOTP": true, "confirmTOTP": true, "disableTOTP": true,
}

// answer gives c to the handler, or sends it over the network; not ok where
// no HTTP client could have sent it.
func (f *fuzzer) answer(c call) (webtest.Answer, bool) {
	f.T.Helper()
	target := f.URL + c.path
	if len(c.query) > 0 {
		target += "?" + c.query.Encode()
	}
	r, err := http.NewRequestWithContext(f.T.Context(), c.method, target, bytes.NewReader(c.body))
	if err != nil {
		return webtest.Answer{}, false
	}
	r.Header = c.header
	if f.rnd.IntN(10) == 0 && len(c.body) < 1<<20 {
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return webtest.Answer{}, false // Go's client refuses some headers itself
		}
		defer res.Body.Close()
		var body bytes.Buffer
		_, err = body.ReadFrom(res.Body)
		return webtest.Answer{Status: res.StatusCode, Header: res.Header, Body: body.String()}, err == nil
	}
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	w := httptest.NewRecorder()
	f.Web.ServeHTTP(w, r)
	return webtest.Answer{Status: w.Code, Header: w.Header(), Body: w.Body.String()}, true
}

// isProblem reports whether an answer is one of our problems, whole.
func isProblem(a webtest.Answer) bool {
	var p map[string]any
	if json.Unmarshal([]byte(a.Body), &p) != nil || a.Header.Get("Content-Type") != "application/problem+json" {
		return false
	}
	for _, field := range []string{"type", "title", "code", "request_id"} {
		if text, ok := p[field].(string); !ok || text == "" {
			return false
		}
	}
	return p["status"] == float64(a.Status) && p["request_id"] == a.Header.Get("X-Request-Id")
}
