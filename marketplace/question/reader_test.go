package question

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
)

// Lines of descriptions that tell nothing of their topics are no reason to be sure
// of one: what is tested on is not known from the description as a whole.
func TestLinesThatSayNothing(t *testing.T) {
	const topics, each = 12, 8
	var sure, read float64
	for seed := range uint64(2) {
		dice := rand.New(rand.NewPCG(seed, 1))
		text := func() (s string) {
			for range 5 {
				s += fmt.Sprintf("w%d ", dice.IntN(150))
			}
			return s
		}
		var list []program.Topic
		for i := range topics {
			var lines []string
			for range each {
				lines = append(lines, text())
			}
			list = append(list, program.Topic{
				ID: marketplace.NewID[program.Topic](), Slug: fmt.Sprint("t", i), Name: fmt.Sprint("Topic ", i), Description: strings.Join(lines, "\n"),
			})
		}
		var r reader
		if err := r.teach(t.Context(), list, nil, time.Now()); err != nil {
			t.Fatal(err)
		}
		for range 300 {
			sure += r.model.Read(text()).Topics[0].Probability
			read++
		}
	}
	t.Logf("sure of %.3f, by chance %.3f", sure/read, 1./topics)
	if sure/read > 1.4/topics {
		t.Errorf("sure of %.3f, by chance %.3f", sure/read, 1./topics)
	}
}

func TestWhatIsSaidAboutATopic(t *testing.T) {
	above := program.Topic{ID: marketplace.NewID[program.Topic](), Name: "Box", Description: "what it shows"}
	for description, want := range map[string]string{
		"":                   "Remote\n\nBox\nwhat it shows",
		"batteries":          "Remote\nbatteries\nBox\nwhat it shows",
		"batteries\r\nrange": "Remote\nBox\nwhat it shows",
	} {
		below := program.Topic{Name: "Remote", Description: description, ParentID: &above.ID}
		if got := aboutAll(below, []program.Topic{above, below}); got != want {
			t.Errorf("%q: %q, want %q", description, got, want)
		}
	}
}
