package question

import (
	"slices"
	"strings"

	"knowhow/marketplace/program"
	"knowhow/matching/language"
)

// languageFor is the language of a question that names none: the one it is
// written in, if that is sure and the program has it, else the customer's, if
// the program has that, else the program's first. Who writes in their own
// language is served in that of their region.
func languageFor(locale string, p program.Program, ask Ask) string {
	if len(p.Languages) > 1 {
		written := writtenIn(ask.Title + "\n" + ask.Body)
		served := func(tag string) bool { return nearness(tag, written) > 0 }
		if written != "" && nearness(written, locale) == 0 && slices.ContainsFunc(p.Languages, served) {
			locale = written
		}
	}
	return languageOf(locale, p)
}

// languageOf is the program's language that is nearest to a customer's locale,
// else the program's first.
func languageOf(locale string, p program.Program) string {
	nearest, most := p.Languages[0], 0
	for _, tag := range p.Languages {
		if n := nearness(tag, locale); n > most {
			nearest, most = tag, n
		}
	}
	return nearest
}

// nearness is greater the more of two languages is the same; 0: nothing is.
func nearness(a, b string) int {
	primary := func(tag string) string { p, _, _ := strings.Cut(tag, "-"); return p }
	switch {
	case a == b:
		return 3
	case primary(a) == primary(b):
		return 2
	case program.BaseLanguage(a) == program.BaseLanguage(b):
		return 1
	}
	return 0
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
