package redact

import "strings"

// addresses finds street addresses. One is known by an anchor: a street with a
// house number, an apartment or box, a military post office, "the corner of".
// From there it is read on to both sides, for as long as it can be an address:
// house, unit, town, region, postal code, country, across line ends.
func (f *finder) addresses() {
	for i := 0; i < len(f.tokens); i++ {
		if f.tokens[i].taken {
			continue
		}
		from, to := f.anchor(i)
		if to <= from {
			continue
		}
		from, to = f.extendLeft(from), f.extendRight(to)
		start, end := f.tokens[from].start, f.tokens[to-1].end
		if f.claim(Address, start, end, addressValue(f.tokens[from:to])) {
			f.take(from, to)
			i = to - 1
		}
	}
}

// take marks the tokens of a range as taken.
func (f *finder) take(from, to int) {
	for i := from; i < to; i++ {
		f.tokens[i].taken = true
	}
}

// addressValue is the words and numbers of an address.
func addressValue(tokens []token) string {
	var b strings.Builder
	for i := range tokens {
		if t := &tokens[i]; t.kind != punct && t.kind != newline {
			b.WriteString(t.key)
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// at returns the token at i, or one that fits nothing.
func (f *finder) at(i int) *token {
	if i < 0 || i >= len(f.tokens) || f.tokens[i].taken {
		return &noToken
	}
	return &f.tokens[i]
}

var noToken = token{kind: mark}

// anchor returns the range of the anchor at token i; empty when there is none.
func (f *finder) anchor(i int) (int, int) {
	for _, read := range []func(int) (int, int){f.military, f.corner, f.unitAnchor, f.numberStreet, f.streetNumber, f.houseName} {
		if from, to := read(i); to > from {
			return from, to
		}
	}
	return 0, 0
}

// military reads "APO AE 09012" with "PSC 12, Box 34" or a ship before it.
func (f *finder) military(i int) (int, int) {
	switch f.at(i).key {
	case "apo", "fpo", "dpo":
	default:
		return 0, 0
	}
	if k := f.at(i + 1).key; (k != "aa" && k != "ae" && k != "ap") || f.at(i+2).kind != number {
		return 0, 0
	}
	from := i
	for j := i - 1; j >= 0 && i-j <= 7 && !f.tokens[j].taken; j-- {
		k := f.tokens[j].key
		if k == "psc" || k == "unit" && f.at(j+1).kind == number || strings.HasPrefix(k, "us") && len(k) <= 5 && f.at(j+1).kind == word {
			from = j
			break
		}
	}
	return from, i + 3
}

// maxCorner bounds how many tokens each street of a corner has.
const maxCorner = 7

// corner reads "the corner of X and Y".
func (f *finder) corner(i int) (int, int) {
	if f.at(i).key != "corner" || f.at(i+1).key != "of" {
		return 0, 0
	}
	and, streets := 0, false
	j := i + 2
	for ; j < i+2+2*maxCorner; j++ {
		t := f.at(j)
		if t.kind == mark || t.kind == newline || t.kind == punct && t.char != '.' && t.char != '\'' {
			break
		}
		if t.kind == punct && t.char == '.' && !f.at(j-1).is(street) && f.at(j-1).kind != number {
			break
		}
		if t.key == "and" || t.key == "&" {
			if and > 0 {
				break
			}
			and = j
			continue
		}
		if t.kind == word && t.shape == lower && !t.is(street|particle) && !(and == 0 && f.looseWord(j)) && (!f.uncased || and > 0 && j > and+1 && f.at(j-1).is(street)) {
			break
		}
		streets = streets || t.is(street) || t.kind == number || streetSuffix(t.key)
	}
	for j > i && f.at(j-1).kind == punct {
		j--
	}
	if and == 0 || and == i+2 || j <= and+1 || !streets {
		return 0, 0
	}
	if f.at(i-1).key == "the" {
		i--
	}
	return i, j
}

// strongUnits are unit words that speak of an address by themselves.
var strongUnits = map[string]bool{
	"apt": true, "apartment": true, "suite": true, "ste": true, "flat": true, "postbox": true, "appt": true,
	"appartement": true, "wohnung": true, "piso": true, "daire": true, "kv": true,
}

// unitAnchor reads "Apt. 12" after a house number, and "P.O. Box 12".
func (f *finder) unitAnchor(i int) (int, int) {
	t := f.at(i)
	if t.kind != word || !t.is(unit) {
		return 0, 0
	}
	end := f.unitEnd(i)
	if end == 0 {
		return 0, 0
	}
	if t.key == "box" {
		return f.postBox(i, end)
	}
	if t.key == "postbox" {
		return i, end
	}
	if !strongUnits[t.key] {
		return 0, 0
	}
	for j := i - 1; j >= max(0, i-9); j-- {
		u := &f.tokens[j]
		if u.taken || u.kind == word && u.shape == lower && !f.uncased && !u.is(street|particle) {
			return 0, 0
		}
		if houseNumber(u) {
			return i, end
		}
	}
	return 0, 0
}

// postBox reads backwards from "Box 12" to "P.O." or "Post Office".
func (f *finder) postBox(i, end int) (int, int) {
	j := i - 1
	if f.at(j).char == '.' {
		j--
	}
	switch k := f.at(j).key; {
	case k == "po" || k == "post":
		return j, end
	case k == "o" && f.at(j-1).char == '.' && f.at(j-2).key == "p":
		return j - 2, end
	case k == "office" && f.at(j-1).key == "post":
		return j - 1, end
	}
	return 0, 0
}

// unitEnd returns where the unit that begins at token i ends, or 0.
func (f *finder) unitEnd(i int) int {
	j := i + 1
	if f.at(j).char == '.' || f.at(j).char == '#' || f.at(j).char == ':' {
		j++
	}
	if t := f.at(j); t.kind == number && t.end-t.start <= 6 || t.kind == mixed && t.end-t.start <= 5 ||
		strongUnits[f.at(i).key] && t.shape == initial {
		return j + 1
	}
	return 0
}

// houseNumber tells a number that can stand before or behind a street's name.
func houseNumber(t *token) bool {
	return t.kind == number && t.end-t.start <= 6 && !t.taken
}

// streetWord tells a word that can be a part of a street's name.
func (f *finder) streetWord(t *token) bool {
	if t.kind != word {
		return false
	}
	if t.shape == capital || t.shape == upper || t.shape == initial {
		return !strongUnits[t.key]
	}
	return t.is(street|particle) && !t.is(pronoun) || f.uncased && t.shape == lower && !t.is(common|verb|pronoun|speech)
}

// maxStreet is how many words the name of a street has at most.
const maxStreet = 6

// numberStreet reads "12 Elm Street", "33 avenue de Provence", "450 Elmsvej 15",
// beginning with a house number.
func (f *finder) numberStreet(i int) (int, int) {
	if !houseNumber(f.at(i)) || f.at(i-1).char == '$' || f.at(i+1).char == '%' {
		return 0, 0
	}
	j := i + 1
	if f.at(j).char == ',' {
		j++
	}
	for j < i+4 && houseNumber(f.at(j)) {
		j++
	}
	first, last, named := j, 0, false
	for ; j < first+maxStreet && (f.streetWord(f.at(j)) || j > first && f.looseWord(j)); j++ {
		t := f.at(j)
		if t.shape == lower && !f.streetWord(t) && !f.typedAround(first, j) {
			break
		}
		named = named || !t.is(particle|common|street) || t.is(nameClass) && t.shape != lower
		if t.is(street) && (j > first || firstStreet[t.key]) && !(t.is(place) && !named) || streetSuffix(t.key) && !t.is(common) {
			last = j
		}
		if f.at(j+1).char == '.' && (t.is(street) || t.shape == initial) {
			j++
		}
	}
	if houseNumber(f.at(j)) && j > first && f.behindNumber(i, first, j) {
		return i, j + 1
	}
	if last == 0 || last == first && j == first+1 && !streetSuffix(f.at(last).key) || !named && !f.ordinalStreet(first, last) {
		return 0, 0
	}
	if firstStreet[f.at(first).key] {
		last = j - 1
	}
	if f.at(last).kind != word {
		last--
	}
	return i, last + 1
}

// looseWord tells a word in lower case that may stand inside a street's name.
func (f *finder) looseWord(j int) bool {
	t := f.at(j)
	return t.kind == word && t.shape == lower && !t.is(common|verb|speech|pronoun|unit)
}

// typedAround tells whether the street's type stands first, or right after the
// word at j.
func (f *finder) typedAround(first, j int) bool {
	return firstStreet[f.at(first).key] || streetBehind[f.at(j+1).key]
}

// ordinalStreet tells names like "Fourth Avenue", "Main Street", "High Street".
func (f *finder) ordinalStreet(first, last int) bool {
	return last > first && f.at(first).shape == capital && mainStreet[f.at(last).key]
}

// behindNumber tells whether a number, words and a second number are an address:
// the words name nothing else, and the numbers are no date or quantity.
func (f *finder) behindNumber(i, first, j int) bool {
	typed := false
	for k := first; k < j; k++ {
		if t := f.at(k); t.kind == word && t.is(common|org|nationality|unit) && !t.is(street|particle|nameClass) {
			return false
		}
		typed = typed || streetBehind[f.at(k).key] || firstStreet[f.at(k).key] || streetSuffix(f.at(k).key)
	}
	second := f.at(j)
	if !typed && (f.at(i).end-f.at(i).start < 3 && first == i+1 || year(second.key)) {
		return false
	}
	if second.end-second.start > 5 || f.at(first).shape == upper && f.at(j).end-f.at(j).start > 3 && j == first+1 {
		return false
	}
	return !f.at(first).is(nationality) && f.at(i-1).char != '-'
}

// streetNumber reads "Elmsvej 15", "Rue de Provence 33", "ul. Prosta 28",
// "Villacher Strasse 89", beginning with a street's name.
func (f *finder) streetNumber(i int) (int, int) {
	t := f.at(i)
	if t.kind != word {
		return 0, 0
	}
	j, known := i, false
	for ; j < i+maxStreet && f.streetWord(f.at(j)); j++ {
		u := f.at(j)
		if j > i && u.begins && f.at(j-1).kind != punct {
			return 0, 0
		}
		known = known || firstStreet[u.key] && j == i || streetSuffix(u.key) && !u.is(common) || streetBehind[u.key] && j > i
		if f.at(j+1).char == '.' && (u.is(street) || streetSuffix(u.key)) {
			j++
		}
	}
	if f.at(j).char == ',' && known {
		j++
	}
	n := f.at(j)
	if !known || j == i || !houseNumber(n) || n.end-n.start > 4 || firstStreet[t.key] && j == i+1 ||
		t.shape == lower && !streetSuffix(t.key) && (!firstStreet[t.key] || t.is(common) && f.at(i+1).shape != capital) {
		return 0, 0
	}
	return i, j + 1
}

// houseName reads "Tawastintie 6" and the like of unknown form, where words
// before say that somebody lives there, or what follows is an apartment.
func (f *finder) houseName(i int) (int, int) {
	t := f.at(i)
	if t.kind != word || t.shape != capital && t.shape != upper || t.is(common) && !t.is(nameClass) {
		return 0, 0
	}
	j := i + 1
	for ; j < i+maxStreet && f.streetWord(f.at(j)); j++ {
	}
	if n := f.at(j); !houseNumber(n) || n.end-n.start > 4 {
		return 0, 0
	}
	if !f.livesBefore(i) {
		return 0, 0
	}
	return i, j + 1
}

// livesBefore tells whether the words before token i say an address follows.
func (f *finder) livesBefore(i int) bool {
	switch one, two := f.at(i-1).key, f.at(i-2).key; one {
	case "on", "at", "to", "in", "under":
		switch two {
		case "is", "lives", "live", "living", "lived", "located", "reside", "resides", "moved", "wohne", "wohnt", "delivered", "sent", "arrived", "home":
			return true
		}
	case "is", "are":
		return two == "address" || two == "addresses"
	}
	return f.at(i-1).char == ':' && strings.HasPrefix(f.at(i-2).key, "addres")
}
