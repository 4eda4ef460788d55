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
	subject, text := letter(e, kind, brand+", "+p.Name)
	if text == "" {
		return nil
	}
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: e.BrandID, Key: fmt.Sprintf("%s:%s:%d", kind, e.ID, s.clock.Now().UnixMicro()), To: e.PersonID, Subject: subject,
		Text: text + "\n\n" + s.notify.Link("work/programs/"+e.ProgramID.String(), "") + "\n",
	})
}

// letter is what is written; no text: nothing.
func letter(e expert.Enrolment, kind event.Kind, where string) (subject, text string) {
	switch kind {
	case HasPlace:
		return "There is a place for you", "The wait is over: a place has come free at " + where + ". You can go on with your application."
	case Approved:
		return "You are in", "You may answer questions now: " + where + ". At first all of your work is looked at by a person."
	case WasRejected:
		return "Your application was declined", fmt.Sprintf("A person at %s has declined your application.\n\nTheir reason: %s.%s\n\nYou may apply again from %s.",
			where, rejections[RejectionReason(e.DecisionCode)], noted(e.DecisionNote), e.ReapplyAt.UTC().Format("2 January 2006"))
	}
	return "", ""
}

func noted(note string) string {
	if note == "" {
		return ""
	}
	return "\nThey wrote: " + note
}

var rejections = map[RejectionReason]string{
	RejectIncomplete:  "something is missing from the application",
	RejectKnowledge:   "more knowledge of the products is needed",
	RejectLanguage:    "the language does not yet suffice",
	RejectEligibility: "the program's conditions, such as age or country, are not met",
	RejectConduct:     "conduct",
}
