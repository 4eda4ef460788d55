package replay

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
)

const three = `{"id":"a","title":"A?","created":"2026-01-01T10:00:00","asker":"u1","answers":[{"by":"u2","at":"2026-01-01T11:00:00","score":2,"text":"Yes."}],"best":"u2","best_src":"accepted"}
{"id":"b","title":"","created":"2026-01-02T10:00:00","asker":null,"answers":[{"by":"u3","at":"2026-01-02T11:00:00","text":""}],"best":null,"best_src":"none"}
{"id":"c","title":"C?","created":"2026-01-03T10:00:00","asker":"u2","answers":[]}
`

func file(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "questions.jsonl")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadCutsTheWindow(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte(three)); err != nil || w.Close() != nil {
		t.Fatal("could not gzip")
	}
	for name, content := range map[string][]byte{"plain": []byte(three), "gzipped": zipped.Bytes()} {
		c, err := load(file(t, content), "b", "c")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(c.history) != 1 || len(c.window) != 1 || c.window[0].ID != "b" || !c.history[0].labelled() || c.window[0].labelled() {
			t.Errorf("%s: %+v", name, c)
		}
		if c.window[0].Title == "" || c.window[0].Answers[0].Text == "" {
			t.Errorf("%s: what has no text got no word: %+v", name, c.window[0])
		}
	}
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	tests := []struct{ name, content, from, to, want string }{
		{"no questions", "", "", "", "--data"},
		{"no JSON", "{", "", "", "line 1"},
		{"twice", strings.Repeat(strings.SplitAfter(three, "\n")[0], 2), "", "", "line 2"},
		{"no id", `{"created":"2026-01-01T10:00:00"}`, "", "", "id"},
		{"no time", `{"id":"a"}`, "", "", "created"},
		{"another time", `{"id":"a","created":"yesterday"}`, "", "", "yesterday"},
		{"a number for a title", `{"id":"a","title":5}`, "", "", "invalid title"},
		{"a list for a question", `[1]`, "", "", "invalid question"},
		{"an answer at no time", `{"id":"a","created":"2026-01-01T10:00:00","answers":[{"by":"u7"}]}`, "", "", "u7"},
		{"a long name", `{"id":"a","created":"2026-01-01T10:00:00","asker":"` + strings.Repeat("x", 201) + `"}`, "", "", "invalid asker"},
		{"a name with a NUL", `{"id":"a\u0000","created":"2026-01-01T10:00:00"}`, "", "", "invalid id"},
		{"out of order", strings.Replace(three, "2026-01-03", "2025-01-03", 1), "", "", "line 3"},
		{"unknown from", three, "z", "", "--from"},
		{"unknown to", three, "", "z", "--to"},
		{"to before from", three, "c", "b", "--to"},
	}
	for _, test := range tests {
		_, err := load(file(t, []byte(test.content)), test.from, test.to)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want it to name %q", test.name, err, test.want)
		}
	}
	if _, err := load(file(t, []byte(three)), "z", ""); !errors.Is(err, marketplace.ErrInvalid) {
		t.Errorf("an unknown --from is %v, want ErrInvalid", err)
	}
}

// What other communities' files hold: blank lines, times with a zone, authors
// who left, a resolver who did not answer, more tags than a question may have.
func TestLoadTakesWhatFilesHold(t *testing.T) {
	odd := "\n" + `{"id":"a","created":"2026-01-01T12:00:00+02:00","asker":null,"tags":["","` + strings.Repeat("y", 99) + `"` +
		strings.Repeat(`,"t"`, 30) + `],"answers":[{"by":null,"at":"2026-01-01T11:00:00Z"},{"by":" ","at":"2026-01-01T11:00:00Z"},` +
		`{"by":" u1 ","at":"2026-01-01T11:00:00Z"}],"best":"u9","best_src":"accepted"}` + "\r\n\n"
	c, err := load(file(t, []byte(odd)), "", "")
	if err != nil {
		t.Fatal(err)
	}
	p := c.window[0]
	if len(p.Answers) != 1 || p.Answers[0].By != "u1" || p.labelled() {
		t.Errorf("answers %+v, labelled %v: want u1's alone, and nobody to have resolved it", p.Answers, p.labelled())
	}
	if len(p.Tags) != mostTags || len(p.Tags[0]) != longestTag || p.Created.Hour() != 10 {
		t.Errorf("tags %q, created %s", p.Tags, p.Created)
	}
}

// Every user gets a handle that the services take, and one of their own.
func TestHandles(t *testing.T) {
	seen := map[string]string{}
	for _, user := range []string{"u1", "U1", "u-1", "u 1", "Ünal", "7", strings.Repeat("a", 200), strings.Repeat("a", 199), "a\u00e4", "李"} {
		h := handle(user)
		if err := program.CheckSlug("handle", h); err != nil {
			t.Errorf("%q: %v", user, err)
		}
		if other, taken := seen[h]; taken {
			t.Errorf("%q and %q are both %q", user, other, h)
		}
		seen[h] = user
	}
	if handle("u1") != "u1" {
		t.Error("what is a slug already must stay")
	}
}

// The way to a receipt must not give away the database's password.
func TestReportKeepsThePassword(t *testing.T) {
	var text strings.Builder
	if err := (Report{example: "the-id", Currency: "EUR"}).write(&text, "postgres://u:hush@host/db"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text.String(), "hush") || !strings.Contains(text.String(), "knowhow receipt the-id") {
		t.Errorf("printed %s", text.String())
	}
}

func TestClipKeepsCharactersWhole(t *testing.T) {
	long := post{Title: strings.Repeat("ä", question.MaxTitle), Body: "a\x00b\xff"}.fitted()
	if len(long.Title) > question.MaxTitle || strings.Contains(long.Title, "\uFFFD") {
		t.Errorf("title of %d bytes: %q", len(long.Title), long.Title)
	}
	if long.Body != "ab\uFFFD" {
		t.Errorf("body %q", long.Body)
	}
}

func TestChance(t *testing.T) {
	c := community{digest: "x"}
	accepts, again, answers := c.draw("accept", "q/1/u1"), c.draw("accept", "q/1/u1"), c.draw("answer", "q/1/u1")
	if accepts != again || accepts == answers {
		t.Error("a draw must follow from purpose and names")
	}
	hits := 0
	for i := range 10_000 {
		d := c.draw("share", string(rune(i)))
		if d.in(30) {
			hits++
		}
		if wait := d.between(time.Second, time.Minute); wait < time.Second || wait >= time.Minute {
			t.Fatalf("wait %s is out of bounds", wait)
		}
	}
	if hits < 2_800 || hits > 3_200 {
		t.Errorf("%d of 10,000 draws at 30 %%", hits)
	}
}
