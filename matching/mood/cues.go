package mood

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"knowhow/matching/words"
)

// The cues of a language are a file: a line for each kind, its phrases between
// bars. A word that ends in * may go on, a lone * is any one word.
//
//go:embed cues/*.txt
var files embed.FS

// phrase is words that must stand side by side.
type phrase []string

// book is the phrases of a language, by kind.
type book map[Cue][]phrase

var books = sync.OnceValue(func() map[string]book {
	all := make(map[string]book)
	entries, err := files.ReadDir("cues")
	if err != nil {
		panic(err) // they are compiled in
	}
	for _, entry := range entries {
		text, err := files.ReadFile("cues/" + entry.Name())
		if err != nil {
			panic(err)
		}
		b, err := parse(string(text))
		if err != nil {
			panic(fmt.Sprintf("%s: %v", entry.Name(), err))
		}
		all[strings.TrimSuffix(entry.Name(), ".txt")] = b
	}
	return all
})

func parse(text string) (book, error) {
	b := make(book)
	for line := range strings.Lines(text) {
		kind, phrases, found := strings.Cut(strings.TrimSpace(line), ": ")
		cue := Cue(kind)
		if _, known := kinds[cue]; !found || !known || b[cue] != nil {
			return nil, fmt.Errorf("line %q is of no kind, or of one that was there", line)
		}
		for text := range strings.SplitSeq(phrases, " | ") {
			p := readPhrase(text)
			if len(p) == 0 {
				return nil, fmt.Errorf("line %q has an empty phrase", line)
			}
			b[cue] = append(b[cue], p)
		}
	}
	return b, nil
}

// readPhrase keeps the asterisks that cutting would lose.
func readPhrase(text string) (p phrase) {
	for part := range strings.FieldsSeq(text) {
		if part == "*" {
			p = append(p, "*")
			continue
		}
		stem, open := strings.CutSuffix(part, "*")
		p = append(p, cut(stem)...)
		if open && len(p) > 0 {
			p[len(p)-1] += "*"
		}
	}
	return p
}

// cut gives the folded words of a text; scripts without spaces give each
// character.
func cut(text string) (all []string) {
	words.Cut(text, func(run []rune, unspaced bool) {
		if !unspaced {
			all = append(all, string(run))
			return
		}
		for _, r := range run {
			all = append(all, string(r))
		}
	})
	return all
}

// at reports whether the phrase stands at the beginning of the words.
func (p phrase) at(text []string) bool {
	if len(text) < len(p) {
		return false
	}
	for i, want := range p {
		stem, open := strings.CutSuffix(want, "*")
		if open && !strings.HasPrefix(text[i], stem) || !open && text[i] != want {
			return false
		}
	}
	return true
}

// Languages are those that have cues, by their ISO 639-1 codes.
func Languages() []string {
	var all []string
	entries, _ := files.ReadDir("cues") // compiled in: books would have panicked
	for _, entry := range entries {
		all = append(all, strings.TrimSuffix(entry.Name(), ".txt"))
	}
	return all
}
