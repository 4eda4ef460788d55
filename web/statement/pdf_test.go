package statement

import (
	"bytes"
	"compress/zlib"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/uuid"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"knowhow/marketplace/earnings"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

func example(lines int) earnings.Statement {
	id := program.ID(uuid.MustParse("01900000-0000-7000-8000-000000000001"))
	st := earnings.Statement{Name: "Zofia Żółć", Programs: map[program.ID]string{id: "Ελληνικά, русский"}, Provider: "sandbox", Sandbox: true}
	st.Expert, st.Currency = uuid.MustParse("01900000-0000-7000-8000-000000000002"), "EUR"
	st.Month = payouts.MonthOf(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	st.Opening = payouts.Standing{Available: 123_456}
	st.Closing = st.Opening
	for i := range lines {
		l := payouts.StatementLine{At: st.Month.Add(time.Duration(i) * time.Hour), Kind: payouts.LineEarned, Work: payouts.ForAssignment, Program: uuid.UUID(id)}
		l.Pending = 250
		st.Lines, st.Closing = append(st.Lines, l), st.Closing.Plus(l.Standing)
	}
	return st
}

// shown is what the streams of a PDF set, letter by letter: the glyphs of a page
// are written as UTF-16 with fpdf's typefaces.
func shown(t *testing.T, file []byte) string {
	t.Helper()
	var all strings.Builder
	for rest := file; ; {
		_, after, found := bytes.Cut(rest, []byte("stream\n"))
		if !found {
			return all.String()
		}
		r, err := zlib.NewReader(bytes.NewReader(after))
		if err == nil {
			text, _ := io.ReadAll(r)
			if bytes.Contains(text, []byte("BT ")) {
				all.WriteString(strings.ReplaceAll(string(text), "\x00", ""))
			}
		}
		_, rest, _ = bytes.Cut(after, []byte("endstream"))
	}
}

func TestPDF(t *testing.T) {
	st := example(90)
	file, err := PDF(st, nil, "de-AT, en;q=0.5")
	if err != nil || !bytes.HasPrefix(file, []byte("%PDF-")) || !bytes.Contains(file, []byte("%%EOF")) {
		t.Fatalf("%.20q, %v", file, err)
	}
	again, err := PDF(st, nil, "de")
	if err != nil || !bytes.Equal(file, again) {
		t.Errorf("the same statement is another file: %d and %d bytes, %v", len(file), len(again), err)
	}
	if pages := bytes.Count(file, []byte("/Type /Page\n")); pages != 3 {
		t.Errorf("%d pages", pages)
	}
	text := shown(t, file)
	for _, want := range []string{"1.234,56", "1.459,56", "Abrechnung der Verdienste", "2026-03-01 00:00", "Spielgeld", "Seite 3 von 3"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if n := strings.Count(text, "2026-03-0"); n != 90 {
		t.Errorf("it has %d lines", n)
	}
	if strings.Contains(text, "Quadrat") {
		t.Error("a letter was missing")
	}
	for _, lang := range []string{"", "en-GB", "ar", "zz;q=x"} {
		file, err := PDF(example(0), nil, lang)
		if text := shown(t, file); err != nil || !strings.Contains(text, "Nothing moved in this month.") || !strings.Contains(text, "1,234.56") {
			t.Errorf("%q: %v", lang, err)
		}
	}
}

// What was earned says under its line what it is made of; what is of one part, and
// what only follows, does not.
func TestItemsOfRewards(t *testing.T) {
	st := example(60)
	for i := range st.Lines {
		st.Lines[i].Subject = uuid.New()
	}
	released := st.Lines[1]
	released.Kind, released.Subject = payouts.LineReleased, st.Lines[0].Subject
	st.Lines = append(st.Lines, released)
	items := map[uuid.UUID][]program.QuoteItem{
		st.Lines[0].Subject: {
			{Code: program.ItemTopic, Minor: 150, Topic: "box"}, {Code: program.ItemLanguage, Minor: -10, Language: "de"}, {Code: program.ItemEffort, Minor: 30, Minutes: 4, Sample: 20},
			{Code: program.ItemQueue, Minor: 23, Waiting: 6, Hands: 3}, {Code: program.ItemFloor, Minor: 57, Hourly: 123_456, Minutes: 4, Own: true},
		},
		st.Lines[1].Subject:  {{Code: program.ItemBase, Minor: 250}},
		st.Lines[59].Subject: {{Code: program.ItemBase, Minor: 200}, {Code: program.ItemHour, Minor: 50}},
	}
	file, err := PDF(st, items, "en")
	if err != nil {
		t.Fatal(err)
	}
	text := shown(t, file)
	for _, want := range []string{
		"1.50  For an answer on the topic", "−0.10  For the language", "0.30  Such answers take 4 minutes", "0.23  Many waited: 6 for 3 free",
		"0.57  So that an hour earns 1,234.56, the floor where you live", "2.00  For the answer", "0.50  For this hour of the week",
	} {
		if n := strings.Count(plain(text), want); n != 1 {
			t.Errorf("it says %q %d times", want, n)
		}
	}
	if strings.Contains(plain(text), "2.50  For the answer") {
		t.Error("what is of one part is told")
	}
}

// plain is text that was set, its letters written as they are in Go.
func plain(set string) string {
	set = strings.NewReplacer("\\(", "(", "\\)", ")").Replace(set)
	return strings.ReplaceAll(set, "\x22\x12", "−")
}

// What the typeface does not have is a square, and the statement says so.
func TestLettersAreNotMangled(t *testing.T) {
	var s setter
	for text, want := range map[string]string{
		"Jürgen Żółć": "Jürgen Żółć", "Zoe\u0301\tX": "Zoé X", "Ольга Ωμέγα €": "Ольга Ωμέγα €",
	} {
		if got := s.fit(text); got != want || s.lacked {
			t.Errorf("%q is set as %q", text, got)
		}
	}
	if got := s.fit("سارة 王 A"); got != "□□□□ □ A" || !s.lacked {
		t.Errorf("set as %q, %t", got, s.lacked)
	}
	st := example(1)
	st.Name = "王小明"
	file, err := PDF(st, nil, "en")
	if err != nil || !strings.Contains(shown(t, file), "typeface does not have") {
		t.Errorf("nothing is said of it: %v", err)
	}
}

func TestLettersAreTheTypefaces(t *testing.T) {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	var b sfnt.Buffer
	for r := rune(0x21); r < 0xfffd; r++ {
		glyph, err := f.GlyphIndex(&b, r)
		if has := err == nil && glyph != 0; has != unicode.Is(letters, r) {
			t.Errorf("%U: the typeface has it: %t", r, has)
		}
	}
}

// Every language says the same things, in letters that can be set.
func TestWords(t *testing.T) {
	all, err := library()
	if err != nil || len(all) < 2 || all[0].lang != "en" {
		t.Fatalf("%v, %v", all, err)
	}
	keys := slices.Sorted(maps.Keys(all[0].said))
	for _, w := range all {
		if got := slices.Sorted(maps.Keys(w.said)); !slices.Equal(got, keys) {
			t.Errorf("%s says %v, English %v", w.lang, got, keys)
		}
		var s setter
		for key, text := range w.said {
			if s.fit(text); s.lacked || text == "" {
				t.Fatalf("%s: %s cannot be set: %q", w.lang, key, text)
			}
		}
		for _, code := range []string{
			program.ItemBase, program.ItemTopic, program.ItemLanguage, program.ItemEffort, program.ItemQueue, program.ItemHour, program.ItemBounds, program.ItemFloor, question.ItemHandoff,
		} {
			if w.said["item."+code] == "" || w.item(program.QuoteItem{Code: code}, "") == "" {
				t.Errorf("%s has no word for the item %s", w.lang, code)
			}
		}
		for _, kind := range payouts.LineKinds {
			if w.said["line."+string(kind)] == "" {
				t.Errorf("%s has no word for %s", w.lang, kind)
			}
		}
		if strings.Count(w.said["months"], ",") != 11 {
			t.Errorf("%s has the months %s", w.lang, w.said["months"])
		}
	}
	en := all[0]
	for minor, want := range map[int64]string{0: "0.00", 5: "0.05", -5: "−0.05", -123_456_789: "−1,234,567.89", 100_000: "1,000.00"} {
		if got := en.amount(minor, "EUR"); got != want {
			t.Errorf("%d is %s, want %s", minor, got, want)
		}
	}
	if got := en.amount(1500, "JPY"); got != "1,500" {
		t.Errorf("yen: %s", got)
	}
}
