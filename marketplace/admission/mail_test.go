package admission

import (
	"testing"
	"time"

	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/notify/notifytest"
)

func TestEveryMailIsInEveryLanguage(t *testing.T) {
	again := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for _, kind := range []event.Kind{HasPlace, Approved} {
		notifytest.MustSpell(t, letter(expert.Enrolment{}, kind, "Acme", "https://"))
	}
	for _, reason := range []RejectionReason{RejectIncomplete, RejectKnowledge, RejectLanguage, RejectEligibility, RejectConduct} {
		for _, note := range []string{"", "…"} {
			e := expert.Enrolment{DecisionCode: string(reason), DecisionNote: note, ReapplyAt: &again}
			notifytest.MustSpell(t, letter(e, WasRejected, "Acme", "https://"))
		}
	}
}
