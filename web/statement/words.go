package statement

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"knowhow/payouts"
)

//go:embed words/*.json
var written embed.FS

// words are what a statement says in one language.
type words struct {
	lang string
	said map[string]string
}

// library is every language that statements are written in, English first.
var library = sync.OnceValues(func() (all []words, err error) {
	files, err := fs.Glob(written, "words/*.json")
	if err != nil {
		return nil, fmt.Errorf("list the languages of statements: %w", err)
	}
	for _, name := range files {
		content, err := fs.ReadFile(written, name)
		if err != nil {
			return nil, fmt.Errorf("read the words of statements: %w", err)
		}
		w := words{lang: strings.TrimSuffix(path.Base(name), ".json")}
		if err := json.Unmarshal(content, &w.said); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		all = append(all, w)
	}
	slices.SortStableFunc(all, func(a, b words) int { return rank(a) - rank(b) })
	return all, nil
})

func rank(w words) int {
	if w.lang == "en" {
		return 0
	}
	return 1
}

// choose finds the language that somebody would rather read, by what their
// browser says of them.
func choose(acceptLanguage string) (words, error) {
	all, err := library()
	if err != nil {
		return words{}, err
	}
	tags := make([]language.Tag, len(all))
	for i, w := range all {
		tags[i] = language.Make(w.lang)
	}
	wanted, _, _ := language.ParseAcceptLanguage(acceptLanguage) // what cannot be read asks for nothing
	_, i, _ := language.NewMatcher(tags).Match(wanted...)
	return all[i], nil
}

// t is the text called key, with placeholders replaced: a name and its value, and
// so on.
func (w words) t(key string, pairs ...string) string {
	text := w.said[key]
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

func (w words) month(m payouts.Month) string {
	return w.t("month", "name", strings.Split(w.said["months"], ",")[m.Month()-1], "year", strconv.Itoa(m.Year()))
}

// amount is so many minor units, with all decimals of the currency, as the
// language writes numbers.
func (w words) amount(minor int64, c payouts.Currency) string {
	text, _, _ := strings.Cut(payouts.Money{Minor: minor, Currency: c}.String(), " ")
	digits, negative := strings.CutPrefix(text, "-")
	whole, rest, decimals := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + w.said["thousands"] + whole[i:]
	}
	if decimals {
		whole += w.said["point"] + rest
	}
	if negative {
		whole = "−" + whole
	}
	return whole
}
