package redact

import (
	"crypto/rand"
	"sort"
	"strings"
	"unicode/utf8"
)

// Options configures a Redactor.
type Options struct {
	// Key keys the hashes in a State: 32 bytes, the same wherever a State is
	// read again, e.g. from Keyring.Derive. Empty: a random key, and a State is
	// then good only with this Redactor.
	Key []byte
	// Names are the customer's own names as we know them, e.g. "Dana Whitlow":
	// each is one person, and each of its parts is found wherever it stands.
	Names []string
	// Keep is the brand's own vocabulary, e.g. the names of the brand, its
	// products and topics: their words are never names, unless of Names.
	Keep []string
	// Region is the ISO 3166 code of the country whose way of writing phone
	// numbers is tried first; empty means US.
	Region string
}

// Redactor finds personal data and replaces it. It is immutable and safe for
// concurrent use, as long as each conversation's State is used by one caller at
// a time.
type Redactor struct {
	key     []byte
	region  string
	known   map[string]string // folded part of a known name → the folded name
	kept    map[string]bool   // folded words that are no names
	regions []string          // whose phone numbers are known, the first first
}

// New returns a Redactor.
func New(o Options) *Redactor {
	r := &Redactor{key: o.Key, region: strings.ToUpper(o.Region), known: map[string]string{}, kept: map[string]bool{}}
	if len(r.key) == 0 {
		r.key = make([]byte, 32)
		_, _ = rand.Read(r.key) // never fails: crypto/rand ends the program instead
	}
	r.regions = phoneRegions(r.region)
	for _, name := range o.Names {
		r.learn(name)
	}
	for _, text := range o.Keep {
		for _, key := range keys(text) {
			r.kept[key] = true
		}
	}
	return r
}

// keys returns the folded words of a text, without titles.
func keys(text string) []string {
	v := newView(text)
	var words []string
	for _, t := range tokenize(&v) {
		if t.kind == word && !t.is(title) {
			words = append(words, t.key)
		}
	}
	return words
}

// learn makes the parts of a name known.
func (r *Redactor) learn(name string) {
	parts := keys(name)
	whole := strings.Join(parts, " ")
	for _, part := range parts {
		if utf8.RuneCountInString(part) >= 2 && lexicon()[part]&particle == 0 {
			r.known[part] = whole
		}
	}
}

// maxRounds bounds how often a text is read again after something was found:
// what stands beside a placeholder may look different than beside the value.
const maxRounds = 6

// Redact replaces the personal data in text. The state is read and continued;
// nil stands for a conversation of this one text. The hide ranges, byte offsets
// in text, are what the customer chose to hide besides: they are replaced whole,
// widened to whole characters; what lies outside the text is cut off.
func (r *Redactor) Redact(text string, state *State, hide ...[2]int) Result {
	if state == nil {
		state = &State{}
	}
	b := state.open(r.key)
	doc := &document{text: text}
	doc.add(hiddenFinds(text, hide))
	for range maxRounds {
		found := r.find(doc, b)
		if len(found) == 0 {
			break
		}
		doc.add(found)
	}
	return doc.result(b)
}

// hiddenFinds turns the customer's ranges into finds, in order, without overlap.
func hiddenFinds(text string, hide [][2]int) []find {
	ranges := make([][2]int, 0, len(hide))
	for _, h := range hide {
		start, end := max(h[0], 0), min(h[1], len(text))
		for start > 0 && start < len(text) && !utf8.RuneStart(text[start]) {
			start--
		}
		for end > 0 && end < len(text) && !utf8.RuneStart(text[end]) {
			end++
		}
		if start < end {
			ranges = append(ranges, [2]int{start, end})
		}
	}
	sort.Slice(ranges, func(i, j int) bool { return ranges[i][0] < ranges[j][0] })
	var found []find
	last := 0
	for _, h := range ranges {
		if start := max(h[0], last); start < h[1] {
			found = append(found, find{kind: Hidden, start: start, end: h[1], value: fold(text[start:h[1]])})
			last = h[1]
		}
	}
	return found
}
