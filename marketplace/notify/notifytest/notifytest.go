// Package notifytest reads what rooms write to people, for their tests.
package notifytest

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"knowhow/marketplace/notify"
)

// keyed is a key of the catalogue that stands where its text should.
var keyed = regexp.MustCompile(`\b(signin|invitation|admission|conduct|community|quality|earnings|question|role|time|list|ending)\.[a-z_]+`)

// MustSpell reads a letter in every language: all of its texts are there, nothing
// is left in braces, and no two languages say the same.
func MustSpell(t *testing.T, l notify.Letter) {
	t.Helper()
	said := map[string]string{}
	for _, language := range notify.Languages() {
		subject, text := l.In(language)
		whole := subject + "\n" + text
		if key := keyed.FindString(whole); key != "" {
			t.Errorf("%s, %s: %s is said as it is", l.Name, language, key)
		}
		if strings.ContainsAny(whole, "{}") {
			t.Errorf("%s, %s: something is left out of %q", l.Name, language, whole)
		}
		if strings.TrimSpace(subject) == "" || strings.TrimSpace(text) == "" {
			t.Errorf("%s, %s: says nothing", l.Name, language)
		}
		if other := said[text] + said[subject]; other != "" {
			t.Errorf("%s says the same in %s and %s", l.Name, language, other)
		}
		said[text], said[subject] = language, language
		if language == "ar" && !strings.ContainsFunc(subject, isArabic) {
			t.Errorf("%s, ar: the subject is %q", l.Name, subject)
		}
	}
}

func isArabic(r rune) bool { return unicode.Is(unicode.Arabic, r) }
