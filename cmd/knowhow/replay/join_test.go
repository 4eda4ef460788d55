package replay

import (
	"fmt"
	"testing"
	"time"

	"knowhow/marketplace/expert"
	"knowhow/marketplace/training"
)

// Nobody's next step is before they applied, whatever is missing on record.
func TestNextStepIsAfterTheApplication(t *testing.T) {
	w := past(t, 20, `"asker":"u%d"`)
	applied := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	steps := 0
	for name, j := range map[string]joining{
		"the quiz, without one of the platform": {Enrolment: expert.Enrolment{State: expert.Assessing}, open: training.MissingQuiz},
		"the quiz again":                        {Enrolment: expert.Enrolment{State: expert.Assessing}, open: training.MissingQuiz, platform: 1, quiz: 1},
		"active, nobody knows since when":       {Enrolment: expert.Enrolment{State: expert.Active}},
		"on probation, nobody knows since when": {Enrolment: expert.Enrolment{State: expert.Probation}},
	} {
		j.AppliedAt = applied
		for i := range 9 {
			at, step := w.nextStep(fmt.Sprint("u", i), j)
			if step == nil {
				continue
			}
			steps++
			if at.Before(applied) || j.open != "" && at.Before(applied.Add(quizLeast)) {
				t.Errorf("%s: %v, who applied at %v", name, at, applied)
			}
		}
	}
	if steps <= 27 { // of those who are active some go on
		t.Errorf("%d steps", steps)
	}
}
