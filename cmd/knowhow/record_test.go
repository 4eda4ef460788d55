package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"knowhow/marketplace/insight/workrecord"
)

// A record verifies by what the service publishes, and does not with one byte
// altered.
func TestRecordVerify(t *testing.T) {
	key := workrecord.NewKey(bytes.Repeat([]byte{7}, 32))
	signed, err := key.Sign(workrecord.Record{
		Issuer: "https://knowhow.example", IssuedOn: "2026-03-02", Person: workrecord.Person{Name: "Ada Archer", Handle: "ada"},
		Programs: []workrecord.Program{{
			Brand: "Brindlewave", Name: "Support", State: "left", Since: "2026-01-02",
			Topics: []workrecord.Topic{{Slug: "box", Answered: 3, Paid: 2, First: "2026-01-03", Last: "2026-02-01"}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := key.Published()
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, text []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	published := file("keys.json", keys)
	text, stderr, code := knowhow(t, "record", "verify", file("record.json", signed), "--keys", published)
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, part := range []string{"Verified: signed by https://knowhow.example on 2026-03-02", "Ada Archer (ada)", "Brindlewave, Support: left, since 2026-01-02", "box: 3 answered, 2 paid"} {
		if !strings.Contains(text, part) {
			t.Errorf("the text lacks %q:\n%s", part, text)
		}
	}
	altered := bytes.Replace(signed, []byte(`"answered":3`), []byte(`"answered":9`), 1)
	if text, stderr, code := knowhow(t, "record", "verify", file("altered.json", altered), "--keys", published); code != 1 || !strings.Contains(stderr, "does not verify") || text != "" {
		t.Errorf("altered: exit code %d, %q, %q", code, text, stderr)
	}
}
