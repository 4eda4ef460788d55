package admission

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
)

// writeTx tells an applicant or expert by mail what was decided about them, with
// the reason; it cannot be turned off. What else happens they are not written.
func (s *Service) writeTx(ctx context.Context, tx *gorm.DB, kind event.Kind, e expert.Enrolment) error {
	p, err := s.programs.LoadTx(ctx, tx, e.ProgramID)
	if err != nil {
		return err
	}
	brand, err := program.BrandNameTx(ctx, tx, e.BrandID)
	if err != nil {
		return err
	}
	l := letter(e, kind, brand+", "+p.Name, s.notify.Link("work/programs/"+e.ProgramID.String(), ""))
	if l.Name == "" {
		return nil
	}
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: e.BrandID, Key: fmt.Sprintf("%s:%s:%d", kind, e.ID, s.clock.Now().UnixMicro()), To: e.PersonID, Says: l,
	})
}

// letter is what is written; no name: nothing.
func letter(e expert.Enrolment, kind event.Kind, where, link string) notify.Letter {
	values := notify.Values{"where": where, "link": link}
	switch kind {
	case HasPlace:
		return notify.Letter{Name: "admission.place", Values: values}
	case Approved:
		return notify.Letter{Name: "admission.approved", Values: values}
	case WasRejected:
		values["reason"], values["note"] = notify.Words{Of: "admission.reason." + e.DecisionCode}, ""
		if e.DecisionNote != "" {
			values["note"] = notify.Words{Of: "admission.note", Values: notify.Values{"words": e.DecisionNote}}
		}
		values["from"] = notify.Day(*e.ReapplyAt) // whoever is rejected has one
		return notify.Letter{Name: "admission.rejected", Values: values}
	}
	return notify.Letter{}
}
