package redact

import "strings"

// run is a stretch of tokens that may be a person's name.
type run struct {
	from, to int // tokens
	whole    [2]int
	titled   bool // Mr, Dr, Frau before it
	score    float64

	// What its words say by themselves; see weigh.
	words, listed, ended int // words; those on lists; those that end like names
	points               float64
}

// names finds the names of people. Known names are found wherever they stand;
// others are judged by their words, their shape and what stands around them
// (see score), and what was surely a name once is one in the whole text.
func (f *finder) names() {
	f.cuedCaseless()
	f.cuedLower()
	f.useOrdinary()
	runs := f.runs()
	seen := map[string]bool{}
	for i := range runs {
		r := &runs[i]
		r.score = f.score(r)
		if r.score >= surelyName {
			f.remember(r, seen)
		}
	}
	f.chain(runs)
	for i := range runs {
		if r := &runs[i]; r.score >= isName || f.seenBefore(r, seen) {
			f.claimName(r.from, r.to)
		}
	}
	f.knownNames(seen)
}

// remember notes the words of a name that is sure.
func (f *finder) remember(r *run, seen map[string]bool) {
	for i := r.from; i < r.to; i++ {
		if t := &f.tokens[i]; t.kind == word && len(t.key) >= minNamePart && !t.is(particle|title|suffix) && (!t.is(common|place) || t.is(nameClass)) {
			seen[t.key] = true
		}
	}
}

// seenBefore tells whether all words of a run were seen in sure names.
func (f *finder) seenBefore(r *run, seen map[string]bool) bool {
	if r.score < -5 {
		return false
	}
	any := false
	for i := r.from; i < r.to; i++ {
		t := &f.tokens[i]
		if t.kind != word || t.shape == initial || t.is(particle) {
			continue
		}
		if !seen[t.key] && !(f.book.seenName(t.key) && !t.is(common|place)) {
			return false
		}
		any = true
	}
	return any
}

// knownNames claims the customer's own names, and in a text without capitals
// the words of names found in it, wherever they still stand.
func (f *finder) knownNames(seen map[string]bool) {
	for i := range f.tokens {
		t := &f.tokens[i]
		if t.kind != word || t.taken {
			continue
		}
		_, known := f.known[t.key]
		if !known && isHanWord(t.key) {
			f.knownInside(i)
			continue
		}
		if known && !(t.is(common) && t.shape == lower && !f.uncased) || f.uncased && seen[t.key] && !t.is(common) {
			j := i + 1
			for j < len(f.tokens) && f.tokens[j].kind == word && !f.tokens[j].taken && f.tokens[j].spaced && f.known[f.tokens[j].key] != "" {
				j++
			}
			f.claimName(i, j)
		}
	}
}

// knownInside claims known names inside a word of a script without spaces.
func (f *finder) knownInside(i int) {
	t := &f.tokens[i]
	text := f.view.s[t.start:t.end]
	for part, whole := range f.known {
		if !isHanWord(part) {
			continue
		}
		if at := strings.Index(text, part); at >= 0 && f.claim(Name, t.start+at, t.start+at+len(part), whole) {
			t.taken = true
		}
	}
}

// claimName claims the tokens from to to as one name.
func (f *finder) claimName(from, to int) {
	start, end := f.tokens[from].start, f.tokens[to-1].end
	if f.claim(Name, start, end, f.nameValue(from, to)) {
		f.take(from, to)
	}
}

// nameValue is the folded name without initials; a part of a known name is that
// name.
func (f *finder) nameValue(from, to int) string {
	var parts []string
	for i := from; i < to; i++ {
		if t := &f.tokens[i]; t.kind == word {
			if whole, ok := f.known[t.key]; ok {
				return whole
			}
			if t.shape != initial {
				parts = append(parts, t.key)
			}
		}
	}
	return strings.Join(parts, " ")
}

// maxName is how many tokens a name has at most.
const maxName = 9

// runs cuts the tokens into stretches that may be names.
func (f *finder) runs() []run {
	var runs []run
	for i := 0; i < len(f.tokens); {
		if !f.nameWord(i) {
			i++
			continue
		}
		j := i + 1
		for j < len(f.tokens) && j < i+maxName && f.joins(j) {
			j++
		}
		for j > i+1 && !f.nameWord(j-1) {
			j--
		}
		runs = f.split(runs, i, j)
		i = j
	}
	return runs
}

// nameWord tells whether token i can begin or end a name.
func (f *finder) nameWord(i int) bool {
	t := f.at(i)
	if t.kind != word {
		return false
	}
	if f.uncased {
		return t.shape != caseless && !(t.is(common|pronoun|verb) && !t.is(given)) && !t.is(particle)
	}
	return t.shape == capital || t.shape == upper || t.shape == initial && (t.key != "i" && t.key != "a" || f.at(i+1).char == '.' && !t.begins)
}

// joins tells whether token j goes on with the name that token j-1 is in.
func (f *finder) joins(j int) bool {
	t, before := f.at(j), &f.tokens[j-1]
	if before.possessive {
		return false
	}
	if t.kind == punct {
		return t.char == '.' && !t.spaced && (before.shape == initial || len(before.key) == 1 || before.is(title)) && f.joinable(j+1) && f.at(j+1).spaced ||
			t.char == '.' && !t.spaced && before.shape == initial && f.at(j+1).shape == initial
	}
	if before.kind == punct || t.spaced {
		if t.is(particle) && t.shape == lower && !f.uncased {
			return t.key != "y" && t.key != "e" && f.at(j+1).spaced && (f.nameWord(j+1) || f.at(j+1).is(particle) && f.nameWord(j+2))
		}
		return f.joinable(j)
	}
	return false
}

func (f *finder) joinable(j int) bool {
	if f.nameWord(j) {
		return true
	}
	t := f.at(j)
	return t.kind == word && len(t.key) == 1 && (f.uncased || t.shape == initial) && f.tokens[j-1].is(given) && f.nameWord(j+1)
}

// split cuts a stretch at words that are no part of a name, and strips titles.
func (f *finder) split(runs []run, i, j int) []run {
	whole := [2]int{i, j}
	titled := i > 0 && (f.tokens[i-1].is(title) || f.at(i-1).char == '.' && f.at(i-2).is(title)) && (f.at(i-1).shape == capital || f.at(i-1).char == '.')
	for i < j {
		if t := &f.tokens[i]; t.is(title) && !t.is(nameClass) || t.kind == punct {
			titled = titled || t.is(title)
			i++
			continue
		}
		if f.plain(i) {
			titled = false
			i++
			continue
		}
		k := i + 1
		for k < j && !f.plain(k) {
			k++
		}
		end := k
		for end > i && (f.tokens[end-1].kind == punct || f.tokens[end-1].is(particle) && f.tokens[end-1].shape == lower || f.tokens[end-1].is(suffix) && end-1 == i) {
			end--
		}
		if end > i {
			r := run{from: i, to: end, whole: whole, titled: titled}
			if f.strict && !titled {
				f.trim(&r)
			}
			runs = append(runs, r)
		}
		titled = false
		i = k
	}
	return runs
}

// trim cuts a run of a language with many capitals down to what the lists bear
// out: it begins with a listed name, or after a cue, and goes on with listed ones
// and at most one other word.
func (f *finder) trim(r *run) {
	f.weigh(r)
	if r.listed == 0 || f.before(r) >= realCue {
		return
	}
	for !f.tokens[r.from].is(nameClass) {
		r.from++
	}
	others := 0
	for i := r.from + 1; i < r.to; i++ {
		t := &f.tokens[i]
		if t.kind != word || t.is(nameClass|particle) || t.shape == initial {
			continue
		}
		if others++; others > 1 || !f.tokens[r.from].is(given) {
			r.to = i
		}
	}
	for r.to > r.from+1 && (f.tokens[r.to-1].kind == punct || f.tokens[r.to-1].is(particle) && f.tokens[r.to-1].shape == lower) {
		r.to--
	}
}

// plain tells a word that names no person: ordinary, a place, a nationality.
func (f *finder) plain(i int) bool {
	t := &f.tokens[i]
	if f.strict && t.is(common) && t.is(particle) {
		return t.shape != lower
	}
	return t.is(common|nationality|place|org|pronoun|verb|kin|unit) && !t.is(nameClass) && t.shape != initial && !(t.is(particle) && t.shape == lower) && !(t.is(place) && t.is(particle) && f.at(i+1).kind == word && f.at(i+1).shape == capital) ||
		t.is(title) && !t.is(nameClass|particle)
}
