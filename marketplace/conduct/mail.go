package conduct

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
)

// noticeTx writes to the expert what was decided about a measure; it cannot be
// turned off. It names no one and quotes the reason and the evidence only.
func (s *Service) noticeTx(ctx context.Context, tx *gorm.DB, m Measure, occasion string) error {
	p, err := s.programs.LoadTx(ctx, tx, m.ProgramID)
	if err != nil {
		return err
	}
	brand, err := program.BrandNameTx(ctx, tx, m.BrandID)
	if err != nil {
		return err
	}
	subject, text := m.notice(occasion, brand+", "+p.Name, p.Policies.Review.DecideAppealWithin)
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: m.BrandID, Key: "measure:" + occasion + ":" + m.ID.String(), To: m.PersonID, Subject: subject,
		Text: text + "\n\n" + s.notify.Link("work/refusals", "") + "\n\nMeasure " + m.ID.String() + "\n",
	})
}

// notice is what is written on an occasion.
func (m Measure) notice(occasion, where string, within time.Duration) (subject, text string) {
	suspended := m.Kind == Suspension
	pick := func(suspension, restriction string) string {
		if suspended {
			return suspension
		}
		return restriction
	}
	switch occasion {
	case "imposed":
		return pick("You were suspended", "You were restricted"), fmt.Sprintf(`A person at %s has decided that you are not asked any more%s.

Their reason: %s.
They wrote: %s

Decided at %s. What you earned stays yours and is paid out.

You may appeal at once, and at any later time while this holds. Somebody else then decides within %s; if nobody does, it ends.`,
			where, pick("", " about these topics: "+strings.Join(m.Topics, ", ")), suspensions[m.Reason], m.Evidence,
			m.ImposedAt.UTC().Format(time.RFC1123), inDays(within))
	case "lifted":
		return pick("Your suspension has ended", "Your restriction has ended"), "A person has taken it back: " + where + ". You are asked again as before."
	case appealUpheld:
		return "Your appeal was upheld", fmt.Sprintf("Another person has looked at it: %s. You are asked again as before.\n\nThey wrote: %s", where, m.Decision)
	case appealUndecided:
		return "Your appeal counts as upheld", "Nobody decided it in time: " + where + ". You are asked again as before."
	}
	return "Your appeal was rejected", fmt.Sprintf("Another person has looked at it, and it holds: %s.\n\nThey wrote: %s", where, m.Decision)
}

func inDays(d time.Duration) string {
	if days := int(d / (24 * time.Hour)); days > 1 {
		return fmt.Sprintf("%d days", days)
	}
	return fmt.Sprintf("%d hours", int(d/time.Hour))
}

// suspensions says each reason in words, for the expert.
var suspensions = map[Reason]string{
	SuspendQuality: "answers below the program's bar, on review",
	SuspendConduct: "conduct towards customers or colleagues",
	SuspendPrivacy: "personal data was mishandled",
	SuspendFraud:   "pretended work or identity",
	SuspendTerms:   "the accepted terms were broken",
}
