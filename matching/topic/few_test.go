package topic

import (
	"fmt"
	"testing"
)

// Texts of which nothing tells the topic are read so: those that were tested on
// had no part in what words are worth.
func TestFewTextsThatSayNothing(t *testing.T) {
	const topics, each = 12, 8
	var sure, read float64
	for seed := range uint64(2) {
		d, m := &dice{seed}, &Model{}
		text := func() (s string) {
			for range 5 {
				s += fmt.Sprintf("w%d ", d.below(150))
			}
			return s
		}
		for i := range topics * each {
			if i < topics {
				must(t, m.Describe(named(i), text()))
			}
			must(t, m.Learn(fmt.Sprint(i), text(), named(i%topics)))
		}
		must(t, m.Fit(nil))
		for range 300 {
			sure += m.Read(text()).Topics[0].Probability
			read++
		}
	}
	t.Logf("sure of %.3f, by chance %.3f", sure/read, 1./topics)
	if sure/read > 1.25/topics {
		t.Errorf("sure of %.3f, by chance %.3f", sure/read, 1./topics)
	}
}
