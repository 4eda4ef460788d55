package matching

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxBodyRunes  = 1500 // later text repeats or digresses; the reference protocol cuts here too
	maxTokenRunes = 40   // longer runs are hashes and encoded blobs, not words
	titleWeight   = 2    // the title counts twice
)

// stopWords are the 33 words that Lucene's English analyser drops.
var stopWords = wordSet(`a an and are as at be but by for if in into is it no not of on or
	such that the their then there these they this to was will with`)

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// tokens cuts text into index terms and gives each to emit: lower-cased words
// of letters and digits of any script, folded (see fold), without stop words
// and single letters. Scripts written without spaces, and Korean, whose
// particles cling to the word, give overlapping pairs of characters instead.
// Placeholders of redacted data such as [phone 1] give nothing. Any bytes are
// fine; invalid UTF-8 separates words.
func tokens(text string, emit func(string)) {
	c := cutter{emit: emit}
	for i := 0; i < len(text); {
		if n := placeholder(text[i:]); n > 0 {
			c.flush()
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		c.take(r)
		i += size
	}
	c.flush()
}

// cutter holds the run of characters that is being read.
type cutter struct {
	run    []rune
	paired bool // the run is of a script that gives pairs
	emit   func(string)
}

func (c *cutter) take(r rune) {
	if ignorable(r) {
		return
	}
	r = fold(r)
	if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
		c.flush()
		return
	}
	if paired := givesPairs(r); paired != c.paired {
		c.flush()
		c.paired = paired
	}
	c.run = append(c.run, r)
}

func (c *cutter) flush() {
	switch {
	case c.paired && len(c.run) == 1:
		c.emit(string(c.run))
	case c.paired:
		for i := 0; i+1 < len(c.run); i++ {
			c.emit(string(c.run[i : i+2]))
		}
	case len(c.run) > 1 && len(c.run) <= maxTokenRunes:
		if w := string(c.run); !stopWords[w] {
			c.emit(w)
		}
	}
	c.run = c.run[:0]
}

// ignorable tells characters that sit inside a word without being part of it:
// accents written as separate characters, Hebrew points, Arabic vowel signs and
// stretching, joiners and soft hyphens.
func ignorable(r rune) bool {
	switch {
	case r >= 0x0300 && r <= 0x036F, r >= 0x0591 && r <= 0x05C7, r >= 0x064B && r <= 0x065F:
		return true
	case r == 0x00AD, r == 0x0640, r == 0x0670, r >= 0x200B && r <= 0x200D, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF:
		return true
	}
	return false
}

// givesPairs tells the scripts that are indexed by pairs of characters.
func givesPairs(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == 'ー'
}

// fold maps a character to the one it is found under: lower case, accents off
// for Latin, one form for Arabic letters that are typed in several, ASCII for
// full-width letters and for digits of other scripts.
func fold(r rune) rune {
	if r < 0x80 {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if r >= 0xFF01 && r <= 0xFF5E {
		return fold(r - 0xFEE0)
	}
	r = unicode.ToLower(r)
	if f, ok := folds[r]; ok {
		return f
	}
	if unicode.Is(unicode.Nd, r) {
		return digit(r)
	}
	return r
}

// digit maps a decimal digit of any script to ASCII. Unicode keeps the ten
// digits of a script together, zero first.
func digit(r rune) rune {
	zero := r
	for zero > r-9 && unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return '0' + (r - zero)
}

var folds = foldTable(
	"aàáâãäåāăą", "cçćĉċč", "dďđð", "eèéêëēĕėęě", "gĝğġģ", "hĥħ", "iìíîïĩīĭįı", "jĵ", "kķ", "lĺļľŀł",
	"nñńņň", "oòóôõöøōŏő", "rŕŗř", "sśŝşšș", "tţťŧț", "uùúûüũūŭůűų", "wŵ", "yýÿŷ", "zźżž",
	"اأإآٱ", "يىی", "كک", "هة", "её",
)

func foldTable(rows ...string) map[rune]rune {
	table := make(map[rune]rune)
	for _, row := range rows {
		base, size := utf8.DecodeRuneInString(row)
		for _, r := range row[size:] {
			table[r] = base
		}
	}
	return table
}

// placeholder gives the length of a redaction placeholder at the start of
// text, such as [name 1], or 0.
func placeholder(text string) int {
	if text[0] != '[' {
		return 0
	}
	i := 1
	for i < len(text) && i < 24 && (text[i] >= 'a' && text[i] <= 'z' || text[i] == ' ') {
		i++
	}
	digits := i
	for i < len(text) && i < 32 && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	if digits < 3 || text[digits-1] != ' ' || i == digits || i == len(text) || text[i] != ']' {
		return 0
	}
	return i + 1
}

// bagOfWords counts the terms of a question: its title twice, and the beginning
// of its body.
func bagOfWords(title, body string) map[string]int {
	bag := make(map[string]int)
	tokens(title, func(w string) { bag[w] += titleWeight })
	tokens(firstRunes(body, maxBodyRunes), func(w string) { bag[w]++ })
	return bag
}

func bagLength(bag map[string]int) int {
	length := 0
	for _, n := range bag {
		length += n
	}
	return length
}

func firstRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
