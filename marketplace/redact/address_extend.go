package redact

// extendLeft returns the first token of the address that has token i: house
// numbers, and on the way to them the street's name; an apartment on a line of
// its own belongs to the line above.
func (f *finder) extendLeft(i int) int {
	t := f.at(i)
	from, j, words := i, i-1, 0
	wantName := t.is(unit) && t.kind == word
	if wantName {
		j = f.skipBack(j)
	}
	for ; j >= max(0, i-maxTail); j-- {
		u := f.at(j)
		switch {
		case houseNumber(u) && !(j > 0 && f.at(j-1).char == '$'):
			from, words = j, 0
			if wantName && f.nameBefore(j) {
				continue
			}
			wantName = false
		case wantName && words < maxStreet && f.streetWord(u) && !(u.begins && u.is(common) && !u.is(nameClass|street)):
			words++
			from = j
		case wantName && u.kind == punct && (u.char == '.' || u.char == ',') && f.at(j-1).is(street):
		default:
			return from
		}
	}
	return from
}

// nameBefore tells whether the number at j stands behind a street's name.
func (f *finder) nameBefore(j int) bool {
	t := f.at(j - 1)
	if t.kind == punct && t.char == '.' {
		t = f.at(j - 2)
		return t.is(street)
	}
	return t.kind == number || f.streetWord(t) && !(t.begins && t.is(common))
}

// skipBack steps back over what may stand between a street and an apartment.
func (f *finder) skipBack(j int) int {
	lines := 0
	for j >= 0 {
		t := f.at(j)
		if t.kind == newline {
			lines++
		} else if t.kind != punct || t.char != ',' && t.char != '.' && t.char != '>' {
			break
		}
		if lines > 1 {
			break
		}
		j--
	}
	return j
}

// maxTail bounds how many tokens follow the anchor of an address.
const maxTail = 24

// extendRight returns the end of the address whose anchor ends before token i:
// parts apart by commas and single line ends, of words in capitals, units and
// postal codes.
func (f *finder) extendRight(i int) int {
	limit := min(len(f.tokens), i+maxTail)
	if u := f.at(i); u.kind == word && f.at(i-1).kind == number && (u.key == "st" || u.key == "street") {
		i++ // "Elmsvej 15 St."
	}
	for i < limit {
		next := f.separators(i)
		end := f.part(next, limit, next > i)
		if end <= next {
			return i
		}
		i = end
	}
	return i
}

// separators steps over what may stand between two parts of an address.
func (f *finder) separators(i int) int {
	lines := 0
	for j := i; j < len(f.tokens); j++ {
		t := f.at(j)
		switch {
		case t.kind == newline && lines == 0:
			lines++
		case t.kind == punct && (t.char == ',' || t.char == '>' && lines > 0 || t.char == '-' && j > i):
		case t.kind == punct && t.char == '.' && (f.at(j+1).kind == newline || f.at(j+1).is(unit) || f.at(j-1).kind == number && f.at(j+1).kind == word && f.unitEnd(j+1) > 0):
		default:
			return j
		}
	}
	return len(f.tokens)
}

// maxTown is how many words the name of a town has at most.
const maxTown = 5

// part reads one part of an address's tail at token i and returns its end, or i.
func (f *finder) part(i, limit int, apart bool) int {
	t := f.at(i)
	switch {
	case t.kind == word && t.is(unit) && f.unitEnd(i) > 0:
		return f.unitEnd(i)
	case t.kind == number && t.end-t.start >= 3 && t.end-t.start <= 7 && !(apart && f.opensPart(i)):
		return i + 1
	case t.key == "nan":
		return i + 1
	case t.kind == punct && t.char == '(' && f.at(i+1).kind == word && f.at(i+2).char == ')' && f.at(i+1).shape != lower:
		return i + 3
	}
	if f.uncased {
		return f.uncasedTown(i, limit)
	}
	j := i
	for ; j < limit && j < i+maxTown && f.townWord(j, j > i); j++ {
	}
	for j > i && f.at(j-1).shape == lower {
		j--
	}
	return j
}

// opensPart tells whether the number at i begins another address.
func (f *finder) opensPart(i int) bool {
	from, to := f.numberStreet(i)
	return to > from
}

// townWord tells whether token j can be of a town's, region's or country's name.
func (f *finder) townWord(j int, inside bool) bool {
	t := f.at(j)
	if t.kind != word {
		return inside && t.kind == punct && t.char == '\'' && f.at(j+1).kind == word
	}
	switch t.shape {
	case lower:
		return inside && t.is(particle) && f.at(j+1).kind == word && f.at(j+1).shape != lower && t.key != "y"
	case initial:
		return t.key != "i" && t.key != "a" || f.at(j+1).kind == newline || f.at(j+1).kind == number
	case caseless:
		return false
	}
	next := f.at(j + 1)
	return !t.is(common) || t.is(place|street) || t.is(nameClass) && (inside || !t.begins) || inside && t.shape == upper ||
		t.shape == upper && t.end-t.start <= 3 && (next.kind == number || next.kind == newline || next.char == ',') ||
		next.shape == capital && next.is(street|place|org) && !next.is(unit)
}

// uncasedTown reads a town in a text without capitals: words up to a postal code
// or the end of the line.
func (f *finder) uncasedTown(i, limit int) int {
	for j := i; j < min(limit, i+maxTown+1); j++ {
		t := f.at(j)
		switch {
		case t.kind == number && t.end-t.start >= 4 && j > i:
			return j + 1
		case t.kind == word && t.is(place) && j > i:
			return j + 1
		case t.kind == word && (!t.is(common) || t.is(place|particle)), t.kind == punct && t.char == ',':
		default:
			return i
		}
	}
	return i
}
