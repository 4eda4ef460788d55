package redact

// finder is one reading of a text: the detectors run in turn, the surest first,
// and none may claim what an earlier one has.
type finder struct {
	*Redactor
	book   book
	view   view
	tokens []token
	taken  []bool // per byte of the view
	// uncased tells a text without a difference between capitals and the rest.
	uncased bool
	german  bool   // capitals begin every noun
	plans   int    // how often numbering plans were asked
	person  bool   // he, she, him or her stands somewhere
	found   []find // in coordinates of the view
}

// find reads a document once and returns what is new, in coordinates of the
// original.
func (r *Redactor) find(d *document, b book) []find {
	text, at := d.current()
	f := &finder{Redactor: r, book: b, view: newView(text)}
	f.taken = make([]bool, len(f.view.s))
	f.protect()
	f.urls((*finder).userInfo)
	f.emails()
	f.urls((*finder).query)
	f.codes()
	f.numbers()
	f.tokens = tokenize(&f.view)
	f.mark()
	f.survey()
	f.addresses()
	f.names()
	for i := range f.found {
		n := &f.found[i]
		n.start, n.end = f.view.origin(n.start), f.view.origin(n.end)
		if at != nil {
			n.start, n.end = int(at[n.start]), int(at[n.end-1])+1
		}
	}
	return f.found
}

// protect takes the placeholders that already stand in the text.
func (f *finder) protect() {
	s := f.view.s
	for i := 0; i < len(s); i++ {
		if s[i] != '[' {
			continue
		}
		if n := placeholderAt(s[i:]); n > 0 {
			for j := i; j < i+n; j++ {
				f.taken[j] = true
			}
			i += n - 1
		}
	}
}

// claim records a find, unless a part of it is taken.
func (f *finder) claim(k Kind, start, end int, value string) bool {
	if start >= end || !f.free(start, end) {
		return false
	}
	for i := start; i < end; i++ {
		f.taken[i] = true
	}
	f.found = append(f.found, find{kind: k, start: start, end: end, value: value})
	return true
}

func (f *finder) free(start, end int) bool {
	for i := start; i < end; i++ {
		if f.taken[i] {
			return false
		}
	}
	return true
}

// mark carries the finds over to the tokens they cover.
func (f *finder) mark() {
	for i := range f.tokens {
		if t := &f.tokens[i]; f.taken[t.start] || f.taken[t.end-1] {
			t.taken = true
		}
	}
}

// germanWords are function words that tell German, where every noun has a
// capital.
var germanWords = map[string]bool{
	"ich": true, "und": true, "der": true, "das": true, "nicht": true, "mit": true, "fur": true, "ist": true, "ein": true,
	"eine": true, "mein": true, "meine": true, "auf": true, "wie": true, "bei": true, "wurde": true, "haben": true, "den": true,
}

// survey takes in what holds for the whole text.
func (f *finder) survey() {
	var words, capitals, uppers, german int
	marked := false // a placeholder may stand for the capitals of the text
	for i := range f.tokens {
		t := &f.tokens[i]
		marked = marked || t.kind == mark
		if t.kind != word || t.taken || t.shape == caseless {
			continue
		}
		words++
		switch t.shape {
		case capital:
			capitals++
		case upper:
			uppers++
		}
		if germanWords[t.key] {
			german++
		}
		f.person = f.person || t.is(pronoun)
	}
	f.german = german >= 2
	f.uncased = !marked && (capitals+uppers == 0 && words > 0 || words >= 4 && uppers*10 >= words*7)
}
