package quality

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/notify"
)

// letter is what an expert is written. It names no one, quotes nothing of the
// conversation and holds no personal data.
type letter struct {
	kind          notify.Kind
	subject, text string
}

// writeTx writes to the refusal's expert once per occasion.
func (s *Service) writeTx(ctx context.Context, tx *gorm.DB, f Refusal, occasion string, l letter) error {
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: f.BrandID, Kind: l.kind, Key: "refusal:" + occasion + ":" + f.ID.String(), To: f.PersonID, Subject: l.subject, Text: l.text,
	})
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 MST") }

func refusedMail(f Refusal) letter {
	return letter{notify.ReviewsAndRefusals, "Your reward for an answer was refused", fmt.Sprintf(`A person at the brand has decided not to pay for one of your answers.

Their reason: %s.

The evidence is shown with your assignment. You may appeal until %s; somebody who has not judged your answer before will then decide. Until it is decided the money stays set aside.

Refusal %s
`, refusalReasons[f.Reason], day(f.AppealUntil), f.ID)}
}

func decidedMail(f Refusal, how string) letter {
	text := map[string]string{
		"upheld":    "Your appeal was upheld. The reward for your answer is now available to you.",
		"rejected":  "Your appeal was looked at by another person and rejected. The reason is shown with your assignment.",
		"undecided": "Nobody decided your appeal in time, so it counts as upheld. The reward for your answer is now available to you.",
	}[how]
	return letter{notify.Appeals, "Your appeal was decided", fmt.Sprintf("%s\n\nRefusal %s\n", text, f.ID)}
}
