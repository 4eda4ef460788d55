package redact

import (
	"testing"
	"unicode/utf8"
)

// check holds the invariants of one redaction, and returns its text.
func check(t *testing.T, r *Redactor, text string) string {
	t.Helper()
	got := r.Redact(text, nil)
	if !utf8.ValidString(got.Text) {
		t.Fatalf("output of %q is not UTF-8: %q", text, got.Text)
	}
	last := 0
	for _, s := range got.Spans {
		if s.Start < last || s.End <= s.Start || s.End > len(text) {
			t.Fatalf("%q: span %+v after %d", text, s, last)
		}
		last = s.End
	}
	if again := r.Redact(got.Text, nil); len(again.Spans) > 0 || again.Text != got.Text {
		t.Fatalf("not idempotent:\n text %q\n once %q\ntwice %q", text, got.Text, again.Text)
	}
	return got.Text
}

func FuzzRedact(f *testing.F) {
	for _, seed := range []string{
		"Dana Whitlow, card 4242 4242 4242 4242, +44 7700 900123: charged twice", "john dot doe at gmail dot com",
		"12 Oak Street, Apt. 4\nSpringfield, IL 62704", "the corner of ul. Grochowa 80 and Lahtinen Road", "اسمي محمد العلي",
		"PSC 1437, Box 3833\nAPO AA 66791", "2001:db8::1 1.2.3.4", "[name 1] Bob [phone 2]", "\xff\xc0 a@b.cc\u200b", "我叫王小明，",
		"my name is a b c", "A. B. C's D and E, F", "https://a:b@c.d/?token=x&e=y#z=1", "0000-00-00 (0) +1-2/3", "Mr. Mr. Jo van der Berg Inc.",
	} {
		f.Add(seed)
	}
	r := New(Options{Names: []string{"Dana Whitlow"}})
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		check(t, r, text)
	})
}

func BenchmarkRedact(b *testing.B) {
	const message = `Hello, my name is Dana Whitlow and I was charged twice for order 48211 yesterday evening. ` +
		`I paid with my card 4242 4242 4242 4242 in the app, and then the page said it failed, so I paid again. ` +
		`You can reach me on +44 7700 900123 or at dana.whitlow@example.com, best after five. ` +
		`Please send the corrected invoice to 12 Oak Street, Apt. 4, Springfield, IL 62704. ` +
		`Is it true that the second payment is returned within three days? My bank in Berlin says it may take longer. Thanks a lot, Dana`
	r := New(Options{})
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		r.Redact(message, nil)
	}
}
