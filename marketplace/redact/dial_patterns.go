package redact

import (
	"regexp"
	"sync"
)

// What libphonenumber takes for parts of a number: its own expressions, of which
// those for extensions are told in its documentation.
const (
	plusSigns = "+＋"
	plusRun   = "[" + plusSigns + "]+"

	punctuation = "-x\u2010-\u2015\u2212\u30FC\uFF0D-\uFF0F \u00A0\u00AD\u200B\u2060\u3000()\uFF08\uFF09\uFF3B\uFF3D.\\[\\]/~\u2053\u223C\uFF5E"
	latin       = "a-zA-Z"

	secondNumber = `[\\/] *x`
	threeLetters = `^(?:.*?[A-Za-z]){3}.*$`

	uriContext    = ";phone-context="
	uriDigit      = `(\p{Nd}|[\-\.\(\)]?)`
	contextNumber = `^\+` + uriDigit + `*\p{Nd}` + uriDigit + `*$`
	contextDomain = `^([` + latin + `\p{Nd}]+((\-)*[` + latin + `\p{Nd}])*\.)*[` + latin + `]+((\-)*[` + latin + `\p{Nd}])*\.?$`

	beforeLabel   = "[ \u00A0\\t,]*"
	afterLabel    = "[:\\.\uFF0E]?[ \u00A0\\t,-]*"
	clearLabel    = "(?:e?xt(?:ensi(?:o\u0301?|\u00F3))?n?|\uFF45?\uFF58\uFF54\uFF4E?|\u0434\u043E\u0431|anexo)"
	doubtfulLabel = "(?:[x\uFF58#\uFF03~\uFF5E]|int|\uFF49\uFF4E\uFF54)"
	noComma       = "[ \u00A0\\t]*"

	extensions = `;ext=(\p{Nd}{1,20})` +
		"|" + beforeLabel + clearLabel + afterLabel + `(\p{Nd}{1,20})#?` +
		"|" + beforeLabel + doubtfulLabel + afterLabel + `(\p{Nd}{1,9})#?` +
		`|[- ]+(\p{Nd}{1,6})#` +
		"|" + noComma + "(?:,{2}|;)" + afterLabel + `(\p{Nd}{1,15})#?` +
		"|" + noComma + "(?:,)+" + afterLabel + `(\p{Nd}{1,9})#?`
	extensionAtEnd = "(?i)(?:" + extensions + ")$"

	wholeNumber = `(?i)^(\p{Nd}{2}|[` + plusSigns + `]*(?:[` + punctuation + `*]*\p{Nd}){3,}[` + punctuation + `*` + latin + `\p{Nd}]*` +
		"(?:" + extensions + ")?)$"
)

// expressions are compiled when they are first needed: those of the plans are
// two thousand.
var expressions sync.Map // *regexp.Regexp by its source

func expression(source string) *regexp.Regexp {
	if known, ok := expressions.Load(source); ok {
		return known.(*regexp.Regexp)
	}
	made, _ := expressions.LoadOrStore(source, regexp.MustCompile(source))
	return made.(*regexp.Regexp)
}

// atStart and whole are the expression at the beginning, and of all of a text.
func atStart(source string) *regexp.Regexp { return expression("^(?:" + source + ")") }
func whole(source string) *regexp.Regexp   { return expression("^(?:" + source + ")$") }
