package notify

import (
	"encoding/json"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Saying is one text of a message file, or one for each plural form (CLDR), by
// the form's name; a single one is "other".
type Saying map[string]string

// UnmarshalJSON implements json.Unmarshaler.
func (s *Saying) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var text string
		err := json.Unmarshal(b, &text)
		*s = Saying{"other": text}
		return err
	}
	return json.Unmarshal(b, (*map[string]string)(s))
}

// Counting is the text for n in a language.
func (s Saying) Counting(tag language.Tag, n int) string {
	if text, ok := s[formOf(tag, n)]; ok {
		return text
	}
	return s["other"]
}

// formOf is the name of the plural form of n.
func formOf(tag language.Tag, n int) string {
	return forms[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]
}

var forms = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}
