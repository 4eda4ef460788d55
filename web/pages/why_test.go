package pages

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var counted = regexp.MustCompile(`\p{Nd}+`)

// A receipt says why somebody was asked with their own counts, and how long ago
// they had answered, whole in every language.
func TestAReceiptSaysWhyInEveryLanguage(t *testing.T) {
	l, err := readLibrary()
	if err != nil {
		t.Fatal(err)
	}
	accepted := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	one := turn{AcceptedAt: accepted, Why: &struct{ Similar, Tagged, All experience }{All: experience{Answered: 40, Last: accepted.Add(-77 * time.Hour)}}}
	for _, w := range l.list {
		last := w.T("receipt.why.last", "time", w.For(one.LastBefore()))
		if !strings.Contains(last, w.N("time.days", 3)) || strings.ContainsAny(last, "{}") {
			t.Errorf("%s: an answer 77 hours before is %q", w.Lang, last)
		}
		if text := w.T("receipt.why.new"); text == "" || counted.MatchString(text) {
			t.Errorf("%s: who is new reads %q", w.Lang, text)
		}
		for _, key := range []string{"receipt.why.similar", "receipt.why.tagged", "receipt.why.all"} {
			for n, digits := range map[int]string{1: "1", 2: "2", 5: "5", 14: "14", 100: "100"} {
				text := w.N(key, n)
				found := counted.FindAllString(text, -1)
				spelt := n <= 2 && len(found) == 0 // as Arabic does
				if text == "" || strings.ContainsAny(text, "{}") || !spelt && !slices.Equal(found, []string{digits}) {
					t.Errorf("%s: %s of %d is %q", w.Lang, key, n, text)
				}
			}
		}
	}
}
