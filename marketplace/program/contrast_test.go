package program

import (
	"fmt"
	"math"
	"testing"
)

// On every accent the text that TextOn gives can be read: whatever the colour,
// black or white reaches the least contrast, so no colour is refused for it.
func TestTextCanBeReadOnEveryAccent(t *testing.T) {
	least := 21.0
	for rgb := 0; rgb < 1<<24; rgb += 257 {
		b := Branding{Accent: fmt.Sprintf("#%06x", rgb)}
		light, _ := luminance(b.Accent)
		got := contrast(1, light)
		if b.TextOn() == "#000000" {
			got = contrast(light, 0)
		}
		least = min(least, got)
		if _, err := b.normal(); got < leastContrast || err != nil {
			t.Fatalf("%s has a contrast of %.2f: %v", b.Accent, got, err)
		}
	}
	if least > 4.7 {
		t.Errorf("the worst contrast seen is %.2f: the colours prove nothing", least)
	}
}

// The reference values of WCAG's definition.
func TestContrast(t *testing.T) {
	for _, c := range []struct {
		colour  string
		onWhite float64
		text    string
	}{{"#ffffff", 1, "#000000"}, {"#000000", 21, "#ffffff"}, {"#767676", 4.54, "#000000"}, {"#0000ff", 8.59, "#ffffff"}, {"#ff0000", 4.00, "#000000"}} {
		light, ok := luminance(c.colour)
		if got := contrast(1, light); !ok || math.Abs(got-c.onWhite) > 0.005 {
			t.Errorf("%s on white: %.3f, want %.2f", c.colour, got, c.onWhite)
		}
		if got := (Branding{Accent: c.colour}).TextOn(); got != c.text {
			t.Errorf("text on %s is %s, want %s", c.colour, got, c.text)
		}
	}
}
