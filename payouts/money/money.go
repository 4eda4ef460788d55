// Package money is exact money: an integer of minor units beside its currency.
// It owns checked arithmetic, shares with a stated rounding, and splits that
// lose nothing; it leaves exchange and localised formatting to others. No
// floating point appears here, and no operation wraps around: what does not fit
// in 64 bits is ErrOverflow.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// ErrCurrency: the code is not an ISO 4217 currency in use.
var ErrCurrency = errors.New("unknown currency")

// ErrMismatch: two amounts of different currencies were combined.
var ErrMismatch = errors.New("currencies differ")

// ErrOverflow: the result does not fit in 64 bits.
var ErrOverflow = errors.New("amount overflows")

// ErrNegative: the operation is defined for amounts of zero or more only.
var ErrNegative = errors.New("amount is negative")

// ErrParts: an amount cannot be split into this many parts.
var ErrParts = errors.New("number of parts must be positive")

// Money is an amount in minor units (cents for EUR, yen for JPY). The zero
// value has no currency and is not valid money.
type Money struct {
	Minor    int64    `json:"amount"`
	Currency Currency `json:"currency"`
}

// Of returns minor units of a currency; it does not check the currency.
func Of(minor int64, c Currency) Money { return Money{Minor: minor, Currency: c} }

// Check returns ErrCurrency unless the currency is one in use.
func (m Money) Check() error { return m.Currency.Check() }

// IsZero reports an amount of nothing, in whatever currency.
func (m Money) IsZero() bool { return m.Minor == 0 }

// Add returns m + o: ErrMismatch when currencies differ, ErrOverflow.
func (m Money) Add(o Money) (Money, error) {
	if m.Currency != o.Currency {
		return Money{}, fmt.Errorf("%w: %s and %s", ErrMismatch, m.Currency, o.Currency)
	}
	sum, err := Add(m.Minor, o.Minor)
	if err != nil {
		return Money{}, err
	}
	return Money{Minor: sum, Currency: m.Currency}, nil
}

// Sub returns m - o: ErrMismatch when currencies differ, ErrOverflow. The
// result may be negative.
func (m Money) Sub(o Money) (Money, error) {
	if o.Minor == math.MinInt64 {
		return Money{}, ErrOverflow
	}
	return m.Add(Money{Minor: -o.Minor, Currency: o.Currency})
}

// Add returns a + b, or ErrOverflow.
func Add(a, b int64) (int64, error) {
	sum := a + b
	if (b > 0 && sum < a) || (b < 0 && sum > a) {
		return 0, ErrOverflow
	}
	return sum, nil
}

// BasisPoints is a share in hundredths of a percent: 10,000 is the whole.
type BasisPoints int64

// Rounding says what happens to a share's fraction of a minor unit.
type Rounding int

const (
	// Down drops the fraction: who takes the share never gets too much.
	Down Rounding = iota
	// HalfUp rounds to the nearest minor unit, one half upwards.
	HalfUp
	// Up rounds any fraction up to the next minor unit.
	Up
)

// Share returns bp of m, rounded as stated: ErrNegative when m or bp is below
// zero, ErrOverflow. Take the other side's share with Sub, so that both add up.
func (m Money) Share(bp BasisPoints, r Rounding) (Money, error) {
	if m.Minor < 0 || bp < 0 {
		return Money{}, ErrNegative
	}
	const whole = 10_000
	hi, lo := bits.Mul64(uint64(m.Minor), uint64(bp))
	if hi >= whole {
		return Money{}, ErrOverflow
	}
	share, rest := bits.Div64(hi, lo, whole)
	if (r == Up && rest > 0) || (r == HalfUp && rest >= whole/2) {
		share++
	}
	if share > math.MaxInt64 {
		return Money{}, ErrOverflow
	}
	return Money{Minor: int64(share), Currency: m.Currency}, nil
}

// Split returns m in n parts that add up to m and differ by at most one minor
// unit, the larger ones first: ErrParts when n < 1, ErrNegative when m is.
func (m Money) Split(n int) ([]Money, error) {
	if n < 1 {
		return nil, ErrParts
	}
	if m.Minor < 0 {
		return nil, ErrNegative
	}
	parts := make([]Money, n)
	each, larger := m.Minor/int64(n), m.Minor%int64(n)
	for i := range parts {
		parts[i] = Money{Minor: each, Currency: m.Currency}
		if int64(i) < larger {
			parts[i].Minor++
		}
	}
	return parts, nil
}

// String is the plain form for logs and terminals: "12.34 EUR", "-5 JPY".
func (m Money) String() string {
	digits, sign := strconv.FormatInt(m.Minor, 10), ""
	if m.Minor < 0 {
		digits, sign = digits[1:], "-"
	}
	if e := m.Currency.Exponent(); e > 0 {
		if len(digits) <= e {
			digits = strings.Repeat("0", e+1-len(digits)) + digits
		}
		digits = digits[:len(digits)-e] + "." + digits[len(digits)-e:]
	}
	return sign + digits + " " + string(m.Currency)
}
