package question

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// OwnSummary is a question as its customer's list shows it, the title in their
// own words.
type OwnSummary struct {
	ID          ID
	ProgramID   program.ID
	ProgramName string
	Title       string
	Language    string
	State       State
	Messages    int

	AskedAt            time.Time
	FirstResponseDueAt time.Time
	ResolutionDueAt    time.Time
	FirstRespondedAt   *time.Time
	ResolvedAt         *time.Time

	TitleSealed []byte `json:"-"`
}

// Questions lists the calling customer's own questions, newest first.
func (s *Service) Questions(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[OwnSummary], err error) {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return list, &access.ForbiddenError{Permission: "own_question"}
	}
	err = s.store.Read(ctx, caller.Brand, func(tx *gorm.DB) (err error) {
		find := tx.WithContext(ctx).Table("questions").
			Select(`questions.id, questions.program_id, programs.name AS program_name, questions.title, questions.title_sealed,
				questions.language, questions.state, questions.messages, questions.asked_at, questions.first_response_due_at,
				questions.resolution_due_at, questions.first_responded_at, questions.resolved_at`).
			Joins("JOIN programs ON programs.id = questions.program_id").
			Where("questions.brand_id = ? AND questions.customer_id = ?", caller.Brand, caller.Customer)
		order := marketplace.Order{At: "questions.asked_at", ID: "questions.id", Newest: true}
		list, err = marketplace.List(find, page, order, func(q OwnSummary) marketplace.Place {
			return marketplace.Place{At: q.AskedAt, ID: q.ID}
		})
		return wrap(err, "list the questions of customer", caller.Customer)
	})
	if err != nil {
		return list, err
	}
	return list, s.openTitles(list.Items)
}

// openTitles puts the customer's own words back; of one who was erased nothing
// is left.
func (s *Service) openTitles(list []OwnSummary) error {
	for i, q := range list {
		if len(q.TitleSealed) == 0 {
			continue
		}
		title, err := s.keys.Open(q.TitleSealed, titleContext(q.ID))
		if err != nil {
			return fmt.Errorf("open the title of question %s: %w", q.ID, err)
		}
		list[i].Title, list[i].TitleSealed = string(title), nil
	}
	return nil
}

// TurnSummary is one of an expert's own turns. Title is the question's,
// redacted. Of what became of the question it tells only their own part.
type TurnSummary struct {
	ID          AssignmentID
	BrandID     marketplace.BrandID
	BrandName   string
	QuestionID  ID
	Title       string
	Language    string
	State       AssignmentState
	EndReason   string
	RewardMinor int64 // what it pays, or may yet pay
	Currency    payouts.Currency
	AcceptedAt  time.Time
	DeliveredAt *time.Time
	EarnedAt    *time.Time
	ReleaseAt   *time.Time
	ConfirmedAt *time.Time
	SettledAt   *time.Time
}

// Reward is what the turn pays, or may yet pay; nil for one that ended without.
func (t TurnSummary) Reward() *payouts.Money {
	return Assignment{State: t.State, ConfirmedAt: t.ConfirmedAt, RewardMinor: t.RewardMinor, Currency: t.Currency}.pay()
}

// assignmentStates lists every state of an assignment.
var assignmentStates = []AssignmentState{Working, Delivered, Earned, Contested, Released, Refused, HandedBack, Lapsed, Cancelled}

// MyTurns lists the caller's own turns in every brand, newest first; with
// states only those in one of them.
func (s *Service) MyTurns(ctx context.Context, caller access.Caller, states []AssignmentState, page marketplace.Page) (list marketplace.Listing[TurnSummary], err error) {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return list, &access.ForbiddenError{Permission: "own_assignments"}
	}
	for _, state := range states {
		if !slices.Contains(assignmentStates, state) {
			return list, &marketplace.InvalidError{Field: "state", Reason: fmt.Sprintf("must be one of %v", assignmentStates)}
		}
	}
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		find := tx.WithContext(ctx).Table("assignments").
			Select(`assignments.id, assignments.brand_id, brands.name AS brand_name, assignments.question_id, questions.title,
				questions.language, assignments.state, assignments.end_reason, assignments.reward_minor, assignments.currency,
				assignments.accepted_at, assignments.delivered_at, assignments.earned_at, assignments.release_at,
				assignments.confirmed_at, assignments.settled_at`).
			Joins("JOIN questions ON questions.id = assignments.question_id").
			Joins("JOIN brands ON brands.id = assignments.brand_id").
			Where("assignments.person_id = ?", caller.Person)
		if len(states) > 0 {
			find = find.Where("assignments.state IN ?", states)
		}
		order := marketplace.Order{At: "assignments.accepted_at", ID: "assignments.id", Newest: true}
		list, err = marketplace.List(find, page, order, func(t TurnSummary) marketplace.Place {
			return marketplace.Place{At: t.AcceptedAt, ID: t.ID}
		})
		return wrap(err, "list the turns of person", caller.Person)
	})
	return list, err
}
