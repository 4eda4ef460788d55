package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"iter"
	"net/http"
	"path"
	"regexp"
	"strings"
)

var (
	//go:embed static
	static embed.FS
	//go:embed static/pages.css
	stylesheet string
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
		if mediaType == "" || file.Name() == "pages.css" { // every page has its stylesheet in it
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

// styles are the pages' stylesheets, by page. Each page has its own in it: it
// is drawn without asking for more, and no sooner than all of it has come.
// On a phone a long page draws its first screen, and lays out what is below in
// the frame after it, since layout is most of what a slow processor does before
// anything is seen (the keyframes "later", which need no script).
type styles map[string]template.CSS

// onlyFor begins those rules of the stylesheet that few pages need.
var onlyFor = regexp.MustCompile(`(?m)^/\* for ([a-z, ]+) \*/\n`)

// parseStyles gives each page the rules that are for all, and its own.
func parseStyles(sheet string, pages iter.Seq[string]) (styles, error) {
	marks := onlyFor.FindAllStringSubmatchIndex(sheet, -1)
	all := sheet
	if len(marks) > 0 {
		all = sheet[:marks[0][0]]
	}
	own := styles{}
	for page := range pages {
		own[page] = template.CSS(all)
	}
	for i, mark := range marks {
		end := len(sheet)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		for page := range strings.SplitSeq(sheet[mark[2]:mark[3]], ", ") {
			if _, ok := own[page]; !ok {
				return nil, fmt.Errorf("the stylesheet has rules for %s, which is no page", page)
			}
			own[page] += template.CSS(sheet[mark[1]:end])
		}
	}
	return own, nil
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
