// Package words cuts text of any language into runs of letters and digits, in
// the one form under which everything in matching looks words up. It owns what
// counts as the same character, what separates words and which scripts have no
// spaces; what is made of the runs is its callers' business.
package words

import (
	"unicode"
	"unicode/utf8"
)

// Cut gives each run of letters, digits and marks of any script to emit,
// folded (see Fold). Unspaced says that the run is of a script written without
// spaces, or of Korean, whose particles cling to the word. Placeholders of
// redacted data such as [phone 1] give nothing. Any bytes are fine; invalid
// UTF-8 separates words. The run is valid during the call only and never
// empty.
func Cut(text string, emit func(run []rune, unspaced bool)) {
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
	run      []rune
	unspaced bool
	emit     func(run []rune, unspaced bool)
}

func (c *cutter) take(r rune) {
	if ignorable(r) {
		return
	}
	r = Fold(r)
	if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
		c.flush()
		return
	}
	if u := unspaced(r); u != c.unspaced {
		c.flush()
		c.unspaced = u
	}
	c.run = append(c.run, r)
}

func (c *cutter) flush() {
	if len(c.run) > 0 {
		c.emit(c.run, c.unspaced)
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

// unspaced tells the scripts whose words are not told apart by spaces.
func unspaced(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == 'ー'
}

// Fold maps a character to the one it is found under: lower case, accents off
// for Latin, one form for Arabic letters that are typed in several, ASCII for
// full-width letters and for digits of other scripts.
func Fold(r rune) rune {
	if r < 0x80 {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if r >= 0xFF01 && r <= 0xFF5E {
		return Fold(r - 0xFEE0)
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
// digits of a script together, zero first; mathematical ones follow each other
// by tens.
func digit(r rune) rune {
	zero := r
	for unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return '0' + (r-zero)%10
}

var folds = foldTable(
	"aàáâãäåāăą", "cçćĉċč", "dďđð", "eèéêëēĕėęě", "gĝğġģ", "hĥħ", "iìíîïĩīĭįı", "jĵ", "kķ", "lĺļľŀł",
	"nñńņň", "oòóôõöøōŏő", "rŕŗř", "sśŝşšș", "tţťŧț", "uùúûüũūŭůűų", "wŵ", "yýÿŷ", "zźżž",
	// Vietnamese
	"aạảấầẩẫậắằẳẵặ", "eẹẻẽếềểễệ", "iỉị", "oơọỏốồổỗộớờởỡợ", "uưụủứừửữự", "yỳỵỷỹ",
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
