// Package webtest serves a small market over HTTP, for tests: a brand with
// somebody in every role, its neighbour, experts, customers and API keys, each
// with a token, on a clock that is moved by hand.
package webtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/job"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
	"knowhow/migrations/sqldb"
	"knowhow/web"
	"knowhow/web/docs"
	"knowhow/web/limit"
	"knowhow/web/stream"
	"knowhow/web/token"
)

// Version is what a served market calls itself.
const Version = "1"

// Server is a served market and its neighbour.
type Server struct {
	*markettest.Market
	Next    *markettest.Market // another brand in the same house
	Web     *web.Server
	URL     string
	Commits atomic.Int64 // transactions that wrote
	jobs    atomic.Int64

	keys               *redact.Keyring
	tokens             *token.Issuer
	members            map[access.Role]access.Caller
	secrets            map[string]string // of API keys, by brand and scopes
	experts, addresses int
	logged             logs
	free               map[*markettest.Market]int // places in the hands of the experts there are
}

// New serves a market on db. Its limits are out of every test's reach, unless
// an edit brings them near.
func New(t testing.TB, db *sqldb.DB, edits ...func(*markettest.Market, *web.Options)) *Server {
	t.Helper()
	m := markettest.NewWith(t, db, func(p *program.Policies) { p.Review.SampleBP = 10_000 })
	s := &Server{Market: m, Next: m.Neighbour(), members: map[access.Role]access.Caller{}, secrets: map[string]string{}, free: map[*markettest.Market]int{}}
	for _, role := range access.Roles {
		person := m.Person(string(role))
		s.members[role] = access.PersonCaller(person)
		s.must("add a member", m.Access.AddMember(m.Ctx(), m.Owner, m.Brand, person, role))
	}
	policies := s.Next.Program.Policies
	policies.Review.SampleBP = 10_000
	s.must("have all work reviewed", s.Programs.SetPolicies(m.Ctx(), s.Next.Owner, s.Next.Program.ID, policies))
	s.Queue.Handle(idle, func(context.Context, *gorm.DB, job.Job) error { return nil })
	var err error
	s.keys, err = redact.LoadKeyFile(m.KeyFile)
	s.must("load the keys", err)
	s.serve(edits)
	m.Store.OnCommit(func() { s.Commits.Add(1) })
	return s
}

func (s *Server) serve(edits []func(*markettest.Market, *web.Options)) {
	s.T.Helper()
	outside := httptest.NewUnstartedServer(nil)
	base := &url.URL{Scheme: "http", Host: outside.Listener.Addr().String()}
	s.URL, s.tokens = base.String(), token.NewIssuer(s.keys, base.String(), s.Clock)
	quiet := slog.New(slog.NewMultiHandler(
		slog.NewTextHandler(s.T.Output(), &slog.HandlerOptions{Level: slog.LevelError}),
		slog.NewTextHandler(&s.logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	hub := stream.New(stream.Options{Store: s.Store, Events: s.Events, Clock: s.Clock, Log: quiet})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); hub.Run(ctx) }()
	s.T.Cleanup(func() { stop(); <-done })
	options := web.Options{
		House: s.House, Keys: s.keys, Log: quiet, Base: base, Hub: hub, Limiter: limit.New(nil, s.Clock),
		Limits: web.Limits{Caller: 10_000_000, Address: 10_000_000, SignIns: 10_000_000, CustomerSessions: 10_000_000}, Version: Version, Demo: true,
	}
	for _, edit := range edits {
		edit(s.Market, &options)
	}
	options.House = s.House
	served, err := web.New(options)
	s.must("make the server", err)
	s.Web = served
	outside.Config.Handler, outside.Config.MaxHeaderBytes, outside.Listener = served, web.MostHeaders, web.Listener(outside.Listener)
	outside.Start()
	s.T.Cleanup(outside.Close)
}

func (s *Server) must(doing string, err error) {
	s.T.Helper()
	if err != nil {
		s.T.Fatalf("%s: %v", doing, err)
	}
}

// idle is the kind of jobs that are only looked at.
const idle = "webtest"

// job enqueues a job that does nothing, or has it buried, and gives its number.
func (s *Server) job(buried bool) string {
	s.T.Helper()
	key := fmt.Sprintf("webtest-%d", s.jobs.Add(1))
	s.must("enqueue a job", s.Store.InTx(s.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return s.Queue.EnqueueTx(s.Ctx(), tx, job.New{Kind: idle, UniqueKey: key, RunAt: s.Clock.Now().AddDate(100, 0, 0)})
	}))
	var j job.Job
	s.must("find a job", s.Store.Read(s.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Where("unique_key = ?", key).Take(&j).Error
	}))
	if buried {
		s.must("bury a job", s.Queue.Bury(s.Ctx(), j.Seq))
	}
	return strconv.FormatInt(j.Seq, 10)
}

// Member is somebody whose one role in the brand is role.
func (s *Server) Member(role access.Role) access.Caller { return s.members[role] }

// Token is an access token of a person or a customer, fresh at this moment.
func (s *Server) Token(caller access.Caller) string {
	s.T.Helper()
	return s.TokenOf(token.Grant{Caller: caller, Session: "00000000-0000-7000-8000-000000000001"})
}

// TokenOf is an access token that grants g.
func (s *Server) TokenOf(g token.Grant) string {
	s.T.Helper()
	text, _, err := s.tokens.Issue(g)
	s.must("issue a token", err)
	return text
}

// Keys is the house's keyring, for forging.
func (s *Server) Keys() *redact.Keyring { return s.keys }

// kept is the name of the keys that callers have.
const kept = "kept"

// Key is the secret of an API key of m's brand with these scopes.
func (s *Server) Key(m *markettest.Market, scopes ...access.Scope) string {
	s.T.Helper()
	words := []string{m.Brand.String()}
	for _, scope := range scopes {
		words = append(words, string(scope))
	}
	slices.Sort(words)
	of := strings.Join(words, " ")
	if s.secrets[of] == "" {
		_, secret, err := s.Access.CreateKey(m.Ctx(), m.Owner, m.Brand, access.NewKey{Name: kept, Scopes: scopes})
		s.must("create a key", err)
		s.secrets[of] = secret
	}
	return s.secrets[of]
}

// Logged is everything that was logged so far, about requests or by services.
func (s *Server) Logged() string { return s.logged.String() + s.Market.Logged() }

// logs keep what the web logs.
type logs struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (l *logs) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends a request with token, which may be empty, and body, which may be
// too, as JSON.
func (s *Server) Do(method, path, token, body string) Answer {
	s.T.Helper()
	r, err := http.NewRequestWithContext(s.T.Context(), method, s.URL+path, strings.NewReader(body))
	s.must("make a request", err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return s.Send(r)
}

// Try sends an example, with value's values for its variables.
func (s *Server) Try(x docs.Example, token string, value func(string) string) Answer {
	s.T.Helper()
	if x.File == "" {
		return s.Do(x.Method, docs.Fill(x.Path, value), token, docs.Fill(x.Body, value))
	}
	r, err := http.NewRequestWithContext(s.T.Context(), x.Method, s.URL+docs.Fill(x.Path, value), bytes.NewReader(s.PNG()))
	s.must("make a request", err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Content-Type", x.File)
	return s.Send(r)
}

// Send sends r.
func (s *Server) Send(r *http.Request) Answer {
	s.T.Helper()
	res, err := http.DefaultClient.Do(r)
	s.must("send a request", err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	s.must("read an answer", err)
	return Answer{Status: res.StatusCode, Header: res.Header, Body: string(text)}
}

// Get reads path.
func (s *Server) Get(path, token string) Answer { return s.Do(http.MethodGet, path, token, "") }

// Post sends body to path.
func (s *Server) Post(path, token, body string) Answer {
	return s.Do(http.MethodPost, path, token, body)
}

// Example is the documentation's example of the operation called id.
func (s *Server) Example(id string) docs.Example {
	s.T.Helper()
	spec := s.Web.OpenAPI()
	i := slices.IndexFunc(docs.Operations(spec), func(op *huma.Operation) bool { return op.OperationID == id })
	if i < 0 {
		s.T.Fatalf("the API's description has no operation %s", id)
	}
	return docs.ExampleOf(spec.Components.Schemas, docs.Operations(spec)[i])
}
