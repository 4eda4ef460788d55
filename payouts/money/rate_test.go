package money_test

import (
	"errors"
	"math"
	"testing"

	"knowhow/payouts/money"
)

func TestConvert(t *testing.T) {
	for _, tt := range []struct {
		minor    int64
		rate     money.Rate
		want     int64
		wantFail error
	}{
		{100, money.Rate{Num: 108, Den: 100}, 108, nil},
		{99, money.Rate{Num: 1, Den: 100}, 0, nil},
		{199, money.Rate{Num: 1, Den: 100}, 1, nil},
		{0, money.Rate{Num: 7, Den: 3}, 0, nil},
		{math.MaxInt64, money.Rate{Num: math.MaxInt64, Den: math.MaxInt64}, math.MaxInt64, nil},
		{math.MaxInt64, money.Rate{Num: 2, Den: 1}, 0, money.ErrOverflow},
		{math.MaxInt64, money.Rate{Num: math.MaxInt64, Den: 1}, 0, money.ErrOverflow},
		{-1, money.Rate{Num: 1, Den: 1}, 0, money.ErrNegative},
		{1, money.Rate{Num: 0, Den: 1}, 0, money.ErrNegative},
		{1, money.Rate{Num: 1, Den: 0}, 0, money.ErrNegative},
	} {
		got, err := tt.rate.Convert(money.Of(tt.minor, "EUR"), "USD")
		if !errors.Is(err, tt.wantFail) || err == nil && got != money.Of(tt.want, "USD") {
			t.Errorf("%d at %s = %v, %v; want %d, %v", tt.minor, tt.rate, got, err, tt.want, tt.wantFail)
		}
	}
}
