// Package docs serves the API's description: as OpenAPI 3.1 for programs, and
// as one page for people. Both are made once, when first asked for, from what
// the routes themselves declare; nothing is fetched from elsewhere and the page
// works without scripts.
//
// It owns the page's words on what all routes share, and how an example request
// is made from a schema. It leaves to package api what the routes are.
package docs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

var (
	//go:embed docs.css
	style []byte
	//go:embed docs.js
	script []byte
)

// policy is the page's Content-Security-Policy: its own stylesheet and script,
// and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// Pages are the description, ready to be sent. Safe for concurrent use.
type Pages struct {
	openapi, page func() file // what they take to make is half of what a service takes to start
	style, script file
}

// file is one thing to be sent, plain and packed, with the tag of this very
// content.
type file struct {
	mediaType     string
	plain, packed []byte
	tag           string
}

func newFile(mediaType string, content []byte) file {
	sum := sha256.Sum256(content)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(content) // into memory
	_ = w.Close()
	return file{mediaType: mediaType, plain: content, packed: packed.Bytes(), tag: hex.EncodeToString(sum[:12])}
}

// New is the pages of spec, which must not be changed from now on, for a service
// that the outside reaches at base.
func New(spec *huma.OpenAPI, base *url.URL) *Pages {
	return &Pages{
		openapi: sync.OnceValue(func() file { return describeAll(spec) }),
		page:    sync.OnceValue(func() file { return writePage(spec, strings.TrimSuffix(base.String(), "/")) }),
		style:   newFile("text/css; charset=utf-8", style),
		script:  newFile("text/javascript; charset=utf-8", script),
	}
}

func describeAll(spec *huma.OpenAPI) file {
	described, err := json.MarshalIndent(spec, "", "  ")
	if err != nil {
		panic("docs: write the API's description: " + err.Error()) // the build is broken
	}
	return newFile("application/vnd.oai.openapi+json;version=3.1", append(described, '\n'))
}

func writePage(spec *huma.OpenAPI, base string) file {
	var page bytes.Buffer
	if err := layout().Execute(&page, newView(spec, base)); err != nil {
		panic("docs: write the API's page: " + err.Error()) // the build is broken
	}
	return newFile("text/html; charset=utf-8", page.Bytes())
}

// OpenAPI answers with the description in JSON.
func (p *Pages) OpenAPI(w http.ResponseWriter, r *http.Request) { p.openapi().serve(w, r) }

// Page answers with the page for people.
func (p *Pages) Page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", policy)
	p.page().serve(w, r)
}

// Style answers with the page's stylesheet.
func (p *Pages) Style(w http.ResponseWriter, r *http.Request) { p.style.serve(w, r) }

// Script answers with the page's script, without which it lacks only buttons.
func (p *Pages) Script(w http.ResponseWriter, r *http.Request) { p.script.serve(w, r) }

// serve sends the file, or says that the client has it.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("Vary", "Accept-Encoding")
	content, tag := f.plain, `"`+f.tag+`"`
	if packs(r.Header.Get("Accept-Encoding")) {
		content, tag = f.packed, `"`+f.tag+`gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	if holds(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.mediaType)
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // the client may be gone
}

// packs reports whether an Accept-Encoding takes gzip.
func packs(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.Trim(strings.ReplaceAll(weight, " ", ""), "0.") != "q="
		}
	}
	return false
}

// holds reports whether tag is among the tags of an If-None-Match.
func holds(tags, tag string) bool {
	for t := range strings.SplitSeq(tags, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}
