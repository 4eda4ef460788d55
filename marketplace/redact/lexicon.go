package redact

import (
	_ "embed"
	"strings"
	"sync"
)

// class is the set of word lists a word stands in.
type class uint32

const (
	given class = 1 << iota
	surname
	title
	particle
	suffix
	kin
	speech
	verb
	pronoun
	nationality
	place
	org
	common
	street
	unit
)

const nameClass = given | surname

var classNames = map[string]class{
	"given": given, "surname": surname, "title": title, "particle": particle, "suffix": suffix,
	"kin": kin, "speech": speech, "verb": verb, "pronoun": pronoun, "nationality": nationality,
	"place": place, "org": org, "common": common, "street": street, "unit": unit,
}

//go:embed lexicon.txt
var lexiconText string

// lexicon maps a folded word to the lists it stands in. It is read when first
// asked for: not every process redacts.
var lexicon = sync.OnceValue(func() map[string]class { return parseLexicon(lexiconText) })

// parseLexicon reads the lists: "[list]" begins one, "#" a comment.
func parseLexicon(text string) map[string]class {
	m := make(map[string]class, 8192)
	var current class
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		if strings.HasPrefix(line, "[") {
			current = classNames[strings.Trim(line, "[]")]
			continue
		}
		for word := range strings.FieldsSeq(line) {
			m[word] |= current
		}
	}
	return m
}
