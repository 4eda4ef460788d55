package pages

import (
	"io/fs"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"knowhow/payouts/money"
)

var placeholders = regexp.MustCompile(`\{[a-z0-9]+\}`)

// Every language says everything, with the same placeholders.
func TestEveryLanguageSaysEverything(t *testing.T) {
	l, err := readLibrary()
	if err != nil {
		t.Fatal(err)
	}
	english := l.find("en")
	if len(l.list) < 3 || l.list[0] != english {
		t.Fatalf("%d languages", len(l.list))
	}
	for _, w := range l.list {
		for key, forms := range english.said {
			if w.said[key]["other"] == "" {
				t.Errorf("%s lacks %s", w.Lang, key)
				continue
			}
			want := slices.Sorted(slices.Values(placeholders.FindAllString(forms["other"], -1)))
			if got := slices.Sorted(slices.Values(placeholders.FindAllString(w.said[key]["other"], -1))); !slices.Equal(slices.Compact(got), slices.Compact(want)) {
				t.Errorf("%s: %s has %v, want %v", w.Lang, key, got, want)
			}
		}
		for key := range w.said {
			if english.said[key] == nil {
				t.Errorf("%s: %s is not said in English", w.Lang, key)
			}
		}
	}
}

var (
	literal  = regexp.MustCompile(`\b(?:T|N|Or|Knows|say)\b\s*\(?"([a-z0-9_.]+)"`)
	composed = regexp.MustCompile(`print "([a-z0-9_.]+\.)"`)
)

// What the templates say there is a text for.
func TestTemplatesSayWhatIsThere(t *testing.T) {
	l, err := readLibrary()
	if err != nil {
		t.Fatal(err)
	}
	said, found := slices.Collect(maps.Keys(l.list[0].said)), 0
	err = fs.WalkDir(sources, "templates", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(sources, path)
		for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
			if found++; !slices.Contains(said, m[1]) {
				t.Errorf("%s says %s, for which there is no text", path, m[1])
			}
		}
		for _, m := range composed.FindAllStringSubmatch(string(text), -1) {
			if !slices.ContainsFunc(said, func(key string) bool { return strings.HasPrefix(key, m[1]) }) {
				t.Errorf("%s says %s…, for which there are no texts", path, m[1])
			}
		}
		return err
	})
	if err != nil || found < 150 {
		t.Errorf("%d texts found: %v", found, err)
	}
}

func TestMoneyAndTimesAreWrittenAsTheLanguageDoes(t *testing.T) {
	l, err := readLibrary()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want string }{
		{l.find("en").Money(money.Of(1234567, "EUR")), "€12,345.67"},
		{l.find("de").Money(money.Of(1234567, "EUR")), "12.345,67\u00a0€"},
		{l.find("en").Money(money.Of(5, "USD")), "$0.05"},
		{l.find("en").Money(money.Of(-250, "CHF")), "−CHF2.50"},
		{l.find("de").Money(money.Of(1200, "JPY")), "1.200\u00a0¥"},
		{l.find("en").Share(8457), "84.57%"},
		{l.find("de").Share(8457), "84,57\u00a0%"},
		{l.find("de").Share(1500), "15\u00a0%"},
		{l.find("en").For(10800), "3 hours"}, {l.find("en").For(90061), "1 day 1 hour"}, {l.find("de").For(60), "1 Minute"},
		{l.find("en").For(59), "59 seconds"}, {l.find("ar").For(7200), "ساعتان"}, {l.find("ar").For(3 * 86400), "3 أيام"},
		{l.find("de").Language("en-GB"), "English"}, {l.find("en").Weekday(6), "Sunday"}, {l.find("de").Number(1.25), "1,2"},
		{string(l.find("en").When(time.Date(2026, 3, 9, 8, 5, 0, 0, time.UTC))), `<time datetime="2026-03-09T08:05:00Z">9 Mar 2026, 08:05 UTC</time>`},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// The bar of a receipt is filled by its parts, which add up.
func TestTheBarAddsUp(t *testing.T) {
	s := sums{Currency: "EUR", Held: 333, Experts: 250, Fees: 50, Returned: 33}
	shares, at, sum := s.Shares(), 0.0, int64(0)
	for _, part := range shares {
		if math.Abs(part.From-at) > 1e-9 || math.Abs(part.FromRight()-(100-at-part.Wide)) > 1e-9 {
			t.Errorf("%+v begins elsewhere than %v", part, at)
		}
		at, sum = at+part.Wide, sum+part.Amount.Minor
	}
	if len(shares) != 3 || math.Abs(at-100) > 1e-9 || sum != s.Held {
		t.Errorf("%+v fill %v, %d", shares, at, sum)
	}
	if (sums{}).Shares() != nil {
		t.Error("nothing has shares")
	}
}

func TestHoursOfTheWeek(t *testing.T) {
	var h hours
	h[0][9], h[0][10], h[6][23] = 4, 2, 3
	days, bars := h.Days(), h.Bars()
	if len(days) != 7 || len(days[0].Parts) != 8 || days[0].Parts[3].Count != 6 || days[0].Parts[3].Shade != 4 || days[6].Parts[7].Shade != 2 || days[1].Sum != 0 {
		t.Errorf("%+v", days)
	}
	if len(bars) != 24 || bars[9].Height != 100 || bars[23].Height != 75 || bars[0].Height != 0 {
		t.Errorf("%+v", bars)
	}
}
