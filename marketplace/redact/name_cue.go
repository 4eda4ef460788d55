package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lowerCues are phrases after which a name stands even in lower case.
var lowerCues = [][]string{
	{"my", "name", "is"}, {"name", "is"}, {"my", "name's"}, {"call", "me"}, {"calls", "me"}, {"i", "am", "called"}, {"name", ":"},
	{"mein", "name", "ist"}, {"ich", "heisse"}, {"je", "m'appelle"}, {"m'appelle"}, {"mon", "nom", "est"}, {"me", "llamo"},
	{"mi", "nombre", "es"}, {"mi", "chiamo"}, {"il", "mio", "nome", "e"}, {"meu", "nome", "e"}, {"me", "chamo"}, {"chamo-me"},
	{"ik", "heet"}, {"mijn", "naam", "is"}, {"benim", "adim"}, {"adim"}, {"ismim"}, {"nazywam", "sie"}, {"jmenuji", "se"},
	{"menya", "zovut"}, {"moe", "imya"}, {"jag", "heter"}, {"jeg", "hedder"}, {"jeg", "heter"}, {"mitt", "navn", "er"},
	{"ma", "numesc"}, {"numele", "meu", "este"}, {"a", "nevem"}, {"nama", "saya"}, {"toi", "ten", "la"}, {"ten", "toi", "la"},
	{"nimeni", "on"}, {"me", "lene"}, {"zovem", "se"}, {"mene", "zvaty"},
}

// cuedLower claims names in lower case after phrases that say a name follows,
// and a given name followed by a surname.
func (f *finder) cuedLower() {
	for i := range f.tokens {
		t := &f.tokens[i]
		if t.kind != word || t.taken || t.shape != lower {
			continue
		}
		if f.cueEnds(i) && !t.is(common|title|nationality|kin|verb|pronoun|particle) {
			j := i + 1
			for j < i+3 && f.lowerName(j) {
				j++
			}
			f.claimName(i, j)
			continue
		}
		if t.is(given) && !t.is(common|place|particle|org|street|unit) && !f.uncased {
			if u := f.at(i + 1); u.kind == word && u.shape == lower && u.spaced && u.is(surname) && !u.is(common|place|org) {
				f.claimName(i, i+2)
			}
		}
	}
}

// cueEnds tells whether one of lowerCues ends before token i.
func (f *finder) cueEnds(i int) bool {
	switch f.at(i - 1).key {
	case "is", "me", "called", "ist", "heisse", "m'appelle", "est", "llamo", "es", "chiamo", "e", "chamo", "chamo-me", "heet", "adim",
		"ismim", "sie", "se", "zovut", "imya", "heter", "hedder", "er", "numesc", "este", "nevem", "saya", "la", "on", "lene", "zvaty", "name's":
	default:
		if f.at(i-1).char != ':' {
			return false
		}
	}
	for _, cue := range lowerCues {
		if f.endsWith(cue, i) {
			return true
		}
	}
	return false
}

func (f *finder) endsWith(words []string, i int) bool {
	for k, w := range words {
		t := f.at(i - len(words) + k)
		if t.key != w && !(w == ":" && t.char == ':') {
			return false
		}
	}
	return true
}

// lowerName tells whether token j can go on with a name in lower case.
func (f *finder) lowerName(j int) bool {
	t := f.at(j)
	return t.kind == word && t.spaced && f.at(j-1).kind == word && !t.is(verb|pronoun|speech) && (!t.is(common) || t.is(surname) && t.key != "and") && t.shape == lower
}

// caselessCues stand before names in scripts without capitals; enders after.
var caselessCues = []string{
	"我叫", "我的名字是", "我的名字叫", "我名字叫", "我是", "姓名:", "姓名是", "叫做", "私の名前は", "名前は", "氏名:", "わたしは", "私は",
	"제 이름은", "이름은", "저는", "성함은", "اسمي", "اسمي هو", "انا اسمي", "أنا اسمي", "السيد", "السيدة", "שמי", "קוראים לי",
	"मेरा नाम", "ชื่อ", "ผมชื่อ", "ฉันชื่อ", "นาย", "نام من",
}

var caselessEnders = []string{
	"です", "と申します", "といいます", "と言います", "입니다", "이에요", "예요", "이라고", "라고", "है", "ครับ", "ค่ะ", "است",
}

// strongCaseless are cues after which the next words are a name and nothing else.
var weakCaseless = map[string]bool{"我是": true, "私は": true, "わたしは": true, "저는": true, "ชื่อ": true, "นาย": true}

// cuedCaseless claims names in Arabic, Han, Hangul, Thai and the like after
// phrases that say a name follows: up to three words, or four Han characters.
func (f *finder) cuedCaseless() {
	s := f.view.s
	if f.view.low != "" {
		return
	}
	for _, cue := range caselessCues {
		for from := 0; ; {
			i := strings.Index(s[from:], cue)
			if i < 0 {
				break
			}
			at := from + i
			from = at + len(cue)
			if isHanWord(cue) || wholeWord(s, at, from) {
				f.caselessName(from, weakCaseless[cue])
			}
		}
	}
}

// wholeWord tells whether no letter stands right before at; and right after end,
// but for the scripts that hang endings on.
func wholeWord(s string, at, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:at])
	after, _ := utf8.DecodeRuneInString(s[end:])
	return !unicode.IsLetter(before) && (!unicode.IsLetter(after) || after >= 0x0e00)
}

// caselessName claims the name that begins after byte i.
func (f *finder) caselessName(i int, weak bool) {
	s := f.view.s
	for i < len(s) && (s[i] == ' ' || s[i] == ':') {
		i++
	}
	end, chars, words := i, 0, 1
	for end < len(s) && chars < 24 {
		r, size := utf8.DecodeRuneInString(s[end:])
		if r == ' ' {
			if words++; words > 3 || isHanWord(s[i:end]) || !caselessWord(s[end+1:]) {
				break
			}
		} else if r < utf8.RuneSelf || r >= 0x3000 && r <= 0x303f || r == '،' || r == '。' || r == '؟' {
			break
		}
		end += size
		chars++
		if ender(s[i:end]) > 0 {
			break
		}
	}
	whole := s[i:end]
	ended := ender(whole)
	end -= ended
	if han := isHanWord(s[i:end]); han && ended == 0 && utf8.RuneCountInString(s[i:end]) > 4 || weak && ended == 0 && utf8.RuneCountInString(s[i:end]) > 4 {
		if weak {
			return
		}
		end = i + runeOffset(s[i:end], 3)
	}
	f.claimCaseless(i, strings.TrimRight(s[i:end], " "))
}

func (f *finder) claimCaseless(i int, name string) {
	if utf8.RuneCountInString(name) < 2 || !f.claim(Name, i, i+len(name), fold(name)) {
		return
	}
	f.mark()
}

func runeOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// ender returns the length of the ender that name ends in, or 0.
func ender(name string) int {
	for _, e := range caselessEnders {
		if strings.HasSuffix(name, e) && len(name) > len(e) {
			return len(e)
		}
	}
	return 0
}

// caselessWords may not be a further word of a name in Arabic.
var caselessWords = []string{"و", "من", "في", "على", "رقم", "لدي", "أريد", "اريد", "هل", "لم", "ولم", "ورقم", "وأريد", "وعندي", "عندي", "أنا", "بريدي", "וה", "ואני", "אני"}

// caselessWord tells whether a word of a script without case, that can be of a
// name, begins s.
func caselessWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	if r < 0x590 {
		return false
	}
	first, _, _ := strings.Cut(s, " ")
	for _, w := range caselessWords {
		if first == w || strings.HasPrefix(first, "و") && len([]rune(first)) > 4 {
			return false
		}
	}
	return true
}

// isHanWord tells a word that begins in a script without spaces.
func isHanWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isHan(r)
}
