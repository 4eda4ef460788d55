package pages

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"knowhow/marketplace/notify"
	"knowhow/web/messages"
)

// words are what the pages say in one language.
type words struct {
	Lang string // BCP 47
	Dir  string // "ltr" or "rtl"
	Own  string // the language's own name
	tag  language.Tag
	said map[string]notify.Saying
}

// library is every language there is, English first.
type library struct {
	list    []*words
	matcher language.Matcher
}

// fromRight are the scripts written from right to left.
var fromRight = []string{"Arab", "Hebr", "Thaa", "Syrc", "Nkoo"}

func readLibrary() (library, error) {
	folders, err := fs.ReadDir(messages.Files, ".")
	if err != nil {
		return library{}, fmt.Errorf("list the languages: %w", err)
	}
	var l library
	for _, folder := range folders {
		w, err := readWords(folder.Name())
		if err != nil {
			return library{}, err
		}
		l.list = append(l.list, w)
	}
	slices.SortStableFunc(l.list, func(a, b *words) int { // what nobody knows is said in English
		return rank(a) - rank(b)
	})
	var tags []language.Tag
	for _, w := range l.list {
		tags = append(tags, w.tag)
	}
	l.matcher = language.NewMatcher(tags)
	return l, nil
}

func rank(w *words) int {
	if w.Lang == "en" {
		return 0
	}
	return 1
}

func readWords(lang string) (*words, error) {
	tag, err := language.Parse(lang)
	if err != nil {
		return nil, fmt.Errorf("the folder %s names no language: %w", lang, err)
	}
	w := &words{Lang: lang, Dir: "ltr", Own: autonym(lang), tag: tag, said: map[string]notify.Saying{}}
	if script, _ := tag.Script(); slices.Contains(fromRight, script.String()) {
		w.Dir = "rtl"
	}
	for _, part := range []string{"pages", "receipt"} {
		content, err := fs.ReadFile(messages.Files, path.Join(lang, part+".json"))
		if err != nil {
			return nil, fmt.Errorf("read the messages: %w", err)
		}
		if err := json.Unmarshal(content, &w.said); err != nil {
			return nil, fmt.Errorf("read %s/%s.json: %w", lang, part, err)
		}
	}
	return w, nil
}

const langCookie = "knowhow_lang"

// choose finds the language of a request: what it asks for, what was chosen
// before, what the browser prefers.
func (l library) choose(r *http.Request) *words {
	if w := l.find(r.URL.Query().Get("lang")); w != nil {
		return w
	}
	for _, name := range []string{"__Host-" + langCookie, langCookie} {
		if c, err := r.Cookie(name); err == nil {
			if w := l.find(c.Value); w != nil {
				return w
			}
		}
	}
	wanted, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language")) // what cannot be read asks for nothing
	_, i, _ := l.matcher.Match(wanted...)
	return l.list[i]
}

func (l library) find(lang string) *words {
	for _, w := range l.list {
		if w.Lang == lang {
			return w
		}
	}
	return nil
}

// T is the text called key, with placeholders replaced by args: a name and its
// value, and so on.
func (w *words) T(key string, args ...any) string { return fill(w.said[key]["other"], args) }

// N is the text called key for n, which is its placeholder {n} too.
func (w *words) N(key string, n int, args ...any) string {
	return fill(w.said[key].Counting(w.tag, n), append(args, "n", n))
}

// Knows reports whether there is a text called key.
func (w *words) Knows(key string) bool { return w.said[key] != nil }

// Or is the text called key, or of the other key where there is none.
func (w *words) Or(key, other string) string {
	if w.Knows(key) {
		return w.T(key)
	}
	return w.T(other)
}

func fill(text string, args []any) string {
	if len(args) == 0 {
		return text
	}
	var pairs []string
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", args[i]), fmt.Sprint(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Language is what a language calls itself.
func (w *words) Language(code string) string { return autonym(code) }
