package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxBytes = 600 // of a text are read: more says hardly more, and takes longer
	maxWord  = 48  // runes of a word count; the rest of a longer run of letters is cut off into words of its own
)

// cutter goes through the words of a text: runs of letters and marks, in lower
// case. Mail and web addresses and placeholders such as [name 1] are passed
// over.
type cutter struct {
	text    string
	at      int
	capital bool // the last word began with a capital
	small   bool // a small letter stood in any word
	fresh   bool // an address or placeholder may begin here: what stands before is no part of one
	word    [maxWord + 2]rune
}

func newCutter(text string) cutter {
	if len(text) > maxBytes {
		text = text[:maxBytes] // a rune that is cut apart is no letter
	}
	return cutter{text: text, fresh: true}
}

// next gives the next word with an edge (a blank) on either side, or nil. The
// word is valid until the next call.
func (c *cutter) next() []rune {
	c.word[0] = ' '
	n := 1
	for c.at < len(c.text) && n <= maxWord {
		if c.fresh {
			if skip := passedOver(c.text[c.at:]); skip > 0 {
				if n > 1 {
					break
				}
				c.at += skip
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(c.text[c.at:])
		c.fresh = r >= utf8.RuneSelf || !letter(r) && !strings.ContainsRune(".@-_:/", r)
		if letter(r) {
			if n == 1 {
				c.capital = unicode.IsUpper(r) || unicode.IsTitle(r)
			}
			c.small = c.small || unicode.IsLower(r)
			c.word[n] = unicode.ToLower(r)
			n++
		} else if n > 1 && r != 0x00AD && r != 0x200C {
			break
		}
		c.at += size
	}
	if n == 1 {
		return nil
	}
	c.word[n] = ' '
	return c.word[:n+1]
}

func letter(r rune) bool {
	if r < utf8.RuneSelf {
		return r|0x20 >= 'a' && r|0x20 <= 'z'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r))
}

// passedOver is the length of an address or placeholder at the start of text,
// or 0.
func passedOver(text string) int {
	if text[0] == '[' {
		return placeholder(text)
	}
	if text[0] >= utf8.RuneSelf || text[0] <= ' ' {
		return 0
	}
	end := 1
	for end < len(text) && text[end] > ' ' && text[end] < utf8.RuneSelf {
		end++
	}
	run := text[:end]
	if strings.IndexByte(run, '@') > 0 || strings.Contains(run, "://") || len(run) > 4 && strings.EqualFold(run[:4], "www.") {
		return end
	}
	return 0
}

// placeholder is the length of what stands for redacted data, such as
// [phone 1], at the start of text, or 0.
func placeholder(text string) int {
	i := 1
	for i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || text[i] == ' ') {
		i++
	}
	digits := i
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	if i == digits || digits == 1 || i == len(text) || text[i] != ']' {
		return 0
	}
	return i + 1
}
