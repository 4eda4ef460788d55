package redact

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// find is one piece of personal data found. The value is normalised: the same
// for every way of writing it.
type find struct {
	kind       Kind
	start, end int
	value      string
}

// document is a text with what was found in it so far, in the coordinates of
// the original.
type document struct {
	text  string
	finds []find // in order, without overlap
}

// add merges what was found, dropping what overlaps an earlier find.
func (d *document) add(found []find) {
	d.finds = append(d.finds, found...)
	sort.SliceStable(d.finds, func(i, j int) bool { return d.finds[i].start < d.finds[j].start })
	kept := d.finds[:0]
	end := 0
	for _, f := range d.finds {
		if f.start >= end && f.end > f.start {
			kept = append(kept, f)
			end = f.end
		}
	}
	d.finds = kept
}

// current returns the text as it reads now, and for each byte of it the byte of
// the original; a nil map means the original itself. Which number a placeholder
// bears does not matter for reading on, so all bear 1.
func (d *document) current() (string, []int32) {
	if len(d.finds) == 0 {
		return d.text, nil
	}
	var b strings.Builder
	at := make([]int32, 0, len(d.text)+8*len(d.finds)+1)
	copyTo := func(from, to int) {
		b.WriteString(d.text[from:to])
		for i := from; i < to; i++ {
			at = append(at, int32(i))
		}
	}
	last := 0
	for _, f := range d.finds {
		copyTo(last, f.start)
		stand := placeholder(f.kind, 1)
		b.WriteString(stand)
		for range len(stand) {
			at = append(at, int32(f.start))
		}
		last = f.end
	}
	copyTo(last, len(d.text))
	return b.String(), append(at, int32(len(d.text)))
}

// result numbers the finds and writes the redacted text.
func (d *document) result(b book) Result {
	var out strings.Builder
	spans := make([]Span, 0, len(d.finds))
	last := 0
	for _, f := range d.finds {
		writeValid(&out, d.text[last:f.start])
		s := Span{Kind: f.kind, Start: f.start, End: f.end, Placeholder: placeholder(f.kind, b.number(f.kind, f.value))}
		out.WriteString(s.Placeholder)
		spans = append(spans, s)
		last = f.end
	}
	writeValid(&out, d.text[last:])
	return Result{Text: out.String(), Spans: spans}
}

// writeValid writes s with each invalid byte as U+FFFD.
func writeValid(b *strings.Builder, s string) {
	if utf8.ValidString(s) {
		b.WriteString(s)
		return
	}
	for _, r := range s {
		b.WriteRune(r)
	}
}
