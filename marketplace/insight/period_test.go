package insight

import (
	"errors"
	"testing"
	"time"

	"knowhow/marketplace"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestBucketsFollowTheCalendar(t *testing.T) {
	for name, c := range map[string]struct {
		asked       Asked
		first, last string
		n           int
	}{
		"days of four weeks":       {Asked{To: at("2026-03-29T10:00:00Z")}, "2026-03-01T00:00:00Z", "2026-03-29T00:00:00Z", 29},
		"the clock goes forward":   {Asked{From: at("2026-03-28T12:00:00Z"), To: at("2026-03-31T12:00:00Z"), Zone: "Europe/Berlin"}, "2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z", 4},
		"the clock goes back":      {Asked{From: at("2026-10-24T12:00:00Z"), To: at("2026-10-26T12:00:00Z"), Zone: "Europe/Berlin"}, "2026-10-23T22:00:00Z", "2026-10-25T23:00:00Z", 3},
		"weeks begin on Monday":    {Asked{From: at("2026-03-01T00:00:00Z"), To: at("2026-03-16T00:00:00Z"), Bucket: Week}, "2026-02-23T00:00:00Z", "2026-03-09T00:00:00Z", 3},
		"hours of an odd zone":     {Asked{From: at("2026-03-01T00:10:00Z"), To: at("2026-03-01T02:00:00Z"), Bucket: Hour, Zone: "Asia/Kolkata"}, "2026-02-28T23:30:00Z", "2026-03-01T01:30:00Z", 3},
		"hours where one is twice": {Asked{From: at("2026-10-25T00:00:00Z"), To: at("2026-10-25T04:00:00Z"), Bucket: Hour, Zone: "Europe/Berlin"}, "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z", 4},
		"a day without a midnight": {Asked{From: at("2018-11-03T12:00:00Z"), To: at("2018-11-06T12:00:00Z"), Zone: "America/Sao_Paulo"}, "2018-11-03T03:00:00Z", "2018-11-06T02:00:00Z", 4},
	} {
		p, err := c.asked.period(at("2026-03-29T10:00:00Z"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if first, last := p.starts[0], p.starts[len(p.starts)-1]; !first.Equal(at(c.first)) || !last.Equal(at(c.last)) || len(p.starts) != c.n {
			t.Errorf("%s: %d buckets from %s to %s, want %d from %s to %s", name, len(p.starts), first, last, c.n, c.first, c.last)
		}
		for i := 1; i < len(p.starts); i++ {
			if !p.starts[i-1].Before(p.starts[i]) {
				t.Errorf("%s: bucket %d begins at %s, after %s", name, i, p.starts[i], p.starts[i-1])
			}
		}
	}
}

// Every moment of a period counts in it and in one bucket, every one of the
// period before in that alone, and no other anywhere.
func TestSlots(t *testing.T) {
	p, err := Asked{From: at("2026-03-28T12:00:00Z"), To: at("2026-03-31T12:00:00Z"), Zone: "Europe/Berlin"}.period(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for when, want := range map[string][]int{
		"2026-03-25T11:59:59Z": nil, "2026-03-25T12:00:00Z": {previousSlot}, "2026-03-28T11:59:59Z": {previousSlot},
		"2026-03-28T12:00:00Z": {wholeSlot, 2}, "2026-03-28T22:59:59Z": {wholeSlot, 2}, "2026-03-28T23:00:00Z": {wholeSlot, 3},
		"2026-03-29T21:59:59Z": {wholeSlot, 3}, "2026-03-29T22:00:00Z": {wholeSlot, 4},
		"2026-03-31T11:59:59Z": {wholeSlot, 5}, "2026-03-31T12:00:00Z": nil,
	} {
		got := p.slots(at(when))
		if len(got) != len(want) || len(got) > 0 && got[0] != want[0] || len(got) > 1 && got[1] != want[1] {
			t.Errorf("%s counts in %v, want %v", when, got, want)
		}
	}
}

func TestPeriodsThatAreRefused(t *testing.T) {
	now := at("2026-03-29T10:00:00Z")
	for name, c := range map[string]struct {
		asked Asked
		field string
	}{
		"no zone":       {Asked{Zone: "Atlantis/Center"}, "tz"},
		"a path":        {Asked{Zone: "../etc/passwd"}, "tz"},
		"the machine's": {Asked{Zone: "Local"}, "tz"},
		"no bucket":     {Asked{Bucket: "month"}, "bucket"},
		"backwards":     {Asked{From: now, To: now.Add(-time.Hour)}, "to"},
		"nothing":       {Asked{From: now, To: now}, "to"},
		"too long":      {Asked{From: now.AddDate(-4, 0, 0)}, "to"},
		"too fine":      {Asked{From: now.AddDate(0, 0, -40), Bucket: Hour}, "bucket"},
		"long ago":      {Asked{From: time.Date(3, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(3, 1, 2, 0, 0, 0, 0, time.UTC)}, "from"},
		"far away":      {Asked{From: time.Date(9999, 6, 1, 0, 0, 0, 0, time.UTC), To: time.Date(9999, 7, 1, 0, 0, 0, 0, time.UTC)}, "from"},
	} {
		var invalid *marketplace.InvalidError
		if _, err := c.asked.period(now); !errors.As(err, &invalid) || invalid.Field != c.field {
			t.Errorf("%s: %v, want %s invalid", name, err, c.field)
		}
	}
}
