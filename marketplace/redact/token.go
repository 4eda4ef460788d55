package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	word    tokenKind = iota // letters, with inner apostrophes and hyphens
	number                   // digits, perhaps with one letter behind: 12, 12b
	mixed                    // letters and digits
	punct                    // one character
	newline                  // one line end
	mark                     // a placeholder
)

type shape uint8

const (
	caseless shape = iota // a script without case, or not a word
	lower
	capital // Xxxx, XxxXxx
	upper   // XX…
	initial // X
)

// token is one piece of a view. A word's key is its folded form.
type token struct {
	start, end int
	key        string
	class      class
	kind       tokenKind
	shape      shape
	char       byte // of a punct; 0 for one that is not ASCII
	spaced     bool // white space before it
	begins     bool // at the beginning of a sentence or line
	possessive bool // 's follows
	camel      bool // a capital inside, as products have: "TaxiFinder"
	taken      bool // inside a span already found
}

func (t *token) is(c class) bool { return t.class&c != 0 }

// tokenize splits a view into tokens.
func tokenize(v *view) []token {
	s := v.s
	tokens := make([]token, 0, len(s)/4+4)
	spaced, begins := false, true
	for i := 0; i < len(s); {
		if s[i] == ' ' || s[i] == '\t' || s[i] == '\r' {
			spaced = true
			i++
			continue
		}
		t := scan(v, i)
		t.spaced, t.begins = spaced, begins
		begins = opensSentence(&t, begins, tokens)
		spaced = false
		i = t.end
		if t.possessive {
			i += len("'s")
		}
		tokens = append(tokens, t)
	}
	return tokens
}

// opensSentence tells whether what follows t begins a sentence.
func opensSentence(t *token, begins bool, before []token) bool {
	switch t.kind {
	case newline:
		return true
	case punct:
		if t.char == '.' && len(before) > 0 {
			last := &before[len(before)-1]
			return !last.is(title) && last.shape != initial
		}
		if t.char == '"' || t.char == '\'' || t.char == '(' || t.char == '>' || t.char == '*' || t.char == '-' {
			return begins || t.char == '"'
		}
		return t.char == '!' || t.char == '?' || t.char == ':' || t.char == 0
	}
	return false
}

// scan reads the token at byte i, which is no space.
func scan(v *view, i int) token {
	s := v.s
	switch c := s[i]; {
	case c == '\n':
		return token{start: i, end: i + 1, kind: newline, char: c}
	case c == '[':
		if n := placeholderAt(s[i:]); n > 0 {
			return token{start: i, end: i + n, kind: mark, taken: true}
		}
		return token{start: i, end: i + 1, kind: punct, char: c}
	case isDigit(c) || isLetter(c) || c >= utf8.RuneSelf:
		return scanWord(v, i)
	default:
		return token{start: i, end: i + 1, kind: punct, char: c}
	}
}

// scanWord reads a word, a number or a mix of both. A word ends before the
// apostrophe of a possessive, and where the script changes to or from Han.
func scanWord(v *view, i int) token {
	s := v.s
	t := token{start: i}
	var n, uppers, digits, cased int
	han := false
	for j := i; j < len(s); {
		r, size := rune(s[j]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[j:])
		}
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r < utf8.RuneSelf && isLetter(byte(r)) || r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.Is(unicode.M, r)):
			if n == 0 {
				han = isHan(r)
			} else if isHan(r) != han {
				return t.finish(v, n, uppers, digits, cased)
			}
			if unicode.IsUpper(r) {
				uppers++
				cased++
			} else if unicode.IsLower(r) {
				cased++
			}
		case (r == '\'' || r == '-') && n > 0 && digits == 0 && j+1 < len(s) && (isLetter(s[j+1]) || s[j+1] >= utf8.RuneSelf):
			if r == '\'' && possessiveAt(s, j) {
				t.possessive = true
				return t.finish(v, n, uppers, digits, cased)
			}
		default:
			if n == 0 { // a character that is no letter
				t.end, t.kind = j+size, punct
				return t
			}
			return t.finish(v, n, uppers, digits, cased)
		}
		n++
		j += size
		t.end = j
	}
	return t.finish(v, n, uppers, digits, cased)
}

// possessiveAt tells whether the apostrophe at j opens a final 's of a noun.
func possessiveAt(s string, j int) bool {
	return s[j+1]|0x20 == 's' && (j+2 >= len(s) || !isLetter(s[j+2]) && s[j+2] != '\'' && s[j+2] < utf8.RuneSelf)
}

// isHan tells letters of scripts that set no spaces between words.
func isHan(r rune) bool { return r >= 0x3040 && r <= 0x9fff || r >= 0x20000 && r <= 0x323af }

// finish names the kind and shape of a word of n characters, and looks it up.
func (t token) finish(v *view, n, uppers, digits, cased int) token {
	switch {
	case digits == n || digits == n-1 && isDigit(v.s[t.start]):
		t.kind = number
	case digits > 0:
		t.kind = mixed
	}
	first, _ := utf8.DecodeRuneInString(v.s[t.start:])
	switch {
	case cased == 0:
		t.shape = caseless
	case uppers == 0:
		t.shape = lower
	case n == 1:
		t.shape = initial
	case uppers == n:
		t.shape = upper
	case unicode.IsUpper(first):
		t.shape = capital
	default:
		t.shape = lower
	}
	if v.low != "" {
		t.key = v.low[t.start:t.end]
	} else {
		t.key = fold(v.s[t.start:t.end])
	}
	if t.kind == word {
		t.camel = t.shape == capital && uppers > 1 && camel(v.s[t.start:t.end])
		t.class = classify(t.key)
	}
	return t
}

// classify looks a key up; a hyphenated one is what all its parts are.
func classify(key string) class {
	c, ok := lexicon()[key]
	if ok || !strings.Contains(key, "-") {
		return c
	}
	c = ^class(0)
	for part := range strings.SplitSeq(key, "-") {
		c &= lexicon()[part]
	}
	return c
}

// camel tells a capital after a small letter, but for names like McDonald,
// DeLuca or Jean-Luc.
func camel(s string) bool {
	for i := 4; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' && s[i-1] >= 'a' && s[i-1] <= 'z' {
			return true
		}
	}
	return false
}
