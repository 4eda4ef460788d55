package notify

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"knowhow/payouts/money"
)

var place = regexp.MustCompile(`\{\w+\}`)

// places are what stands in braces in a text of every form, once each.
func places(text string) []string {
	found := place.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestEveryTextIsInEveryLanguage(t *testing.T) {
	english := catalogue[fallback]
	if len(Languages()) < 3 || len(english.said) < 50 {
		t.Fatalf("%v, %d texts", Languages(), len(english.said))
	}
	for lang, w := range catalogue {
		for key, forms := range w.said {
			if english.said[key] == nil {
				t.Errorf("%s has %s, which English has not", lang, key)
			}
			if several := len(forms) > 1 || len(english.said[key]) > 1; several && !slices.Equal(formsOf(w), keysOf(forms)) {
				t.Errorf("%s, %s: has the forms %v, want %v", lang, key, keysOf(forms), formsOf(w))
			}
		}
		for key, forms := range english.said {
			own := w.said[key]["other"]
			if own == "" || !slices.Equal(places(own), places(forms["other"])) {
				t.Errorf("%s, %s: %q, in English %q", lang, key, own, forms["other"])
			}
			if spoken := strings.HasSuffix(key, ".text") || strings.HasSuffix(key, ".subject"); lang != fallback && spoken && own == forms["other"] {
				t.Errorf("%s, %s is left in English", lang, key)
			}
			if lang == "ar" && latin(own, key) {
				t.Errorf("ar, %s: %q has words in Latin letters", key, own)
			}
		}
	}
}

// latin reports words in Latin letters that are no name.
func latin(text, key string) bool {
	rest := strings.NewReplacer("Knowhow", "", "UTC", "").Replace(place.ReplaceAllString(text, ""))
	return strings.ContainsFunc(rest, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) && !strings.HasPrefix(key, "number.")
}

// formsOf are the plural forms of a language.
func formsOf(w *words) []string {
	found := map[string]bool{}
	for n := range 1000 {
		found[formOf(w.tag, n)] = true
	}
	var list []string
	for form := range found {
		list = append(list, form)
	}
	slices.Sort(list)
	return list
}

func keysOf(s Saying) (list []string) {
	for form := range s {
		list = append(list, form)
	}
	slices.Sort(list)
	return list
}

func TestValuesAreSaidAsTheLanguageDoes(t *testing.T) {
	at := time.Date(2026, 11, 9, 23, 5, 0, 0, time.FixedZone("", 3600))
	for _, c := range []struct {
		value      any
		en, de, ar string
	}{
		{money.Of(1234567, "EUR"), "12,345.67 EUR", "12.345,67 EUR", "12,345.67 EUR"},
		{money.Of(-5, "USD"), "-0.05 USD", "-0,05 USD", "-0.05 USD"},
		{money.Of(1000, "JPY"), "1,000 JPY", "1.000 JPY", "1,000 JPY"},
		{Day(at), "9 November 2026", "9. November 2026", "9 نوفمبر 2026"},
		{Moment(at), "9 November 2026, 22:05 UTC", "9. November 2026, 22:05 Uhr UTC", "9 نوفمبر 2026، 22:05 UTC"},
		{Count{"time.days", 1}, "1 day", "einem Tag", "يوم واحد"},
		{Count{"time.days", 2}, "2 days", "2 Tagen", "يومين"},
		{Count{"time.days", 30}, "30 days", "30 Tagen", "30 يومًا"},
		{[]string{"a", "b"}, "a, b", "a, b", "a، b"},
		{Words{Of: "role.finance"}, "finance", "Finanzverantwortliche Person", "مسؤول مالي"},
		{80, "80", "80", "80"},
	} {
		for lang, want := range map[string]string{"en": c.en, "de": c.de, "ar": c.ar} {
			if got := wordsOf(lang).value(c.value); got != want {
				t.Errorf("%s, %v: %q, want %q", lang, c.value, got, want)
			}
		}
	}
}

func TestWhichLanguageIsKnown(t *testing.T) {
	for _, c := range []struct {
		tags []string
		want string
	}{
		{nil, ""}, {[]string{""}, ""}, {[]string{"fr"}, ""}, {[]string{"de"}, "de"}, {[]string{"DE-at"}, "de"}, {[]string{"fr", "ar-EG", "en"}, "ar"},
		{[]string{"../de"}, ""},
	} {
		if got := Known(c.tags...); got != c.want {
			t.Errorf("%v: %q, want %q", c.tags, got, c.want)
		}
	}
}

func TestALongNameIsCutInSubjects(t *testing.T) {
	brand := strings.Repeat("ß", 150) + "\U0001F600"
	for _, lang := range Languages() {
		l := Letter{Name: "community.voting", Values: Values{"brand": brand, "link": strings.Repeat("l", 500)}}
		subject, text := l.In(lang)
		if len(subject) > maxSubject || len(subject) < maxSubject-4 || !utf8.ValidString(subject) || !strings.Contains(subject, "ß…") {
			t.Errorf("%s: %d bytes, %q", lang, len(subject), subject)
		}
		if !strings.Contains(text, brand) {
			t.Errorf("%s: the text has not the whole name", lang)
		}
	}
}

// What a mail says is in the catalogue: no room of the house writes words of its own.
func TestNoMailHasWordsOfItsOwn(t *testing.T) {
	mails, ours := 0, regexp.MustCompile(`(_test\.go|test/[^/]+)$`)
	for _, wing := range []string{"../../marketplace", "../../web", "../../cmd"} {
		err := filepath.WalkDir(wing, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "node_modules":
				return fs.SkipDir
			case filepath.Ext(path) != ".go" || ours.MatchString(filepath.ToSlash(path)):
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, fields := range mailsIn(file) {
				mails++
				if slices.Contains(fields, "Subject") || slices.Contains(fields, "Text") {
					t.Errorf("%s: a mail says words that are in no catalogue", path)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if mails < 10 {
		t.Errorf("found %d mails", mails)
	}
}

// mailsIn are the fields of each notify.Mail that a file makes.
func mailsIn(file *ast.File) (mails [][]string) {
	ast.Inspect(file, func(n ast.Node) bool {
		mail, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if kind, ok := mail.Type.(*ast.SelectorExpr); ok && kind.Sel.Name == "Mail" {
			var fields []string
			for _, e := range mail.Elts {
				fields = append(fields, e.(*ast.KeyValueExpr).Key.(*ast.Ident).Name)
			}
			mails = append(mails, fields)
		}
		return true
	})
	return mails
}
