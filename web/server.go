// Package web puts the house on the network: one handler with the API
// (web/api), streams (web/stream), its documentation (web/docs), the public
// pages (web/pages), the browser apps (web/ui) and the checks every request
// passes. It holds no rule of the business: who may do what is
// decided in the domain, which is told the caller.
package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"knowhow/marketplace/assembly"
	"knowhow/marketplace/question"
	"knowhow/marketplace/redact"
	"knowhow/web/api"
	"knowhow/web/docs"
	"knowhow/web/limit"
	"knowhow/web/observe"
	"knowhow/web/pages"
	"knowhow/web/stream"
	"knowhow/web/token"
	"knowhow/web/ui"
)

// Options are what the server is made of. Metrics may be nil.
type Options struct {
	House   *assembly.House
	Keys    *redact.Keyring
	Log     *slog.Logger
	Base    *url.URL       // how the outside reaches us: links, the issuer of tokens
	Hub     *stream.Hub    // of this process; it must be running
	Limiter *limit.Limiter // of this process, or shared by all
	Limits  Limits
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
	Metrics *observe.Metrics
	Version string
	Demo    bool

	DemoScene *api.DemoScene // what the demo has to show; nil: this is not the demo
	DemoStage api.DemoStage  // what can be done to it; nil: nothing
}

// Server answers every request. Safe for concurrent use.
type Server struct {
	Options
	echo   *echo.Echo
	api    *api.API
	spec   *huma.OpenAPI
	tokens *token.Issuer
	source []byte // the key addresses are hashed with
	origin *http.CrossOriginProtection

	origins *api.Origins
	shared  map[string]bool // paths of what customers' pages do
	entered map[string]bool // paths by which people and customers come in

	uncounted map[string]bool // paths that no limit is for
	pages     *pages.Pages
}

// New makes the server.
func New(o Options) (*Server, error) {
	o.Limits = o.Limits.whole()
	s := &Server{Options: o, echo: echo.New(), tokens: token.NewIssuer(o.Keys, o.Base.String(), o.House.Doors), source: o.Keys.Derive("web.source"), uncounted: map[string]bool{}}
	if err := s.trustBase(); err != nil {
		return nil, err
	}
	s.echo.HTTPErrorHandler = s.refuse
	s.echo.IPExtractor = addressOf(o.Proxies)
	s.echo.Use(s.identify)
	if o.Metrics != nil {
		s.echo.Use(o.Metrics.Requests())
	}
	s.origins = api.NewOrigins(o.House.Programs, o.House.Clock)
	s.echo.Use(s.watch, s.secure, s.share, s.bound, s.authenticate, s.limit)
	config := api.Config(o.Version)
	config.Servers = nil
	described := heads{humaecho.NewV4(s.echo, config)}
	s.api = api.Register(described, api.Parts{
		House: o.House, Log: o.Log, Base: o.Base, Tokens: s.tokens, Limiter: o.Limiter, Version: o.Version, Demo: o.Demo, DemoScene: o.DemoScene, DemoStage: o.DemoStage, Origins: s.origins, Whisper: s.whisper,
		ClaimKey: o.Keys.Derive("web.claim"), SignIns: perMinute("sign_in", o.Limits.SignIns), CustomerSessions: perMinute("customer_sessions", o.Limits.CustomerSessions),
	})
	s.spec, s.shared, s.entered = described.OpenAPI(), sharedPaths(s.api.Routes()), enteredPaths(s.api.Routes())
	s.streamRoute(described)
	s.webhookRoutes()
	s.describe(docs.New(s.spec, o.Base))
	if err := s.serveApps(); err != nil {
		return nil, err
	}
	if err := s.publishKeys(); err != nil {
		return nil, err
	}
	return s, s.servePages()
}

// describe adds the documentation.
func (s *Server) describe(d *docs.Pages) {
	for path, page := range map[string]http.HandlerFunc{
		"/openapi.json": d.OpenAPI, "/docs": d.Page, "/docs.css": d.Style, "/docs.js": d.Script,
	} {
		s.echo.GET(path, echo.WrapHandler(page))
		s.echo.HEAD(path, echo.WrapHandler(page))
	}
}

// publishKeys adds the key by which anybody verifies a record of work.
func (s *Server) publishKeys() error {
	keys, err := s.House.Insight.RecordKeys()
	if err != nil {
		return err
	}
	show := func(c echo.Context) error { return c.Blob(http.StatusOK, "application/jwk-set+json", keys) }
	s.echo.GET(api.RecordKeysPath, show)
	s.echo.HEAD(api.RecordKeysPath, show)
	return nil
}

// servePages adds the public pages, which ask the API through this handler.
func (s *Server) servePages() (err error) {
	s.pages, err = pages.New(pages.Options{API: s.counted(), Base: s.Base, Seal: s.Keys.Derive("web.pages"), Log: s.Log, Now: s.House.Clock.Now})
	if err != nil {
		return err
	}
	for _, r := range s.pages.Routes() {
		path := strings.NewReplacer("{", ":", "}", "").Replace(r.Path)
		s.echo.Add(r.Method, path, echo.WrapHandler(s.pages))
		if r.Method == http.MethodGet {
			s.echo.HEAD(path, echo.WrapHandler(s.pages))
		}
	}
	return nil
}

// serveApps adds the browser apps. They are sent from memory, and one page
// asks for many files: they are not counted against anybody.
func (s *Server) serveApps() error {
	apps, err := ui.New()
	if err != nil {
		return err
	}
	for path, file := range apps.Routes() {
		s.uncounted[path] = true
		send := func(c echo.Context) error { return file(c.Response(), c.Request()) }
		s.echo.GET(path, send)
		s.echo.HEAD(path, send)
	}
	return nil
}

// whisper has the streams tell one listener something.
func (s *Server) whisper(w question.Whisper) {
	if s.Hub != nil {
		s.Hub.Whisper(w)
	}
}

// trustBase has our own pages believed that they are, also where a proxy hides
// from us under what name we are reached.
func (s *Server) trustBase() error {
	s.origin = http.NewCrossOriginProtection()
	if err := s.origin.AddTrustedOrigin(s.Base.Scheme + "://" + s.Base.Host); err != nil {
		return fmt.Errorf("read the base URL: %w", err)
	}
	return nil
}

// Handle adds a page that is not the API's, such as the health checks.
func (s *Server) Handle(path string, h http.Handler) { s.echo.GET(path, echo.WrapHandler(h)) }

// Routes lists the API's routes.
func (s *Server) Routes() []api.Route { return s.api.Routes() }

// Pages lists the public pages.
func (s *Server) Pages() []pages.Route { return s.pages.Routes() }

// OpenAPI is the API's description. It must not be changed.
func (s *Server) OpenAPI() *huma.OpenAPI { return s.spec }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }
