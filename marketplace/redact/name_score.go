package redact

import "strings"

// A run scores points; from isName on it is a name, and from surelyName on its
// words are names wherever they stand in the text.
const (
	isName     = 1.3
	surelyName = 3.0
)

// realCue is from where on what stands before a run says by itself that a name
// follows.
const realCue = 1.5

// score judges a run: its words, its shape, and the words around it.
func (f *finder) score(r *run) float64 {
	f.weigh(r)
	if r.words == 0 {
		return -9
	}
	before := f.before(r)
	s := r.points + before + f.after(r)
	if r.titled {
		s += 3
	}
	if r.words >= 2 {
		s += 0.5
	}
	if f.person && !r.titled {
		s += 0.5
	}
	if f.vetoed(r) {
		s -= 2.5
	}
	if f.strict && r.listed == 0 && !r.titled && before < realCue {
		s -= 3
	}
	if f.uncased && r.listed == 0 && !f.hasInitial(r) && before < realCue {
		s -= 1.6
	}
	if first := &f.tokens[r.from]; first.is(place) && r.to-r.from >= 2 && !r.titled && !first.is(given) {
		s -= 2.5
	}
	if r.words > 4 {
		s -= 1.5
	}
	return s
}

// hasInitial tells whether a single letter stands inside a run.
func (f *finder) hasInitial(r *run) bool {
	for i := r.from + 1; i < r.to-1; i++ {
		if t := &f.tokens[i]; t.kind == word && len(t.key) == 1 {
			return true
		}
	}
	return false
}

// weigh sums what the words of a run say by themselves. A name is as good as its
// two best words.
func (f *finder) weigh(r *run) {
	var best, second, initials float64
	r.words, r.listed, r.ended = 0, 0, 0
	for i := r.from; i < r.to; i++ {
		t := &f.tokens[i]
		if t.kind != word || t.is(particle) && (t.shape == lower || t.is(common|place)) && !t.is(nameClass) {
			continue
		}
		if t.shape == initial || f.uncased && len(t.key) == 1 {
			initials = 0.8
			continue
		}
		r.words++
		p := f.wordPoints(t)
		switch {
		case t.is(nameClass):
			r.listed++
		case p >= weakEnding:
			r.ended++
		}
		if p > best {
			best, second = p, best
		} else if p > second {
			second = p
		}
	}
	if r.words < 2 && initials > 0 && best < 1 {
		initials = 0.3
	}
	r.points = best + second + initials
}

// wordPoints is what one word says by itself.
func (f *finder) wordPoints(t *token) float64 {
	plain := t.is(common | place | nationality | org | street | unit)
	var p float64
	switch {
	case t.is(given) && !plain:
		p = 2.2
	case t.is(surname) && !plain:
		p = 1.7
	case t.is(nameClass) && t.is(nationality):
		p = -0.3
	case t.is(nameClass) && t.is(place):
		p = 0.5
	case t.is(given):
		p = 1.0
	case t.is(surname):
		p = 0.7
	default:
		p = f.unlistedPoints(t)
	}
	if t.begins && (plain || p < 1) {
		p -= 0.3
	}
	if t.shape == upper && !f.uncased {
		p -= 0.9
	}
	if len(t.key) < 3 && !t.is(given) {
		p -= 0.6
	}
	if plain && t.shape == lower {
		p -= 0.7
	}
	return p
}

// unlistedPoints is what a word that is on no list of names says: by its parts,
// its ending, its shape, and whether the text uses it as an ordinary word.
func (f *finder) unlistedPoints(t *token) float64 {
	ending := nameEnding(t.key)
	switch {
	case hyphenated(t.key):
		return 2.2
	case f.ordinary[t.key], t.camel, compound(t.key):
		return -0.8
	case ending >= strongEnding, accentEnding(f.view.s[t.start:t.end]):
		return strongEnding
	case wordEnding(t.key):
		return -0.8
	case ending > 0:
		return ending
	}
	return 0.4
}

// useOrdinary notes the words on no list that stand in small letters somewhere
// in the text: with a capital they are no names either.
func (f *finder) useOrdinary() {
	if f.uncased {
		return
	}
	for i := range f.tokens {
		t := &f.tokens[i]
		if t.kind != word || t.taken || t.shape != lower || t.class != 0 || len(t.key) < minNamePart {
			continue
		}
		if f.ordinary == nil {
			f.ordinary = map[string]bool{}
		}
		f.ordinary[t.key] = true
	}
}

// longestCompound is how long a word may be to be looked at for its parts.
const longestCompound = 24

// compound tells a word put together of two ordinary ones: "powerline".
func compound(key string) bool {
	if len(key) > longestCompound {
		return false
	}
	for n := 3; n+3 <= len(key); n++ {
		if lexicon()[key[:n]]&(common|org) != 0 && lexicon()[key[n:]]&(common|org) != 0 && lexicon()[key[:n]]&particle == 0 {
			return true
		}
	}
	return false
}

// hyphenated tells a double name, one part of which is a known one.
func hyphenated(key string) bool {
	first, rest, ok := strings.Cut(key, "-")
	return ok && len(first) > 2 && len(rest) > 2 && (lexicon()[first]&given != 0 || lexicon()[rest]&surname != 0 && lexicon()[first]&surname != 0)
}
