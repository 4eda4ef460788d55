// Package ui serves the browser apps: the expert app, the console of brands
// and operators, and the widget's script. It owns how they are sent: what is
// cached, compressed and allowed. What they show they read through the API.
//
// The apps are built by `make web` into dist, which is compiled in; a program
// built without them says so in their place.
package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"knowhow/web/problem"
)

// Hidden files, such as the build's manifest, stay out, and so would names that
// begin with an underscore: the build refuses to make one.
//
//go:embed dist/*
var built embed.FS

// policy is the apps' Content-Security-Policy; the nonce is of one response,
// for the style elements that Mantine writes.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; img-src 'self' blob: data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// placeholder stands in the built HTML for the response's nonce.
const placeholder = "__NONCE__"

// Apps are the built apps, ready to be sent. Safe for concurrent use.
type Apps struct{ files map[string]file }

// file is one built file with its compressed forms, which may be missing.
type file struct {
	mediaType, tag       string
	plain, gzip, brotli  []byte
	immutable, elsewhere bool // its name tells its content; pages of other origins load it
}

// New reads the apps that were compiled in, the first time it is called.
func New() (*Apps, error) { return compiledIn() }

var compiledIn = sync.OnceValues(func() (*Apps, error) {
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		return nil, fmt.Errorf("open the built apps: %w", err)
	}
	return Load(dist)
})

// Load reads the apps of a directory that is laid out like dist: app and
// widget. Either may be missing.
func Load(dist fs.FS) (*Apps, error) {
	a := &Apps{files: map[string]file{}}
	err := fs.WalkDir(dist, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") || path.Ext(name) == ".br" {
			return err
		}
		name = strings.TrimSuffix(name, ".gz")
		if _, known := a.files[name]; !known {
			a.files[name], err = read(dist, name)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the built apps: %w", err)
	}
	return a, nil
}

// read reads one file in the forms there are of it; the plain one may be left
// out beside a compressed one.
func read(dist fs.FS, name string) (file, error) {
	f := file{
		mediaType: mediaType(name), immutable: strings.HasPrefix(name, "app/assets/"), elsewhere: strings.HasPrefix(name, "widget/"),
	}
	for suffix, into := range map[string]*[]byte{"": &f.plain, ".gz": &f.gzip, ".br": &f.brotli} {
		content, err := fs.ReadFile(dist, name+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return file{}, err
		}
		*into = content
	}
	if f.plain == nil {
		if err := f.unpack(); err != nil {
			return file{}, fmt.Errorf("unpack %s: %w", name, err)
		}
	}
	sum := sha256.Sum256(f.plain)
	f.tag = base64.RawURLEncoding.EncodeToString(sum[:12])
	return f, nil
}

// unpack makes the plain form of a file that was only kept compressed.
func (f *file) unpack() error {
	packed, err := gzip.NewReader(bytes.NewReader(f.gzip))
	if err == nil {
		f.plain, err = io.ReadAll(packed)
	}
	return err
}

// mediaType is the type of a file by its name, the same on every machine.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	case ".json":
		return "application/json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Handler answers a request, or says why it cannot.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Routes are the apps' paths, as echo writes them, and what answers there.
func (a *Apps) Routes() map[string]Handler {
	return map[string]Handler{
		"/work": a.page("app/work.html"), "/work/*": a.page("app/work.html"),
		"/work/sw.js": a.worker, "/work/manifest.webmanifest": a.one("app/manifest.webmanifest"),
		"/console": a.page("app/console.html"), "/console/*": a.page("app/console.html"),
		"/app/*": a.asset, "/widget.js": a.one("widget/widget.js"), "/widget/messages.json": a.words(),
	}
}

// asset answers with the file the path names.
func (a *Apps) asset(w http.ResponseWriter, r *http.Request) error {
	name := strings.TrimPrefix(r.URL.Path, "/")
	f, ok := a.files[name]
	if !ok || path.Ext(name) == ".html" {
		return problem.New("not_found", "")
	}
	f.send(w, r)
	return nil
}

// one answers with one file.
func (a *Apps) one(name string) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, ok := a.files[name]
		if !ok {
			return problem.New("apps_missing", "")
		}
		f.send(w, r)
		return nil
	}
}

// worker answers with the expert app's service worker, which is for all of it.
// What it fetches is under a policy of its own.
func (a *Apps) worker(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'")
	w.Header().Set("Service-Worker-Allowed", "/work")
	return a.one("app/sw.js")(w, r)
}

// page answers with an app's HTML, whatever the path below the app's is: the
// app itself finds out what to show.
func (a *Apps) page(name string) Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		f, ok := a.files[name]
		if !ok {
			return problem.New("apps_missing", "")
		}
		nonce := rand.Text()
		h := w.Header()
		h.Set("Content-Type", f.mediaType)
		h.Set("Content-Security-Policy", fmt.Sprintf(policy, nonce))
		h.Set("Cache-Control", "no-cache")
		_, _ = w.Write(bytes.ReplaceAll(f.plain, []byte(placeholder), []byte(nonce))) // the client may be gone
		return nil
	}
}

// send writes the file in the smallest form the client takes, or says that the
// client has it.
func (f file) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if f.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if f.elsewhere {
		h.Set("Cache-Control", "public, max-age=300")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Access-Control-Allow-Origin", "*")
	}
	h.Add("Vary", "Accept-Encoding")
	content, encoding := f.encoded(r.Header.Get("Accept-Encoding"))
	tag := `"` + f.tag + encoding + `"`
	h.Set("ETag", tag)
	if holds(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Set("Content-Type", f.mediaType)
	h.Set("Content-Length", fmt.Sprint(len(content)))
	_, _ = w.Write(content) // the client may be gone
}

// encoded chooses among the forms of the file by an Accept-Encoding.
func (f file) encoded(accept string) (content []byte, encoding string) {
	switch {
	case f.brotli != nil && takes(accept, "br"):
		return f.brotli, "br"
	case f.gzip != nil && takes(accept, "gzip"):
		return f.gzip, "gzip"
	}
	return f.plain, ""
}

// takes reports whether an Accept-Encoding names coding and does not refuse it.
func takes(accept, coding string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
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
