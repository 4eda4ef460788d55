package admission

import (
	"slices"
	"time"

	"knowhow/marketplace"
)

// RejectionReason is why a named human rejects an application: a closed list.
type RejectionReason string

const (
	RejectIncomplete  RejectionReason = "incomplete"
	RejectKnowledge   RejectionReason = "knowledge"
	RejectLanguage    RejectionReason = "language"
	RejectEligibility RejectionReason = "eligibility" // such as age or country
	RejectConduct     RejectionReason = "conduct"
)

func (r RejectionReason) check() error {
	list := []RejectionReason{RejectIncomplete, RejectKnowledge, RejectLanguage, RejectEligibility, RejectConduct}
	if !slices.Contains(list, r) {
		return &marketplace.InvalidError{Field: "reason", Reason: "is not one of the listed reasons for a rejection"}
	}
	return nil
}

// reapplyAfter is how long who was rejected waits before the next try: what was
// missing can be mended at once, knowledge takes a while.
var reapplyAfter = map[RejectionReason]time.Duration{
	RejectIncomplete: 0, RejectKnowledge: 14 * 24 * time.Hour, RejectLanguage: 30 * 24 * time.Hour,
	RejectEligibility: 90 * 24 * time.Hour, RejectConduct: 180 * 24 * time.Hour,
}
