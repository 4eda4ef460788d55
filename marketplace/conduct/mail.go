package conduct

import (
	"context"
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
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: m.BrandID, Key: "measure:" + occasion + ":" + m.ID.String(), To: m.PersonID,
		Says: m.notice(occasion, brand+", "+p.Name, s.notify.Link("work/refusals", ""), p.Policies.Review.DecideAppealWithin),
	})
}

// notice is what is written on an occasion.
func (m Measure) notice(occasion, where, link string, within time.Duration) notify.Letter {
	end := notify.Words{Of: "conduct.end", Values: notify.Values{"link": link, "measure": m.ID.String()}}
	return notify.Letter{Name: m.noticeName(occasion), Values: notify.Values{
		"where": where, "topics": m.Topics, "decision": m.Decision, "end": end,
		"why": notify.Words{Of: "conduct.why", Values: notify.Values{
			"reason": notify.Words{Of: "conduct.reason." + string(m.Reason)}, "evidence": m.Evidence,
			"at": notify.Moment(m.ImposedAt), "within": inDays(within), "end": end,
		}},
	}}
}

func (m Measure) noticeName(occasion string) string {
	suspended := m.Kind == Suspension
	switch {
	case occasion == "imposed" && suspended:
		return "conduct.suspended"
	case occasion == "imposed":
		return "conduct.restricted"
	case occasion == "lifted" && suspended:
		return "conduct.suspension_lifted"
	case occasion == "lifted":
		return "conduct.restriction_lifted"
	case occasion == appealUpheld:
		return "conduct.upheld"
	case occasion == appealUndecided:
		return "conduct.undecided"
	}
	return "conduct.rejected"
}

func inDays(d time.Duration) notify.Count {
	if days := int(d / (24 * time.Hour)); days > 1 {
		return notify.Count{Of: "time.days", N: days}
	}
	return notify.Count{Of: "time.hours", N: int(d / time.Hour)}
}
