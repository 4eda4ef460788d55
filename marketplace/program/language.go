package program

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"knowhow/marketplace"
)

// MaxLanguages is how many languages a program or an expert may name.
const MaxLanguages = 50

// Languages brings BCP 47 tags to their canonical form ("EN-us" to "en-US"),
// sorted, each once. A tag that is malformed or unknown, one with an extension
// or private use (where anything could be written, and read by others), and
// more than MaxLanguages of them are an *InvalidError for field.
func Languages(field string, tags []string) ([]string, error) {
	if len(tags) > MaxLanguages {
		return nil, &marketplace.InvalidError{Field: field, Reason: fmt.Sprintf("has more than %d languages", MaxLanguages)}
	}
	out := make([]string, 0, len(tags))
	for _, tag := range tags {
		parsed, err := language.Parse(tag)
		if len(tag) > 35 || err != nil || parsed.IsRoot() || len(parsed.Extensions()) > 0 {
			return nil, &marketplace.InvalidError{Field: field, Reason: fmt.Sprintf("%.40q is not a language", tag)}
		}
		out = append(out, parsed.String())
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// BaseLanguage is the language a tag is of, without script or region ("pt" of
// "pt-BR"), and without the norm it is written in: Norwegian is "no", whether
// it is called that, "nb" or "nn", since who reads one reads the other.
func BaseLanguage(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	switch base = strings.ToLower(base); base {
	case "nb", "nn":
		return "no"
	}
	return base
}
