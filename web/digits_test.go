package web_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"knowhow/payouts/money"
)

// The apps show as many digits of an amount behind the point as we count.
func TestAppsCountMoneyAsWeDo(t *testing.T) {
	text, err := os.ReadFile("ui/src/kit/digits.ts")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]int{}
	for _, line := range regexp.MustCompile(`(?m)^  (\d): '([A-Z ]+)',$`).FindAllStringSubmatch(string(text), -1) {
		for code := range strings.FieldsSeq(line[2]) {
			shown[code] = int(line[1][0] - '0')
		}
	}
	known := map[string]bool{}
	for _, c := range money.Currencies() {
		code := string(c)
		digits, special := shown[code]
		if !special {
			digits = 2
		}
		if want := c.Exponent(); digits != want {
			t.Errorf("%s is shown with %d digits, and has %d", code, digits, want)
		}
		known[code] = true
	}
	for code := range shown {
		if !known[code] {
			t.Errorf("%s is no currency in use", code)
		}
	}
}
