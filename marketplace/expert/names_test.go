package expert

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A set has what was put into it and nothing else, on either side of the names
// that have a bit of their own.
func TestNameSetsAreSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		known := names{}
		word := rapid.Custom(func(t *rapid.T) string { return fmt.Sprint("topic-", rapid.IntRange(0, 90).Draw(t, "number")) })
		lists := rapid.SliceOfN(rapid.SliceOf(word), 1, 20).Draw(t, "lists")
		sets := make([]nameSet, len(lists))
		for i, list := range lists {
			sets[i] = known.set(list)
		}
		if len(known) > 64 {
			t.Fatalf("%d names have bits", len(known))
		}
		for i, list := range lists {
			if sets[i].empty() != (len(list) == 0) {
				t.Fatalf("%v: empty is %v", list, sets[i].empty())
			}
			for n := range 91 {
				text := fmt.Sprint("topic-", n)
				if got := sets[i].has(known.name(text)); got != slices.Contains(list, text) {
					t.Fatalf("%v has %s: %v", list, text, got)
				}
			}
		}
	})
}
