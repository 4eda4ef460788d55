package ui

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

const (
	wordsDir     = "widget/words/"
	wordsDefault = "en"
)

// words answers with the widget's words in the language that suits ?lang best,
// and else the browser's; English where neither does.
func (a *Apps) words() Handler {
	names := []string{wordsDefault}
	for name := range a.files {
		if lang, ok := strings.CutPrefix(name, wordsDir); ok && lang != wordsDefault+".json" {
			names = append(names, strings.TrimSuffix(lang, path.Ext(lang)))
		}
	}
	slices.Sort(names[1:])
	tags := make([]language.Tag, len(names))
	for i, name := range names {
		tags[i] = language.Make(name)
	}
	known := language.NewMatcher(tags)
	return func(w http.ResponseWriter, r *http.Request) error {
		_, i := language.MatchStrings(known, r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
		w.Header().Add("Vary", "Accept-Language")
		return a.one(wordsDir+names[i]+".json")(w, r)
	}
}
