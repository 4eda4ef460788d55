package ui_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"knowhow/marketplace/quality"
)

// A visitor reads the language they asked for, else their browser's, else
// English; which those are, the files say.
func TestWordsComeInTheVisitorsLanguage(t *testing.T) {
	h := apps(t, fstest.MapFS{
		"widget/words/en.json": {Data: []byte(`{"lang":"en"}`)}, "widget/words/de.json": {Data: []byte(`{"lang":"de"}`)},
		"widget/words/pt-BR.json": {Data: []byte(`{"lang":"pt-BR"}`)},
	})
	for _, c := range []struct{ query, accept, want string }{
		{"", "", "en"}, {"de-AT", "", "de"}, {"", "fr, de;q=0.5", "de"}, {"xx", "pt", "pt-BR"}, {"de", "pt-BR", "de"}, {"%22bad", "", "en"},
	} {
		r := get(h, "/widget/messages.json?lang="+c.query, "Accept-Language", c.accept)
		if text := body(t, r); r.StatusCode != 200 || text != `{"lang":"`+c.want+`"}` {
			t.Errorf("?lang=%s, %q: %d %s, want %s", c.query, c.accept, r.StatusCode, text, c.want)
		}
		if r.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(strings.Join(r.Header.Values("Vary"), ","), "Accept-Language") {
			t.Errorf("headers: %v", r.Header)
		}
	}
}

// Whatever a brand's history may tell, the console has words for.
func TestHistoryHasWords(t *testing.T) {
	text, err := os.ReadFile("../messages/en/console.json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]any
	if err := json.Unmarshal(text, &words); err != nil {
		t.Fatal(err)
	}
	for _, kind := range quality.HistoryKinds {
		if words["event."+string(kind)] == nil {
			t.Errorf("there are none for %s", kind)
		}
	}
}
