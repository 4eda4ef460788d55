package redact

import "strings"

// strongBefore are words right before a name, by how much they tell.
var strongBefore = map[string]float64{
	"called": 1.6, "named": 1.6, "nicknamed": 1.6, "dear": 2, "hi": 1.8, "hello": 1.8, "hey": 1.8, "hola": 1.8, "hallo": 1.8,
	"bonjour": 1.8, "ciao": 1.8, "liebe": 2, "lieber": 2, "i'm": 1.7, "im": 0.6, "am": 1.2, "by": 0.7, "with": 0.5, "and": 0.2,
	"told": 1, "asked": 1, "said": 1.5, "says": 1.3, "thanks": 1.2, "regards": 2, "grusse": 2, "gruss": 2, "sincerely": 2,
	"cheers": 1.5, "best": 0.6, "hei": 1.5, "hej": 1.5, "moi": 1.5, "selam": 1.5, "merhaba": 1.5, "sayin": 2, "cher": 2, "chere": 2,
	"estimado": 2, "estimada": 2, "querido": 2, "querida": 2, "caro": 1.5, "cara": 1.5, "prezado": 2, "prezada": 2, "geehrter": 2,
	"geehrte": 2, "beste": 1.5, "signed": 1.5, "about": 0.3, "under": 0.3, "than": 0.2, "heisse": 2.5, "heiße": 2.5, "llamo": 2.5,
	"chiamo": 2.5, "appelle": 2.5, "chamo": 2.5, "heet": 2.5, "zovut": 2.5, "jmenuji": 2.5, "nazywam": 2, "ask": 0.6, "met": 0.6,
	"is": 0.1, "from": -0.2, "for": 0.1, "of": -0.1, "in": -1.3, "at": -0.9, "to": -0.2, "near": -1.3, "via": -1.2, "the": -1.2,
	"a": -1, "an": -1, "into": -1.2, "through": -1, "around": -1.2, "across": -1.2, "between": -0.5, "visit": -1.2, "visiting": -1.2,
	"towards": -1.2, "toward": -1.2, "outside": -1.2, "inside": -1.2, "within": -1.2, "leave": -0.8, "leaving": -0.8, "on": -0.6,
	"using": -0.8, "this": -0.6, "my": -0.6, "your": -0.8, "our": -0.5, "their": -0.6, "any": -0.8, "some": -0.5, "buy": -1,
	"use": -0.8, "like": -0.2, "or": -0.1, "no": -0.6, "non": -1, "all": -0.6, "every": -0.8, "both": -0.4, "old": -0.3,
	"fur": 0.2, "von": 0.1, "nach": -1.2, "en": -0.6, "dans": -1.2, "el": -1, "la": -0.8, "le": -0.8, "der": -0.8,
	"die": -0.8, "das": -0.8, "den": -0.8, "dem": -0.8, "ein": -0.8, "eine": -0.8, "meine": -0.4, "mein": -0.4, "zur": -1, "zum": -1,
}

// before scores what stands before a run.
func (f *finder) before(r *run) float64 {
	one, two, three := f.at(r.from-1), f.at(r.from-2), f.at(r.from-3)
	s := f.cueWord(r, one, two)
	labelled, plainly := f.labelled(r.from)
	switch {
	case plainly:
		s += 3
	case labelled:
		s += 2.5
	case one.char == ',' && greeting(two.key), one.kind == newline && f.signsOff(r.from-1) && f.endsLine(r.to):
		s += 1.8
	case one.kind == newline || r.from == 0:
		s += f.ownLine(r)
	case one.key == "is" && strings.HasSuffix(two.key, "name"):
		s += 2.5
	case one.key == "is" && two.key == "this", one.key == "was" && two.key == "this", one.key == "bin" && two.key == "ich":
		s += 1.5
	case one.key == "it" && two.key == "change", one.key == "to" && (two.key == "name" || two.key == "it" && three.key == "change" || two.key == "speak" || two.key == "talk" || two.key == "spoke"):
		s += 1
	case one.key == "to" && motion[two.key]:
		s -= 1
	case one.key == "with" && (two.key == "up" || two.key == "speak" || two.key == "spoke" || two.key == "talk" || two.key == "talked" || two.key == "chatted"), one.key == "me" && two.is(common) && three.kind != mark:
		s += 1
	case one.is(kin) && !one.is(title) && (possessive(two.key) || two.is(nationality)):
		s += 1.8
	case one.is(kin) && r.listed+r.ended > 0:
		s += 1
	case one.is(speech) && !one.is(common):
		s += 0.6
	case one.char == ',' && f.endsSentence(r.to):
		s += 0.8
	default:
		s += f.announced(r)
	}
	if one.key == "the" && workWords[f.at(r.to).key] {
		s += 1.7
	}
	if one.possessive && one.shape != lower {
		s -= 1
	}
	return s
}

// cueWord is what the word right before a run tells. "Beste" and "Cara" greet
// only at the beginning; "a town called" names no person.
func (f *finder) cueWord(r *run, one, two *token) float64 {
	s := strongBefore[one.key]
	switch one.key {
	case "beste", "best", "liebe", "lieber", "cara", "caro":
		if !one.begins {
			return min(s, 0)
		}
	case "called", "named":
		thing := !two.is(kin|verb|pronoun) && !persons[two.key] || f.at(r.from-3).key == "it"
		if thing && r.listed+r.ended == 0 {
			return 0
		}
	}
	return s
}

// persons are words for people that may be called something.
var persons = set(`man woman guy girl boy lady gentleman person somebody someone anybody anyone kid child baby agent driver doctor
	nurse teacher student client customer user technician manager lawyer colleague neighbour neighbor owner host employee worker
	traveller traveler author writer singer actor actress one people am i grandfather grandmother grandson granddaughter`)

// motion words stand before "to" and a place.
var motion = set(`go going goes went gone travel travelling traveling travelled fly flying flew flight flights get getting got way bus
	train ferry drive driving drove ride trip move moved moving back return returning up down over close next near transfer
	connection direct here there come came road route tickets ticket visit`)

// workWords follow the name of who made something, or whose it is: "the Castro
// novel", "the Meyer account".
var workWords = map[string]bool{
	"novel": true, "song": true, "album": true, "book": true, "film": true, "movie": true, "poem": true, "painting": true,
	"family": true, "account": true, "interview": true, "case": true, "report": true, "letter": true, "wedding": true,
	"brothers": true, "sisters": true, "siblings": true, "twins": true, "couple": true, "household": true, "residence": true,
	"paper": true, "article": true, "trial": true, "verdict": true,
}

func possessive(key string) bool {
	switch key {
	case "my", "his", "her", "our", "your", "their", "mein", "meine", "meinem", "meiner", "mon", "ma", "mi", "mio", "mia", "min", "moj", "moya":
		return true
	}
	return false
}

func greeting(key string) bool {
	switch key {
	case "hello", "hi", "hey", "dear", "regards", "thanks", "cheers", "sincerely", "love", "yours", "best", "wishes", "gruss", "grusse", "grussen",
		"saludos", "cordialement", "saluti", "atentamente", "mvh", "hilsen", "groeten", "pozdrawiam", "faithfully", "truly":
		return true
	}
	return false
}

// signsOff tells whether the line that ends at token i is a closing greeting.
func (f *finder) signsOff(i int) bool {
	for ; i > 0 && f.at(i).kind == newline; i-- {
	}
	if c := f.at(i).char; c == ',' || c == '!' || c == '.' {
		i--
	}
	switch key := f.at(i).key; key {
	case "hello", "hi", "hey", "dear":
		return false
	default:
		return greeting(key) || key == "you" && f.at(i-1).key == "thank"
	}
}

// endsLine tells whether a signature may end before token i: with the line or
// the text, or before a comma, a bracket or something already found.
func (f *finder) endsLine(i int) bool {
	t := f.at(i)
	return t.kind == newline || t.kind == mark || t.kind == punct && !t.is(common)
}

// ownLine scores a run that is a whole line, or speaks: "Anna: hello".
func (f *finder) ownLine(r *run) float64 {
	next := f.at(r.to)
	if next.char == ':' && len(f.tokens) > r.to+1 {
		if f.at(r.to+1).char == '"' {
			return 1.6
		}
		return 1
	}
	if next.kind == newline && f.whole(r) {
		return 0.8
	}
	return 0
}

// whole tells whether a run is all of the stretch it was cut from.
func (f *finder) whole(r *run) bool { return r.whole[0] == r.from && r.whole[1] == r.to }

// after scores what stands after a run.
func (f *finder) after(r *run) float64 {
	s := 0.0
	next, then := f.at(r.to), f.at(r.to+1)
	last := &f.tokens[r.to-1]
	if next.char == '.' && last.shape == initial {
		next, then = then, f.at(r.to+2)
	}
	switch {
	case last.possessive:
		s += 0.7
	case f.opens(r) && (next.is(speech) || next.is(verb)) && next.shape == lower && !(next.key == "lives" && f.marked(r.to+2)):
		// "Automatic asks": any word may begin a sentence with a verb after it
	case next.is(speech) && next.shape == lower:
		s += 1.8
	case next.is(verb) && next.shape == lower && next.key != "and" && !(r.to-r.from == 1 && (last.is(place) || months[last.key])):
		s += 0.8
	case next.key == "and" && then.shape == capital && then.is(nameClass):
		s += 0.5
	case next.char == ',' && then.key == "the", next.char == ',' && then.is(title):
		s += 0.6
	case next.key == "of" || next.key == "from":
		s += 0.3
	case next.kind == number && next.spaced:
		s -= 0.8
	}
	if !last.possessive && next.is(org|street) && !next.is(title|nameClass|verb|speech) && next.shape == lower && next.spaced {
		s -= 0.7
	}
	return s
}

// months are names of people too.
var months = set("april may june august")

// opens tells a run that begins a sentence, and has nothing of a name but that.
func (f *finder) opens(r *run) bool {
	return f.tokens[r.from].begins && r.listed+r.ended == 0 && !r.titled && !f.person
}

// marked tells whether something already found stands at token i.
func (f *finder) marked(i int) bool { return i < len(f.tokens) && f.tokens[i].taken }

// vetoed tells whether the words around a run make it an organisation or a
// place: "Fernandez Inc.", "Charles de Gaulle Airport", "St. Anton".
func (f *finder) vetoed(r *run) bool {
	if !f.whole(r) && !r.titled {
		for i := r.whole[0]; i < r.whole[1]; i++ {
			t := &f.tokens[i]
			if i >= r.to && t.is(org|street) && !t.is(nameClass) || i >= r.to && i < r.to+2 && t.is(org|street|place) {
				return true
			}
			if i < r.from && t.is(place|org|street) && !t.is(title) && !t.begins && i == r.from-1 {
				return true
			}
		}
	}
	last := &f.tokens[r.to-1]
	if r.to-r.from > 1 && last.is(org|street) && !last.is(nameClass) {
		return true
	}
	one := f.at(r.from - 1)
	return one.key == "&" || f.at(r.to).char == '&' || f.at(r.to).char == '/' && !f.at(r.to).spaced || one.char == '/' ||
		f.at(r.from-1).char == '@' || one.char == '#' || one.char == '_'
}

// maxLift is how much a neighbour in a list can lift a run.
const maxLift = 1.8

// maxLink is how many tokens may stand between two names of a list.
const maxLink = 2

// chain lets a run that is nearly a name follow, or go before, one that is, with
// only a comma or "and" between.
func (f *finder) chain(runs []run) {
	for k := 1; k < len(runs); k++ {
		f.link(&runs[k-1], &runs[k], &runs[k])
	}
	for k := len(runs) - 1; k > 0; k-- {
		f.link(&runs[k], &runs[k-1], &runs[k])
	}
}

// link raises to if from is a name and the gap before second is a list's.
func (f *finder) link(from, to, second *run) {
	first := from
	if second == from {
		first = to
	}
	if from.score < isName || to.score >= isName || to.score < isName-maxLift || f.vetoed(to) || second.from-first.to > maxLink || f.acronym(to) {
		return
	}
	for i := first.to; i < second.from; i++ {
		if t := f.at(i); t.char != ',' && t.key != "and" && t.key != "&" && t.key != "or" {
			return
		}
	}
	to.score = isName
}

// acronym tells a run of one unlisted word in capitals.
func (f *finder) acronym(r *run) bool {
	t := &f.tokens[r.from]
	return r.to-r.from == 1 && t.shape == upper && !t.is(nameClass) && !f.uncased
}

// endsSentence tells whether a sentence ends before token i, by ! or ?.
func (f *finder) endsSentence(i int) bool {
	c := f.at(i).char
	return c == '!' || c == '?'
}
