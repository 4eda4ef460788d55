package program

import (
	"fmt"
	"maps"
	"slices"

	"knowhow/marketplace"
)

// Rubric says what the lines mean, in this program, by which work is judged: a
// brand's own words for reviewers and experts, by line. The lines are always the
// same but for Tone, which counts where the brand says what the right one is.
type Rubric map[string]string

// RubricTone is the line that only some programs have.
const RubricTone = "tone"

// RubricLines are all lines there are.
var RubricLines = []string{"correct", "complete", "kind", "safe", "honest", RubricTone}

const maxRubricLine = 500

// Asks reports whether work is judged by the line.
func (r Rubric) Asks(line string) bool { return line != RubricTone || r[line] != "" }

func (r Rubric) validate() error {
	for _, line := range slices.Sorted(maps.Keys(r)) {
		if !slices.Contains(RubricLines, line) {
			return &marketplace.InvalidError{Field: "policies.rubric", Reason: fmt.Sprintf("%.20q is not one of %v", line, RubricLines)}
		}
		if err := marketplace.CheckText("policies.rubric."+line, r[line], 0, maxRubricLine); err != nil {
			return err
		}
	}
	return nil
}
