package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// view is a text made plain for the detectors: zero-width characters gone,
// digits of every script, full-width and styled letters as ASCII, fancy dashes,
// quotes and spaces as the plain ones, invalid bytes as U+FFFD. Letters of other
// scripts and accents stay.
type view struct {
	s   string
	low string  // s in lower case when s is ASCII, else ""
	off []int32 // byte of the original for each byte of s, and its end; nil: the same
}

// origin returns the byte offset in the original of byte i of the view.
func (v *view) origin(i int) int {
	if v.off == nil {
		return i
	}
	return int(v.off[i])
}

// newView makes text plain.
func newView(text string) view {
	if isASCII(text) {
		return view{s: text, low: strings.ToLower(text)}
	}
	var b strings.Builder
	b.Grow(len(text))
	off := make([]int32, 0, len(text)+1)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		before := b.Len()
		writePlain(&b, r)
		for range b.Len() - before {
			off = append(off, int32(i))
		}
		i += size
	}
	off = append(off, int32(len(text)))
	v := view{s: b.String(), off: off}
	if isASCII(v.s) {
		v.low = strings.ToLower(v.s)
	}
	return v
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// writePlain writes the plain form of one rune; nothing for a hidden one.
func writePlain(b *strings.Builder, r rune) {
	switch {
	case r < utf8.RuneSelf:
		b.WriteByte(byte(r))
	case hiddenRune(r):
	case r == '‘' || r == '’' || r == 'ʼ' || r == '＇':
		b.WriteByte('\'')
	case r == '“' || r == '”' || r == '„' || r == '«' || r == '»':
		b.WriteByte('"')
	case r >= '‐' && r <= '―' || r == '−' || r == '﹣':
		b.WriteByte('-')
	case r == '\u0085' || r == '\u2028' || r == '\u2029':
		b.WriteByte('\n')
	case unicode.IsSpace(r):
		b.WriteByte(' ')
	case r == '∆': // the increment sign, for a Greek delta
		b.WriteRune('Δ')
	case r >= '！' && r <= '～':
		b.WriteByte(byte(r - '！' + '!'))
	case unicode.Is(unicode.Nd, r):
		b.WriteByte('0' + digitValue(r))
	case styled(r):
		b.WriteString(norm.NFKC.String(string(r)))
	default:
		b.WriteRune(r)
	}
}

// hiddenRune tells the characters that show nothing and only split words.
func hiddenRune(r rune) bool {
	return r == '\u00ad' || r == '\u034f' || r == '\u061c' || r == '\u180e' || r == '\ufeff' ||
		r >= '\u200b' && r <= '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2060' && r <= '\u206f' ||
		r >= '\ufe00' && r <= '\ufe0f'
}

// styled tells letters and digits that are ASCII in fancy dress.
func styled(r rune) bool {
	return r >= 0x1d400 && r <= 0x1d7ff || r >= 0x2460 && r <= 0x24ff || r >= 0x2070 && r <= 0x2089 ||
		r == '²' || r == '³' || r == '¹'
}

// digitValue returns the value of a decimal digit of any script: each range of
// them begins with a zero.
func digitValue(r rune) byte {
	for _, block := range unicode.Nd.R16 {
		if rune(block.Lo) <= r && r <= rune(block.Hi) {
			return byte((r - rune(block.Lo)) % 10)
		}
	}
	for _, block := range unicode.Nd.R32 {
		if rune(block.Lo) <= r && r <= rune(block.Hi) {
			return byte((r - rune(block.Lo)) % 10)
		}
	}
	return 0
}

// letters spells letters that do not decompose, and the Cyrillic and Greek
// alphabets, in a-z, so that one list of names serves every spelling.
var letters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'œ': "oe", 'ı': "i", 'ŋ': "ng", 'ə': "e",
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'ґ': "g", 'д': "d", 'е': "e", 'є': "ye", 'ж': "zh", 'з': "z", 'и': "i",
	'і': "i", 'й': "y", 'ј': "j", 'к': "k", 'л': "l", 'љ': "lj", 'м': "m", 'н': "n", 'њ': "nj", 'о': "o", 'п': "p",
	'р': "r", 'с': "s", 'т': "t", 'ћ': "c", 'ђ': "dj", 'у': "u", 'ў': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch",
	'џ': "dz", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
	'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l",
	'μ': "m", 'ν': "n", 'ξ': "x", 'ο': "o", 'π': "p", 'ρ': "r", 'σ': "s", 'ς': "s", 'τ': "t", 'υ': "y", 'φ': "f",
	'χ': "ch", 'ψ': "ps", 'ω': "o",
}

// folded is letters, and every precomposed Latin, Greek and Cyrillic letter,
// upper and lower case.
var folded = func() map[rune]string {
	m := make(map[rune]string, 2048)
	for r := rune(0xc0); r < 0x1f00; r++ {
		if r > 0x52f && r < 0x1e00 || !unicode.IsLetter(r) {
			continue
		}
		m[r] = spell(r)
	}
	return m
}()

// spell folds one letter: lower case, without accents, in a-z where it can be.
func spell(r rune) string {
	var b strings.Builder
	for _, d := range norm.NFD.String(string(unicode.ToLower(r))) {
		if unicode.Is(unicode.Mn, d) {
			continue
		}
		if s, ok := letters[d]; ok {
			b.WriteString(s)
		} else {
			b.WriteRune(d)
		}
	}
	if r == 'й' || r == 'Й' {
		return "y"
	}
	return b.String()
}

// fold returns the key of a word: lower case, no accents, a-z where it can be.
func fold(word string) string {
	if isASCII(word) {
		return strings.ToLower(word)
	}
	var b strings.Builder
	b.Grow(len(word))
	for _, r := range word {
		if s, ok := folded[r]; ok {
			b.WriteString(s)
		} else if r < utf8.RuneSelf {
			b.WriteRune(unicode.ToLower(r))
		} else if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
