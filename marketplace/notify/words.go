package notify

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"knowhow/payouts/money"
)

// Files are the texts of the mails, a file per language: flat keys, placeholders
// as {name}, and a text for each plural form of what is counted, as in the
// messages of the faces. A new language is a new file, and a word in the list of
// web/api/me.go, which a test compares.
//
//go:embed messages/*.json
var Files embed.FS

// fallback is the language of who reads none of ours, or has not said.
const fallback = "en"

// words are the texts of one language.
type words struct {
	lang string
	tag  language.Tag
	said map[string]Saying
}

// catalogue is every language there is. It is compiled in: what is wrong with it
// shows when the program begins, and in the first test.
var catalogue = mustReadCatalogue()

func mustReadCatalogue() map[string]*words {
	files, err := Files.ReadDir("messages")
	if err != nil {
		panic(err)
	}
	all := map[string]*words{}
	for _, f := range files {
		content, err := Files.ReadFile("messages/" + f.Name())
		if err != nil {
			panic(err)
		}
		w := &words{lang: strings.TrimSuffix(f.Name(), ".json")}
		w.tag = language.MustParse(w.lang)
		if err := json.Unmarshal(content, &w.said); err != nil {
			panic(fmt.Errorf("read messages/%s: %w", f.Name(), err))
		}
		all[w.lang] = w
	}
	return all
}

// Languages are those that mails are written in, sorted.
func Languages() []string { return slices.Sorted(maps.Keys(catalogue)) }

// Known is the first of some languages (BCP 47) that mails are written in, as the
// catalogue calls it: "de" of "de-AT". "" where there is none of them.
func Known(tags ...string) string {
	for _, tag := range tags {
		base, _, _ := strings.Cut(tag, "-")
		if base = strings.ToLower(base); catalogue[base] != nil {
			return base
		}
	}
	return ""
}

func wordsOf(tag string) *words {
	if known := Known(tag); known != "" {
		return catalogue[known]
	}
	return catalogue[fallback]
}

// Values are what stands in the places of a text: strings as they are, and
// integers, money.Money, Day, Moment, Count, Words and []string as the language
// has them.
type Values map[string]any

// Day is a day, in UTC.
type Day time.Time

// Moment is a day and a time of day, in UTC.
type Moment time.Time

// Count is the text called Of for N, which is its placeholder {n}.
type Count struct {
	Of string
	N  int
}

// Words is another text, with values of its own.
type Words struct {
	Of     string
	Values Values
}

// say is the text called key with values in its places. A key that is none is
// said as it is; a test looks for it.
func (w *words) say(key string, values Values) string {
	return w.fill(w.said[key]["other"], key, values)
}

func (w *words) fill(text, key string, values Values) string {
	if w.said[key] == nil {
		return key
	}
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", w.value(value))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func (w *words) value(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case Words:
		return w.say(v.Of, v.Values)
	case Count:
		return w.fill(w.said[v.Of].Counting(w.tag, v.N), v.Of, Values{"n": v.N})
	case Day:
		return w.date("time.day", time.Time(v))
	case Moment:
		return w.date("time.at", time.Time(v))
	case money.Money:
		return w.money(v)
	case []string:
		return strings.Join(v, w.say("list.comma", nil))
	}
	return fmt.Sprint(value)
}

func (w *words) date(key string, at time.Time) string {
	at = at.UTC()
	return w.say(key, Values{
		"day": at.Day(), "month": strings.Fields(w.say("time.months", nil))[at.Month()-1], "year": at.Year(), "clock": at.Format("15:04"),
	})
}

// money is an amount with its currency's code, which no mail program shows in
// another place than it stands in.
func (w *words) money(m money.Money) string {
	text, code, _ := strings.Cut(m.String(), " ")
	whole, part, _ := strings.Cut(text, ".")
	digits := strings.TrimPrefix(whole, "-")
	sign := whole[:len(whole)-len(digits)]
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + w.say("number.group", nil) + digits[i:]
	}
	if part != "" {
		digits += w.say("number.point", nil) + part
	}
	return sign + digits + " " + code
}

// Letter is what a mail says, in whatever language its reader has: the texts
// <Name>.subject and <Name>.text, with the values in their places.
type Letter struct {
	Name   string
	Values Values
}

// Ending is the letter with an end of its own, in the place {end}.
func (l Letter) Ending(end Words) Letter {
	values := maps.Clone(l.Values)
	if values == nil {
		values = Values{}
	}
	values["end"] = end
	return Letter{Name: l.Name, Values: values}
}

// In is the letter's subject and text in a language.
func (l Letter) In(tag string) (subject, text string) {
	w := wordsOf(tag)
	subject = w.say(l.Name+".subject", l.Values)
	if over := len(subject) - maxSubject; over > 0 {
		subject = w.say(l.Name+".subject", l.Values.shortened(w.said[l.Name+".subject"]["other"], over))
	}
	return subject, w.say(l.Name+".text", l.Values) + "\n"
}

// shortened has the longest string that stands in a text cut by so many bytes: of
// a name that is too long for a subject as much is said as there is room for.
func (v Values) shortened(text string, by int) Values {
	longest, long := "", ""
	for name, value := range v {
		if s, ok := value.(string); ok && len(s) > len(long) && strings.Contains(text, "{"+name+"}") {
			longest, long = name, s
		}
	}
	cut := maps.Clone(v)
	cut[longest] = short(long, len(long)-by)
	return cut
}

// short is a text of at most so many bytes.
func short(text string, most int) string {
	const mark = "…"
	return strings.TrimSpace(strings.ToValidUTF8(text[:max(most-len(mark), 0)], "")) + mark
}
