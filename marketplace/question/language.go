package question

import (
	"strings"

	"github.com/abadojack/whatlanggo"

	"knowhow/marketplace/program"
)

// detectFrom is how much of a question its language is told from, in bytes:
// more says hardly more, and takes longer.
const detectFrom = 600

// languageFor is the language of a question that names none: the customer's, if
// the program has it; of a customer of whom none is known the one it is written
// in, if that is plain and the program has it; else the program's first.
func languageFor(locale string, p program.Program, ask Ask) string {
	if locale == "" && len(p.Languages) > 1 {
		locale = writtenIn(ask.Title + "\n" + ask.Body)
	}
	return languageOf(locale, p)
}

// writtenIn tells in which language a text is written, or "" where that is not
// plain. It takes about 0.2 ms of CPU in Latin script. It knows only some languages and is sometimes sure of the wrong one
// (Slovak is taken for Czech), so nothing but the choice among a program's
// languages should depend on it.
func writtenIn(text string) string {
	if len(text) > detectFrom {
		text = strings.ToValidUTF8(text[:detectFrom], "")
	}
	found := whatlanggo.Detect(text)
	if !found.IsReliable() {
		return ""
	}
	return found.Lang.Iso6391()
}
