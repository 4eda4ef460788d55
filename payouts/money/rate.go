package money

import (
	"fmt"
	"math"
	"math/bits"
)

// Rate is an exchange rate between the minor units of two currencies, exactly:
// Num minor units of the one for Den of the other.
type Rate struct{ Num, Den int64 }

// Convert returns how much m is in the currency to, rounded down: ErrNegative
// when m is, or the rate is not above zero; ErrOverflow.
func (r Rate) Convert(m Money, to Currency) (Money, error) {
	if m.Minor < 0 || r.Num <= 0 || r.Den <= 0 {
		return Money{}, ErrNegative
	}
	hi, lo := bits.Mul64(uint64(m.Minor), uint64(r.Num))
	if hi >= uint64(r.Den) {
		return Money{}, ErrOverflow
	}
	minor, _ := bits.Div64(hi, lo, uint64(r.Den))
	if minor > math.MaxInt64 {
		return Money{}, ErrOverflow
	}
	return Money{Minor: int64(minor), Currency: to}, nil
}

// String is the rate as a fraction: "108/100".
func (r Rate) String() string { return fmt.Sprintf("%d/%d", r.Num, r.Den) }
