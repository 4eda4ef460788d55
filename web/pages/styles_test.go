package pages

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	classesOf = regexp.MustCompile(`class="([^"]*)"`)
	actions   = regexp.MustCompile(`\{\{[^}]*\}\}`)
	selected  = regexp.MustCompile(`\.(-?[a-z][a-z0-9_-]*)`)
)

// selects lists the classes that a stylesheet says something of.
func selects(sheet string) map[string]bool {
	list := map[string]bool{}
	for _, m := range selected.FindAllStringSubmatch(sheet, -1) {
		list[m[1]] = true
	}
	return list
}

func TestEveryPageHasTheRulesOfItsClasses(t *testing.T) {
	sets, err := parseTemplates()
	if err != nil {
		t.Fatal(err)
	}
	sheets, err := parseStyles(stylesheet, maps.Keys(sets))
	if err != nil {
		t.Fatal(err)
	}
	all, checked := selects(stylesheet), 0
	for page := range sets {
		source, err := sources.ReadFile("templates/" + page + ".html")
		if err != nil {
			t.Fatal(err)
		}
		own := selects(string(sheets[page]))
		for _, m := range classesOf.FindAllStringSubmatch(string(source), -1) {
			for _, class := range strings.Fields(actions.ReplaceAllString(m[1], " ")) {
				if all[class] && !own[class] {
					t.Errorf("%s uses .%s, whose rules it does not get", page, class)
				}
				checked++
			}
		}
		if len(sheets[page]) >= len(stylesheet) {
			t.Errorf("%s gets every page's rules", page)
		}
	}
	if checked < 100 {
		t.Errorf("only %d classes were looked at", checked)
	}
}

func TestRulesAreForPagesThatAre(t *testing.T) {
	if _, err := parseStyles("a{}\n/* for front, nowhere */\nb{}\n", slices.Values([]string{"front"})); err == nil {
		t.Error("rules for no page were taken")
	}
	got, err := parseStyles("a{}\n/* for front */\nb{}\n/* for front, ask */\nc{}\n", slices.Values([]string{"front", "ask", "join"}))
	if err != nil {
		t.Fatal(err)
	}
	for page, want := range map[string]string{"front": "a{}\nb{}\nc{}\n", "ask": "a{}\nc{}\n", "join": "a{}\n"} {
		if string(got[page]) != want {
			t.Errorf("%s has %q, want %q", page, got[page], want)
		}
	}
}

// What is below the first screen of a phone may not keep that from being drawn:
// the pages that are long say so, of their sections and of the footer.
func TestLongPagesDrawTheirFirstScreenFirst(t *testing.T) {
	sets, err := parseTemplates()
	if err != nil {
		t.Fatal(err)
	}
	sheets, err := parseStyles(stylesheet, maps.Keys(sets))
	if err != nil {
		t.Fatal(err)
	}
	for page, long := range map[string]bool{"front": true, "join": true, "signin": false, "ask": false} {
		got := strings.Contains(string(sheets[page]), "@keyframes later{from,to{content-visibility:hidden}}") &&
			strings.Contains(string(sheets[page]), "main>section~section,.bottom{animation:later 1ms}")
		if got != long {
			t.Errorf("%s lays out what is below a frame later: %t, want %t", page, got, long)
		}
	}
}
