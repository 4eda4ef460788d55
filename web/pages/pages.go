// Package pages writes the public pages: the front page, signing in, asking
// without the widget, a customer's own questions, receipts, and how to become
// an expert. They work without JavaScript, and carry one short script that
// makes them nicer.
//
// A page is a client of the API like any other face: it sends requests to the
// same handler, in process, and decides nothing of the business (client.go). It
// keeps no state but what a browser's cookies hold.
package pages

import (
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"knowhow/web/problem"
)

// Options are what the pages stand on.
type Options struct {
	API  http.Handler // answers /api/v1
	Base *url.URL     // how the outside reaches the service
	Seal []byte       // 32 bytes: seals what a browser holds between two steps of signing in
	Log  *slog.Logger
	Now  func() time.Time
}

// Pages answers every public page. Safe for concurrent use.
type Pages struct {
	Options
	mux    *http.ServeMux
	origin *http.CrossOriginProtection
	words  library
	sets   templates
	styles styles
	files  assets
	routes []Route
}

// Route is a page's method and path, with parameters as {name}.
type Route struct{ Method, Path string }

// New makes the pages.
func New(o Options) (*Pages, error) {
	p := &Pages{Options: o, mux: http.NewServeMux(), origin: http.NewCrossOriginProtection()}
	if err := p.origin.AddTrustedOrigin(o.Base.Scheme + "://" + o.Base.Host); err != nil {
		return nil, err
	}
	var err error
	if p.words, err = readLibrary(); err != nil {
		return nil, err
	}
	if p.files, err = readAssets(); err != nil {
		return nil, err
	}
	if p.sets, err = parseTemplates(); err != nil {
		return nil, err
	}
	if p.styles, err = parseStyles(stylesheet, maps.Keys(p.sets)); err != nil {
		return nil, err
	}
	for _, register := range []func(){
		p.frontRoutes, p.demoRoutes, p.signInRoutes, p.signUpRoutes, p.passwordRoutes, p.authenticatorRoutes, p.invitationRoutes, p.invitedRoutes,
		p.askRoutes, p.codeRoutes, p.questionRoutes, p.resumeRoutes, p.receiptRoutes, p.joinRoutes, p.unsubscribeRoutes, p.recordRoutes,
	} {
		register()
	}
	for name := range p.files {
		p.add("GET", name, p.files.serve)
	}
	return p, nil
}

// Routes lists every page.
func (p *Pages) Routes() []Route { return p.routes }

// ServeHTTP implements http.Handler.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

func (p *Pages) add(method, path string, h http.HandlerFunc) {
	p.routes = append(p.routes, Route{method, path})
	if path == "/" {
		path = "/{$}"
	}
	p.mux.HandleFunc(method+" "+path, h)
}

// get and post add a page. What a handler fails with becomes a problem's page.
func (p *Pages) get(path string, h func(*visit) error)  { p.add("GET", path, p.visited(h)) }
func (p *Pages) post(path string, h func(*visit) error) { p.add("POST", path, p.visited(h)) }

// maxForm bounds what a form sends, in bytes: the longest texts, encoded.
const maxForm = 96 << 10

func (p *Pages) visited(h func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := p.visit(w, r)
		err := v.begin()
		if err == nil {
			err = h(v)
		}
		if err != nil {
			v.fail(err)
		}
	}
}

// begin refuses forms of other sites' pages, and reads ours.
func (v *visit) begin() error {
	if v.r.Method != http.MethodPost {
		return nil
	}
	if v.origin.Check(v.r) != nil {
		return problem.New("cross_site", "")
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return problem.New("too_large", "")
		}
		return problem.New("malformed", "")
	}
	return nil
}

// Wants reports whether r is somebody's who looks at pages: a browser going
// somewhere that is not the API's.
func (p *Pages) Wants(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// Problem answers with a problem's page.
func (p *Pages) Problem(w http.ResponseWriter, r *http.Request, what *problem.Problem) {
	p.visit(w, r).problemPage(what)
}
