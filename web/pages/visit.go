package pages

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// visit is one request for a page: who reads it, in which language, and the
// API as they may use it.
type visit struct {
	*Pages
	*words
	w     http.ResponseWriter
	r     *http.Request
	api   client
	nonce string
}

func (p *Pages) visit(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{Pages: p, w: w, r: r, nonce: rand.Text()}
	v.words = p.words.choose(r)
	v.api = client{handler: p.API, visit: v}
	if said := r.URL.Query().Get("lang"); said != "" && said == v.Lang {
		v.keep(langCookie, v.Lang, 365*24*time.Hour, http.SameSiteLaxMode)
	}
	return v
}

// view is what a template is given: the words, the page, and its data.
type view struct {
	*visit
	Page  string
	Title string
	Form  *form
	Data  any
}

// Style is the page's stylesheet.
func (v view) Style() template.CSS { return v.styles[v.Page] }

// page is a page to be shown.
type page struct {
	name   string // of its template
	title  string // key
	args   []any  // of the title
	status int    // 0: 200
	form   *form  // may be nil
	data   any
}

// show writes a page.
func (v *visit) show(p page) error {
	if p.form == nil {
		p.form = &form{visit: v}
	}
	out := view{visit: v, Page: p.name, Title: v.T(p.title, p.args...), Form: p.form, Data: p.data}
	if p.form.failed() {
		out.Title = v.T("error.title", "title", out.Title)
	}
	var body bytes.Buffer
	if err := v.sets[p.name].ExecuteTemplate(&body, "layout", out); err != nil {
		return fmt.Errorf("write the page %s: %w", p.name, err)
	}
	v.head()
	v.send(max(p.status, http.StatusOK), body.Bytes())
	return nil
}

// policy is the pages' Content-Security-Policy: what is ours, and the style
// element of this very answer.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// head sets what browsers are to know of a page. The address of a page of ours
// goes to our own pages only.
func (v *visit) head() {
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.Lang)
	h.Set("Content-Security-Policy", fmt.Sprintf(policy, v.nonce))
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Language, Cookie, Accept-Encoding")
}

// send writes the body, compressed where the browser takes that. Nothing on a
// page is both secret and beside what somebody else chose.
func (v *visit) send(status int, body []byte) {
	if strings.Contains(v.r.Header.Get("Accept-Encoding"), "gzip") {
		var small bytes.Buffer
		z := gzip.NewWriter(&small)
		if _, err := z.Write(body); err == nil && z.Close() == nil {
			v.w.Header().Set("Content-Encoding", "gzip")
			body = small.Bytes()
		}
	}
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body) // the client may be gone
}

// goTo sends the browser on to a page of ours.
func (v *visit) goTo(path string) error {
	v.w.Header().Set("Cache-Control", "no-store")
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// next is the page of ours that the visitor was on the way to; empty: none.
func (v *visit) next() string {
	said := v.r.FormValue("next")
	u, err := url.Parse(said)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(said, "/") || strings.HasPrefix(said, "//") ||
		strings.ContainsAny(said, "\\\r\n\t") || len(said) > 1000 {
		return ""
	}
	return said
}

// withNext is path, with the page on the way to which the visitor is.
func (v *visit) withNext(path string) string {
	if next := v.next(); next != "" {
		return path + "?" + url.Values{"next": {next}}.Encode()
	}
	return path
}

// cookieName gives the cookie of this name the prefix that browsers take as a
// promise: over TLS only, and from this host alone.
func (p *Pages) cookieName(name string) string {
	if p.Base.Scheme == "https" {
		return "__Host-" + name
	}
	return name
}

// keep has the browser keep value for a time; zero: forget it. No script reads
// it.
func (v *visit) keep(name, value string, life time.Duration, site http.SameSite) {
	c := http.Cookie{
		Name: v.cookieName(name), Value: value, Path: "/", MaxAge: int(life / time.Second), HttpOnly: true,
		Secure: v.Base.Scheme == "https", SameSite: site,
	}
	if life <= 0 {
		c.MaxAge = -1
	}
	http.SetCookie(v.w, &c)
}

// kept is what keep kept; empty: nothing.
func (v *visit) kept(name string) string {
	if c, err := v.r.Cookie(v.cookieName(name)); err == nil {
		return c.Value
	}
	return ""
}

// Nonce is the one of this answer's style element.
func (v *visit) Nonce() string { return v.nonce }

// Asset is the path of a file, which changes with what it holds.
func (v *visit) Asset(name string) (string, error) { return v.files.path(name) }

// Next is the page on the way to which the visitor is.
func (v *visit) Next() string { return v.next() }

// Path is the page's own.
func (v *visit) Path() string { return v.r.URL.Path }

// Origin is how the outside reaches us.
func (v *visit) Origin() string { return v.Base.Scheme + "://" + v.Base.Host }

// InLanguage is this page's address in another language. What was posted is
// not there: the address is that of the form.
func (v *visit) InLanguage(lang string) string {
	query := v.r.URL.Query()
	query.Set("lang", lang)
	return v.r.URL.Path + "?" + query.Encode()
}

// Languages lists the languages there are, by their own names.
func (v *visit) Languages() []*words { return v.Pages.words.list }
