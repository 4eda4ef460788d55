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
	uncased  bool
	strict   bool            // capitals or endings tell little in this language
	plans    int             // how often numbering plans were asked
	ordinary map[string]bool // words on no list that stand in small letters
	person   bool            // he, she, him or her stands somewhere
	found    []find          // in coordinates of the view
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
	f.papers()
	f.numbers()
	f.tokens = tokenize(&f.view)
	f.mark()
	f.keep()
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

// keep makes the brand's own words ordinary ones. What else a word is, a street
// or a unit, it stays.
func (f *finder) keep() {
	if len(f.kept) == 0 {
		return
	}
	for i := range f.tokens {
		if t := &f.tokens[i]; t.kind == word && f.kept[t.key] && f.known[t.key] == "" {
			t.class = t.class&^nameClass | common
		}
	}
}

// strictWords are function words of languages in which a capital, or an ending
// like a name's, says little: German, where every noun has a capital, and
// Turkish. Those that other languages have too are not among them.
var strictWords = set(`
	ich und nicht mit ist ein eine einen einem einer mein meine meinen auf wie bei wurde haben fur das auch oder aber wird werden
	dieser diese dieses wurden waren zwischen ins sich dass kann noch nur schon wenn sind uber nach wir unser sehr keine kein hat habe zum zur vom beim durch gibt
	ve bir bu icin ile olarak olan gibi daha cok kadar sonra degil nasil neden benim bana ama veya gore tarafindan uzere`)

// leastStrict: one word in so many must be of strictWords for a text to be in one
// of those languages.
const leastStrict = 12

// survey takes in what holds for the whole text.
func (f *finder) survey() {
	var words, capitals, uppers, strict int
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
		if strictWords[t.key] {
			strict++
		}
		f.person = f.person || t.is(pronoun)
	}
	f.strict = strict >= 2 && strict*leastStrict >= words || strict == 1 && words < leastStrict
	f.uncased = !marked && (capitals+uppers == 0 && words > 0 || words >= 4 && uppers*10 >= words*7)
}
