package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"strings"
)

var (
	//go:embed static
	static embed.FS
	//go:embed static/pages.css
	style string
	//go:embed templates
	sources embed.FS
)

// assets are the files that pages load, by a path that tells their content.
type assets map[string]asset

type asset struct {
	name, mediaType string
	content         []byte
}

var mediaTypes = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml",
}

func readAssets() (assets, error) {
	files := assets{}
	list, err := static.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("list the pages' files: %w", err)
	}
	for _, file := range list {
		mediaType := mediaTypes[path.Ext(file.Name())]
		if mediaType == "" || file.Name() == "pages.css" { // every page has the stylesheet in it
			continue
		}
		content, err := static.ReadFile(path.Join("static", file.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the pages' files: %w", err)
		}
		sum := sha256.Sum256(content)
		name, ext, _ := strings.Cut(file.Name(), ".")
		files["/pages/"+name+"."+hex.EncodeToString(sum[:6])+"."+ext] = asset{name: file.Name(), mediaType: mediaType, content: content}
	}
	return files, nil
}

// path is where the file called name lies.
func (a assets) path(name string) (string, error) {
	for at, file := range a {
		if file.name == name {
			return at, nil
		}
	}
	return "", fmt.Errorf("there is no file %s", name)
}

func (a assets) serve(w http.ResponseWriter, r *http.Request) {
	file := a[r.URL.Path]
	w.Header().Set("Content-Type", file.mediaType)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(file.content) // the client may be gone
}

// templates are the pages' templates, by page.
type templates map[string]*template.Template

// parseTemplates reads every page's template, each with the layout and what
// pages share.
func parseTemplates() (templates, error) {
	shared, err := template.New("shared").ParseFS(sources, "templates/shared/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the pages' layout: %w", err)
	}
	list, err := sources.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("list the pages: %w", err)
	}
	sets := templates{}
	for _, file := range list {
		if file.IsDir() {
			continue
		}
		set, err := shared.Clone()
		if err == nil {
			set, err = set.ParseFS(sources, path.Join("templates", file.Name()))
		}
		if err != nil {
			return nil, fmt.Errorf("read the page %s: %w", file.Name(), err)
		}
		sets[strings.TrimSuffix(file.Name(), ".html")] = set
	}
	return sets, nil
}
