package marketplace_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
)

func TestCheckText(t *testing.T) {
	for _, c := range []struct {
		text     string
		min, max int
		reason   string // "" where the text is fine
	}{
		{"", 0, 10, ""},
		{"Grüße", 1, 7, ""},
		{"", 1, 10, "must not be empty"},
		{"ab", 3, 10, "at least 3 bytes"},
		{"Grüße", 1, 6, "has 7 bytes, at most 6"},
		{"a\xffb", 1, 10, "not valid UTF-8"},
		{"a\x00b", 1, 10, "NUL"},
		{strings.Repeat("x", 1<<20), 0, 4096, "at most 4096"},
		{" \n\t", 1, 10, "must not be blank"},
		{"\u200b\ufeff\u00a0", 1, 10, "must not be blank"},
		{"\u2800\u3164\u115f\ufe0f", 1, 20, "must not be blank"},
		{" \n", 0, 10, ""},
		{"\u200b…", 1, 10, ""},
		{"👍🏽", 1, 10, ""},
		{"نعم", 1, 10, ""},
		{"7", 1, 10, ""},
	} {
		err := marketplace.CheckText("title", c.text, c.min, c.max)
		if c.reason == "" {
			if err != nil {
				t.Errorf("CheckText(%.20q) = %v", c.text, err)
			}
			continue
		}
		var invalid *marketplace.InvalidError
		if !errors.As(err, &invalid) || invalid.Field != "title" || !strings.Contains(invalid.Reason, c.reason) {
			t.Errorf("CheckText(%.20q) = %v, want title: …%s…", c.text, err, c.reason)
		}
	}
}

func TestTypedErrorsAreTheirSentinels(t *testing.T) {
	id := marketplace.NewID[thing]()
	for _, c := range []struct{ err, sentinel error }{
		{&marketplace.InvalidError{Field: "f", Reason: "r"}, marketplace.ErrInvalid},
		{marketplace.NotFound("question", id), marketplace.ErrNotFound},
	} {
		wrapped := fmt.Errorf("load: %w", c.err)
		for _, s := range []error{marketplace.ErrInvalid, marketplace.ErrNotFound, marketplace.ErrForbidden, marketplace.ErrConflict} {
			if got, want := errors.Is(wrapped, s), s == c.sentinel; got != want {
				t.Errorf("errors.Is(%v, %v) = %v", wrapped, s, got)
			}
		}
	}
	if got, want := marketplace.NotFound("question", id).Error(), "no question "+id.String(); got != want {
		t.Errorf("NotFound reads %q, want %q", got, want)
	}
}

func TestClocksTellUTCMicroseconds(t *testing.T) {
	odd := time.Date(2026, 3, 4, 5, 6, 7, 123456789, time.FixedZone("X", 3600))
	want := time.Date(2026, 3, 4, 4, 6, 7, 123456000, time.UTC)
	manual := marketplace.NewManualClock(odd)
	for name, clock := range map[string]marketplace.Clock{
		"manual": manual, "func": marketplace.ClockFunc(func() time.Time { return odd }),
	} {
		if got := clock.Now(); got != want {
			t.Errorf("%s clock tells %v, want %v", name, got, want)
		}
	}
	manual.Advance(90 * time.Second)
	if got := manual.Now(); got != want.Add(90*time.Second) {
		t.Errorf("after Advance it tells %v", got)
	}
	manual.Set(want.Add(-time.Hour))
	if got := manual.Now(); got != want.Add(-time.Hour) {
		t.Errorf("after Set it tells %v", got)
	}
}
