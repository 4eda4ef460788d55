package mood

import (
	"fmt"

	"knowhow/matching/topic"
)

// The two ends of a question that tell whether the crowd can resolve it.
const (
	byCrowd = "resolved by the crowd"
	byBrand = "only the brand could"
)

// Head learns in one program which questions the crowd could resolve and which
// ended with the brand, beside the cues, which are all there is before. It is
// a topic.Model of two topics: its texts are kept, forgotten and fitted as
// those are, and Model is where to. The zero value knows cues only. It is for
// one goroutine at a time; reading is for many.
type Head struct{ Model topic.Model }

// Learn takes in how a question ended, under its id; a second time replaces the
// first.
func (h *Head) Learn(id, text string, crowdResolvedIt bool) error {
	ending := byBrand
	if crowdResolvedIt {
		ending = byCrowd
	}
	if err := h.Model.Describe(ending, ""); err != nil {
		return err
	}
	if err := h.Model.Learn(id, text, ending); err != nil {
		return fmt.Errorf("learn how question %.40s ended: %w", id, err)
	}
	return nil
}

// halfway is how many texts of the rarer ending weigh as much as the cues.
const halfway = 20

// Resolvable is how far nothing speaks against the crowd, 0 to 1: the cues'
// word, and the more endings of both kinds there were, the more the program's
// own.
func (h *Head) Resolvable(text, language string) float64 {
	cues := Read(text, language).Resolvable
	crowd, brand := h.Model.TextsOf(byCrowd), h.Model.TextsOf(byBrand)
	if crowd == 0 || brand == 0 {
		return cues
	}
	for _, guess := range h.Model.Read(text).Topics {
		if guess.Topic == byCrowd {
			n := float64(min(crowd, brand))
			return (halfway*cues + n*guess.Probability) / (halfway + n)
		}
	}
	return cues // not fitted yet
}
