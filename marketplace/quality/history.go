package quality

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/earnings"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/signin"
	"knowhow/marketplace/training"
)

// HistoryKinds are what a brand's history tells: who was given or lost which
// power, what was changed in a program, and who was judged.
var HistoryKinds = []event.Kind{
	access.MemberAdded, access.MemberRemoved, access.KeyCreated, access.KeyRevoked, customer.KeyCreated, customer.KeyRevoked,
	signin.InvitationSent, signin.InvitationAccepted, signin.InvitationWasWithdrawn,
	program.BrandCreated, program.Created, program.PoliciesSet, program.LanguagesSet, program.RolloutSet, program.OriginsSet, program.BrandingSet,
	program.TopicAdded, program.TopicModeSet, program.TopicDescribed, program.Launched, program.WasPaused, program.Resumed, program.WasClosed,
	program.Funded, program.BudgetAllocated, program.BudgetReturned, program.PaymentBegun, program.TopUpSet, program.BudgetSet, program.BudgetIsLow,
	earnings.RefundAsked,
	admission.HasApplied, admission.Approved, admission.Activated, expert.HasPaused, expert.Unpaused, conduct.WasSuspended, conduct.Reinstated,
	conduct.WasRestricted, conduct.Unrestricted, conduct.WasContested, conduct.WasDecided,
	admission.HasLeft, admission.WasRejected, admission.EnrolledByHuman, expert.CertifiedSet, training.TermsPublished, training.QuizPublished, expert.EvidenceAdded,
	EventReviewed, EventRefused, EventAppealed, EventAppealDecided, EventSignalSettled,
}

// Happening is one entry of a brand's history: ids and codes, no words.
type Happening struct {
	Kind    event.Kind
	Subject event.Subject
	At      time.Time
	By      string         // the access.Caller who did it; empty: nobody's doing, or not told
	Detail  map[string]any // what else is on record of it
}

// History lists what happened in a brand, newest first (permission SeeHistory).
// Errors: *access.ForbiddenError, *marketplace.InvalidError.
func (s *Service) History(ctx context.Context, caller access.Caller, brand marketplace.BrandID, page marketplace.Page) (list marketplace.Listing[Happening], err error) {
	err = s.readBrand(ctx, caller, brand, access.SeeHistory, func(tx *gorm.DB) error {
		found, err := s.events.HistoryTx(ctx, tx, brand, HistoryKinds, page)
		if err != nil {
			return err
		}
		list = marketplace.Listing[Happening]{Items: make([]Happening, len(found.Items)), Next: found.Next}
		for i, e := range found.Items {
			if list.Items[i], err = HappeningOf(e); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// HappeningOf tells who did it apart from what else the event holds.
func HappeningOf(e event.Event) (Happening, error) {
	h := Happening{Kind: e.Kind, Subject: e.Subject, At: e.At}
	if err := json.Unmarshal(e.Data, &h.Detail); err != nil {
		return h, fmt.Errorf("read the data of event %d: %w", e.Seq, err)
	}
	if by, ok := h.Detail["by"].(string); ok {
		h.By = by
		if by != "" && !strings.Contains(by, ":") { // this room's events hold a person's id
			h.By = string(access.KindPerson) + ":" + by
		}
	}
	delete(h.Detail, "by")
	return h, nil
}
