package mood

import (
	"strings"
	"unicode"
)

// signs finds what needs no words.
func signs(text string, found map[Cue]bool) {
	if strings.Count(text, "!")+strings.Count(text, "！") >= 3 || strings.Contains(text, "!!") || strings.Contains(text, "！！") {
		found[Exclaiming] = true
	}
	if shouts(text) {
		found[Capitals] = true
	}
	if tellsTime(text) {
		found[Clock] = true
	}
}

// shouts reports whether, of at least two words of four letters or more, most
// are in capitals. One alone may be a name, or an abbreviation.
func shouts(text string) bool {
	loud, all := 0, 0
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len([]rune(word)) < 4 {
			continue
		}
		all++
		if strings.ToUpper(word) == word && strings.ToLower(word) != word {
			loud++
		}
	}
	return loud >= 2 && loud*2 > all
}

// tellsTime finds hours and minutes: one or two digits, a colon, two digits.
func tellsTime(text string) bool {
	for i := 1; i+2 < len(text); i++ {
		if text[i] != ':' || !digit(text, i-1) || !digit(text, i+1) || !digit(text, i+2) || digit(text, i+3) {
			continue
		}
		hour := int(text[i-1] - '0')
		if digit(text, i-2) {
			hour += 10 * int(text[i-2]-'0')
		}
		if hour < 24 && text[i+1] < '6' && !digit(text, i-3) {
			return true
		}
	}
	return false
}

func digit(text string, i int) bool {
	return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9'
}
