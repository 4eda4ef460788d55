//go:build unix

package redact

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestLinear: the processor time for a hostile text grows with its length, not
// faster. Eight times the text may take at most 24 times as long.
func TestLinear(t *testing.T) {
	const short, factor, allowed = 6_000, 8, 24
	r := New(Options{})
	for _, piece := range []string{
		"1 ", "1-", "(1", "+1", "A ", "a@", "@a.", "12 Elm ", "Apt 1 ", "corner of a and ", "at dot ", "::1", "Bob, ", "DE89 ",
		"[name 1", "x at y dot ", "\u200b1", "my name is ", "Meyer ", "://a?b=", "\"a", "我叫", "اسمي ", "A. ", "\n", "a'", "Bob and ",
		"passportπ", "passport no. ", "passport 1-", "a", "Name: ", "of the name (", "called B ", "1.2345,",
	} {
		base := max(cost(r, strings.Repeat(piece, short/len(piece))), 5*time.Millisecond)
		if long := cost(r, strings.Repeat(piece, factor*short/len(piece))); long > allowed*base {
			t.Errorf("%q: %d bytes cost %v, %d bytes %v", piece, short, base, factor*short, long)
		}
	}
}

// cost is the processor time this process spends on redacting a text.
func cost(r *Redactor, text string) time.Duration {
	before := processorTime()
	r.Redact(text, nil)
	return processorTime() - before
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
