package question

import (
	"knowhow/marketplace/program"
	"knowhow/matching/language"
)

// languageFor is the language of a question that names none: the customer's, if
// the program has it; of a customer of whom none is known the one it is written
// in, if that is sure and the program has it; else the program's first.
func languageFor(locale string, p program.Program, ask Ask) string {
	if locale == "" && len(p.Languages) > 1 {
		locale = writtenIn(ask.Title + "\n" + ask.Body)
	}
	return languageOf(locale, p)
}

// writtenIn tells in which language a text is written, or "" where that is not
// sure.
func writtenIn(text string) string {
	tag, _, sure := language.Detect(text)
	if !sure {
		return ""
	}
	return string(tag)
}
