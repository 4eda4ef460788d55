// Package mood finds cues in a customer's text of how urgent it is, how the
// customer feels, and whether the crowd could resolve it at all. It is a list
// of words and signs, written down in cues/ for anyone to read, and no more
// than that: sarcasm, and whatever is put in other words, is missed. It is
// for putting a pressing question forward and for sending to the brand what
// only the brand can do; it is not for use against anyone, neither customer
// nor expert. It is pure, and knows nothing of who writes.
//
// Invariants: any bytes can be read; every value is from 0 to 1 and follows
// from the cues that are named beside it; a language without a list has the
// cues that need none.
package mood

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// Cue names what was found.
type Cue string

// Cues of words, by list.
const (
	Urgent   Cue = "urgent"   // says that it is
	Deadline Cue = "deadline" // a day or an hour is near
	Blocked  Cue = "blocked"  // cannot go on without help
	Money    Cue = "money"    // money is lost or at risk
	Repeated Cue = "repeated" // asked before, or waited long
	Angry    Cue = "angry"
	Pleased  Cue = "pleased"
	Refusing Cue = "refusing" // turns the pleased word behind it round; not reported
	Refund   Cue = "refund"   // and below: what only the brand can do
	Cancel   Cue = "cancel"
	Charge   Cue = "charge"
	Personal Cue = "personal" // asks for, or to delete, data about them
	Legal    Cue = "legal"
	Safety   Cue = "safety"
)

// Cues that need no words.
const (
	Capitals   Cue = "capitals"   // much is written in capitals
	Exclaiming Cue = "exclaiming" // several exclamation marks
	Clock      Cue = "clock"      // a time of day, as 18:30
)

// kinds are what each cue adds: to urgency, to sentiment, and to the doubt that
// the crowd can resolve it.
var kinds = map[Cue]struct{ urgency, sentiment, brand float64 }{
	Urgent: {urgency: 1.6, sentiment: -0.1}, Deadline: {urgency: 1}, Blocked: {urgency: 0.9, sentiment: -0.4},
	Money: {urgency: 1.2, sentiment: -0.7, brand: 1}, Repeated: {urgency: 0.9, sentiment: -0.9},
	Angry: {urgency: 0.4, sentiment: -1.5}, Pleased: {sentiment: 1.2}, Refusing: {},
	Refund: {brand: 1.8}, Cancel: {brand: 1.6}, Charge: {brand: 0.9}, Personal: {brand: 2.4},
	Legal: {urgency: 0.6, sentiment: -0.9, brand: 2.6}, Safety: {urgency: 2.4, sentiment: -0.5, brand: 3},
	Capitals: {urgency: 0.5, sentiment: -0.6}, Exclaiming: {urgency: 0.5, sentiment: -0.3}, Clock: {urgency: 0.4},
}

// ForBrand reports whether the cue speaks against the crowd.
func (c Cue) ForBrand() bool { return kinds[c].brand > 0 }

// Reading is what was found in a text. The values are no probabilities: they
// order texts.
type Reading struct {
	Urgency    float64 // 0 no cue, towards 1 the more there are
	Sentiment  float64 // 0 upset, 0.5 nothing to tell by, 1 pleased
	Resolvable float64 // 1 nothing speaks against the crowd, towards 0 the more does
	Cues       []Cue   // in alphabetical order, each once
}

// Read finds the cues of a text in a language (ISO 639-1, a region may follow).
func Read(text, language string) Reading {
	text = firstRunes(text, maxRunes)
	found := make(map[Cue]bool)
	signs(text, found)
	language, _, _ = strings.Cut(strings.ToLower(language), "-")
	if b := books()[language]; b != nil {
		b.find(cut(text), found)
	}
	var urgency, sentiment, brand float64
	cues := slices.Sorted(maps.Keys(found))
	for _, cue := range cues { // in order, so that sums are the same bits
		k := kinds[cue]
		urgency, sentiment, brand = urgency+k.urgency, sentiment+k.sentiment, brand+k.brand
	}
	return Reading{
		Urgency: 1 - math.Exp(-urgency/1.6), Sentiment: 1 / (1 + math.Exp(-sentiment)),
		Resolvable: math.Exp(-brand / 2), Cues: cues,
	}
}

const maxRunes = 4000 // later text repeats or digresses

// find looks for the book's phrases. A pleased word up to three words behind a
// refusing one is angry instead.
func (b book) find(text []string, found map[Cue]bool) {
	refused := -1 - reach
	for i := range text {
		for cue, phrases := range b {
			if !slices.ContainsFunc(phrases, func(p phrase) bool { return p.at(text[i:]) }) {
				continue
			}
			switch {
			case cue == Refusing:
			case cue == Pleased && i-refused <= reach:
				found[Angry] = true
			default:
				found[cue] = true
			}
		}
		if slices.ContainsFunc(b[Refusing], func(p phrase) bool { return p.at(text[i:]) }) {
			refused = i
		}
	}
}

const reach = 3 // words

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
