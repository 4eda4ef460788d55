// Package country knows where experts can be paid and how: a matrix of countries
// with dates, compiled in (countries.csv, which names its sources). It reads no
// clock and decides nothing: who asks says when.
package country

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"knowhow/payouts/money"
)

// Agreement is the provider's service agreement for accounts of a country.
type Agreement string

const (
	// Full is that of countries whose platforms and accounts reach each other.
	Full Agreement = "full"
	// Recipient takes transfers only; it cannot be changed later.
	Recipient Agreement = "recipient"
)

// Country is how accounts of a country are paid from a day on.
type Country struct {
	Code      string // ISO 3166, two letters
	Since     time.Time
	Available bool
	Currency  money.Currency // in which the provider pays out there
	Minimum   int64          // the least it pays out, in minor units of Currency
	Instant   bool
	Agreement Agreement

	floor int64 // about the same in whole euros
}

//go:embed countries.csv
var countriesCSV string

//go:embed rough.csv
var roughCSV string

// rough is what a hundred euros are about, in whole units, from a day on.
type rough struct {
	since   time.Time
	hundred int64
}

var (
	matrix = mustRead(readCountries(countriesCSV))
	rates  = mustRead(readRough(roughCSV))
)

// mustRead is for what is compiled in, which a test reads too.
func mustRead[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// At is how a country is paid at a time; ok is false where it cannot be, or is
// not known.
func At(code string, at time.Time) (c Country, ok bool) {
	for _, line := range matrix[code] {
		if line.Since.After(at) {
			break
		}
		c = line
	}
	return c, c.Available
}

// All are the countries that can be paid at a time, by code.
func All(at time.Time) []Country {
	var list []Country
	for _, code := range slices.Sorted(maps.Keys(matrix)) {
		if c, ok := At(code, at); ok {
			list = append(list, c)
		}
	}
	return list
}

// Payable reports whether experts of a country can be paid by a platform of
// another, or the same, which always can.
func Payable(platform, code string, at time.Time) bool {
	if code == platform {
		return true
	}
	_, ok := At(code, at)
	return ok
}

// AgreementOf is under which agreement an account is opened by a platform.
func AgreementOf(platform, code string, at time.Time) Agreement {
	if code == "" || code == platform {
		return Full
	}
	theirs, ok := At(code, at)
	ours, known := At(platform, at)
	if ok && known && theirs.Agreement == Full && ours.Agreement == Full {
		return Full
	}
	return Recipient
}

// Instant reports whether what a platform pays in a currency can arrive at once in
// a country: under the full agreement, and in its own currency.
func Instant(platform, code string, at time.Time, c money.Currency) bool {
	of, ok := At(code, at)
	return ok && of.Instant && of.Currency == c && AgreementOf(platform, code, at) == Full
}

// Floor is the least that can be paid out to a country, in minor units of the
// currency that a program pays in: exactly where it is the country's, else roughly
// and rather too much. 0 where no limit is known.
func Floor(at time.Time, code string, c money.Currency) int64 {
	of, ok := At(code, at)
	if !ok {
		return 0
	}
	if of.Currency == c {
		return of.Minimum
	}
	var hundred int64
	for _, r := range rates[c] {
		if !r.since.After(at) {
			hundred = r.hundred
		}
	}
	return minor((of.floor*hundred+99)/100, c)
}

// minor is so many whole units in minor units.
func minor(whole int64, c money.Currency) int64 {
	for range c.Exponent() {
		whole *= 10
	}
	return whole
}

// lines are the fields of a file's lines, its head excluded.
func lines(text string, columns int) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment, r.FieldsPerRecord = '#', columns
	all, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	return all[1:], nil
}

func readCountries(text string) (map[string][]Country, error) {
	all, err := lines(text, 8)
	if err != nil {
		return nil, fmt.Errorf("read the countries: %w", err)
	}
	read := map[string][]Country{}
	for _, f := range all {
		c := Country{Code: f[0], Available: f[2] == "yes", Currency: money.Currency(f[3]), Instant: f[6] == "yes", Agreement: Agreement(f[7])}
		minimum, err1 := strconv.ParseInt(f[4], 10, 32)
		floor, err2 := strconv.ParseInt(f[5], 10, 32)
		since, err3 := time.Parse(time.DateOnly, f[1])
		err4 := c.Currency.Check()
		if c.Currency.Former() { // until another line's day
			err4 = nil
		}
		for _, err := range []error{err1, err2, err3, err4} {
			if err != nil {
				return nil, fmt.Errorf("read country %s: %w", c.Code, err)
			}
		}
		c.Since, c.Minimum, c.floor = since, minor(minimum, c.Currency), floor
		before := read[c.Code]
		if len(c.Code) != 2 || len(before) > 0 && !before[len(before)-1].Since.Before(since) || c.Agreement != Full && c.Agreement != Recipient {
			return nil, fmt.Errorf("read country %s: its code, day or agreement", c.Code)
		}
		read[c.Code] = append(before, c)
	}
	return read, nil
}

func readRough(text string) (map[money.Currency][]rough, error) {
	all, err := lines(text, 3)
	if err != nil {
		return nil, fmt.Errorf("read the rough rates: %w", err)
	}
	read := map[money.Currency][]rough{}
	for _, f := range all {
		c := money.Currency(f[0])
		since, err1 := time.Parse(time.DateOnly, f[1])
		hundred, err2 := strconv.ParseInt(f[2], 10, 32)
		for _, err := range []error{err1, err2, c.Check()} {
			if err != nil {
				return nil, fmt.Errorf("read the rough rate of %s: %w", c, err)
			}
		}
		read[c] = append(read[c], rough{since, hundred})
	}
	return read, nil
}
