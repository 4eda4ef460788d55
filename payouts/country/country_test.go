package country

import (
	"slices"
	"strings"
	"testing"
	"time"

	"knowhow/payouts/money"
)

var now = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func TestAt(t *testing.T) {
	for _, c := range []struct {
		code     string
		at       time.Time
		ok       bool
		currency money.Currency
	}{
		{"DE", now, true, "EUR"}, {"AL", now, true, "ALL"}, {"RU", now, false, ""}, {"", now, false, ""}, {"de", now, false, ""},
		{"BG", time.Date(2025, 12, 31, 23, 59, 59, 0, time.UTC), true, "BGN"}, {"BG", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), true, "EUR"},
		{"DE", time.Date(2023, 12, 31, 0, 0, 0, 0, time.UTC), false, ""},
	} {
		if got, ok := At(c.code, c.at); ok != c.ok || got.Currency != c.currency {
			t.Errorf("%s at %s: %+v, %t", c.code, c.at, got, ok)
		}
	}
	all := All(now)
	if len(all) < 100 || !slices.IsSortedFunc(all, func(a, b Country) int { return strings.Compare(a.Code, b.Code) }) {
		t.Errorf("%d countries", len(all))
	}
	for _, c := range all {
		if c.Minimum <= 0 || c.floor <= 0 || c.floor > 100 || c.Instant && c.Agreement != Full {
			t.Errorf("%+v", c)
		}
	}
}

func TestReach(t *testing.T) {
	for _, c := range []struct {
		platform, code string
		payable        bool
		agreement      Agreement
		instant        bool // in euros
	}{
		{"US", "DE", true, Full, true}, {"DE", "DE", true, Full, true}, {"DE", "", false, Full, false}, {"DE", "SE", true, Full, false},
		{"US", "PH", true, Recipient, false}, {"PH", "PH", true, Full, false}, {"AU", "DE", true, Recipient, false}, {"US", "RU", false, Recipient, false},
		{"RU", "RU", true, Full, false}, {"US", "MC", true, Recipient, false},
	} {
		if got := Payable(c.platform, c.code, now); got != c.payable {
			t.Errorf("%s pays %s: %t", c.platform, c.code, got)
		}
		if got := AgreementOf(c.platform, c.code, now); got != c.agreement {
			t.Errorf("%s and %s: %s", c.platform, c.code, got)
		}
		if got := Instant(c.platform, c.code, now, "EUR"); got != c.instant {
			t.Errorf("%s pays %s at once: %t", c.platform, c.code, got)
		}
	}
}

func TestFloor(t *testing.T) {
	for _, c := range []struct {
		code     string
		currency money.Currency
		want     int64
	}{
		{"DE", "EUR", 100}, {"DE", "USD", 200}, {"AL", "EUR", 4000}, {"AL", "USD", 5000}, {"AL", "ALL", 300_000}, {"AL", "JPY", 7600},
		{"SV", "USD", 3000}, {"SV", "EUR", 3500}, {"JP", "JPY", 1}, {"AL", "BHD", 0}, {"RU", "EUR", 0}, {"", "EUR", 0},
	} {
		if got := Floor(now, c.code, c.currency); got != c.want {
			t.Errorf("to %s in %s at least %d, want %d", c.code, c.currency, got, c.want)
		}
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	const head = "country,valid_from,available,currency,minimum,floor,instant,agreement\n"
	for _, line := range []string{
		"DE,2024-01-01,yes,EUR,1,1,yes", "DE,2024-13-01,yes,EUR,1,1,yes,full", "DE,2024-01-01,yes,ABC,1,1,yes,full", "DE,2024-01-01,yes,EUR,x,1,yes,full",
		"DE,2024-01-01,yes,EUR,1,x,yes,full", "DEU,2024-01-01,yes,EUR,1,1,yes,full", "DE,2024-01-01,yes,EUR,1,1,yes,half",
		"DE,2024-01-01,yes,EUR,1,1,yes,full\nDE,2024-01-01,yes,EUR,1,1,yes,full",
	} {
		if read, err := readCountries(head + line); err == nil {
			t.Errorf("%q was read: %v", line, read)
		}
	}
	for _, line := range []string{"EUR,2024-01-01", "EUR,x,1", "ABC,2024-01-01,1", "EUR,2024-01-01,x"} {
		if read, err := readRough("currency,valid_from,hundred_euros\n" + line); err == nil {
			t.Errorf("%q was read: %v", line, read)
		}
	}
}
