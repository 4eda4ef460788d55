package money_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"knowhow/payouts/money"
)

func TestParseCurrency(t *testing.T) {
	for code, want := range map[string]int{"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3, "ISK": 0, "HUF": 2, "COP": 2, "IDR": 2, "RSD": 2, "MGA": 0, "MRU": 2, "SLE": 2, "VES": 2, "XCG": 2, "ZWG": 2} {
		c, err := money.ParseCurrency(code)
		if err != nil || c.Exponent() != want {
			t.Errorf("ParseCurrency(%q) = %q, exponent %d, %v; want exponent %d", code, c, c.Exponent(), err, want)
		}
	}
	for _, code := range []string{"", "eur", "EU", "EURO", "ZZZ", "XXX", "XTS", "DEM", "E\x00R", "HRK", "BGN", "SLL", "CUC", "MRO", "XAU", "CHE"} {
		if _, err := money.ParseCurrency(code); !errors.Is(err, money.ErrCurrency) {
			t.Errorf("ParseCurrency(%q): %v, want ErrCurrency", code, err)
		}
	}
}

func TestAddSub(t *testing.T) {
	tests := []struct {
		name     string
		a, b     money.Money
		sum, dif int64
		sumErr   error
		difErr   error
	}{
		{"plain", money.Of(5, "EUR"), money.Of(3, "EUR"), 8, 2, nil, nil},
		{"top", money.Of(math.MaxInt64, "EUR"), money.Of(1, "EUR"), 0, math.MaxInt64 - 1, money.ErrOverflow, nil},
		{"bottom", money.Of(math.MinInt64, "EUR"), money.Of(1, "EUR"), math.MinInt64 + 1, 0, nil, money.ErrOverflow},
		{"least", money.Of(-1, "EUR"), money.Of(math.MinInt64, "EUR"), 0, 0, money.ErrOverflow, money.ErrOverflow},
		{"mixed", money.Of(1, "EUR"), money.Of(1, "USD"), 0, 0, money.ErrMismatch, money.ErrMismatch},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := tt.a.Add(tt.b); !errors.Is(err, tt.sumErr) || got.Minor != tt.sum {
				t.Errorf("Add = %v, %v; want %d, %v", got, err, tt.sum, tt.sumErr)
			}
			if got, err := tt.a.Sub(tt.b); !errors.Is(err, tt.difErr) || got.Minor != tt.dif {
				t.Errorf("Sub = %v, %v; want %d, %v", got, err, tt.dif, tt.difErr)
			}
		})
	}
}

func TestShareRounds(t *testing.T) {
	tests := []struct {
		minor          int64
		bp             money.BasisPoints
		down, half, up int64
	}{
		{1000, 2000, 200, 200, 200},
		{999, 2500, 249, 250, 250},
		{1, 5000, 0, 1, 1},
		{1, 4999, 0, 0, 1},
		{0, 5000, 0, 0, 0},
		{math.MaxInt64, 10_000, math.MaxInt64, math.MaxInt64, math.MaxInt64},
	}
	for _, tt := range tests {
		for r, want := range map[money.Rounding]int64{money.Down: tt.down, money.HalfUp: tt.half, money.Up: tt.up} {
			got, err := money.Of(tt.minor, "EUR").Share(tt.bp, r)
			if err != nil || got.Minor != want {
				t.Errorf("%d share %d rounding %d = %v, %v; want %d", tt.minor, tt.bp, r, got, err, want)
			}
		}
	}
	if _, err := money.Of(math.MaxInt64, "EUR").Share(10_001, money.Down); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("share over the top: %v, want ErrOverflow", err)
	}
	if _, err := money.Of(-1, "EUR").Share(1, money.Down); !errors.Is(err, money.ErrNegative) {
		t.Errorf("share of a debt: %v, want ErrNegative", err)
	}
}

func TestShareIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Min(0).Draw(t, "minor")
		bp := rapid.Int64Range(0, 20_000).Draw(t, "bp")
		got, err := money.Of(minor, "EUR").Share(money.BasisPoints(bp), money.Down)
		exact := new(big.Int).Mul(big.NewInt(minor), big.NewInt(bp))
		exact.Div(exact, big.NewInt(10_000))
		if !exact.IsInt64() {
			if !errors.Is(err, money.ErrOverflow) {
				t.Fatalf("%d share %d: %v, want ErrOverflow", minor, bp, err)
			}
			return
		}
		if err != nil || got.Minor != exact.Int64() {
			t.Fatalf("%d share %d = %v, %v; want %s", minor, bp, got, err, exact)
		}
	})
}

func TestSplitLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := money.Of(rapid.Int64Min(0).Draw(t, "minor"), "USD")
		parts, err := whole.Split(rapid.IntRange(1, 50).Draw(t, "n"))
		if err != nil {
			t.Fatal(err)
		}
		total := money.Of(0, "USD")
		for _, part := range parts {
			if total, err = total.Add(part); err != nil {
				t.Fatal(err)
			}
		}
		if first, last := parts[0].Minor, parts[len(parts)-1].Minor; total != whole || first-last > 1 || first < last {
			t.Fatalf("split %v: %v", whole, parts)
		}
	})
	if _, err := money.Of(1, "EUR").Split(0); !errors.Is(err, money.ErrParts) {
		t.Errorf("split in none: %v, want ErrParts", err)
	}
	if _, err := money.Of(-1, "EUR").Split(2); !errors.Is(err, money.ErrNegative) {
		t.Errorf("split a debt: %v, want ErrNegative", err)
	}
}

func TestString(t *testing.T) {
	for m, want := range map[money.Money]string{
		money.Of(1234, "EUR"):          "12.34 EUR",
		money.Of(-5, "EUR"):            "-0.05 EUR",
		money.Of(0, "USD"):             "0.00 USD",
		money.Of(1234, "JPY"):          "1234 JPY",
		money.Of(7, "KWD"):             "0.007 KWD",
		money.Of(1955, "BGN"):          "19.55 BGN", // as it was counted
		money.Of(math.MinInt64, "JPY"): "-9223372036854775808 JPY",
	} {
		if got := m.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}
