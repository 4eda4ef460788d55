package quality

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// MyRefusal is a refusal as its expert reads it: everything but who.
type MyRefusal struct {
	ID          RefusalID
	BrandID     marketplace.BrandID
	BrandName   string
	Question    question.ID           `gorm:"column:question_id"`
	Assignment  question.AssignmentID `gorm:"column:assignment_id"`
	Title       string                // the question's, redacted
	State       RefusalState
	Reason      RefusalReason
	Evidence    string
	RefusedAt   time.Time
	AppealUntil time.Time
	Statement   string // their own, with the appeal
	AppealedAt  *time.Time
	DecideBy    *time.Time
	Decision    string
	EndedAt     *time.Time
}

// MyRefusals lists the refusals of the caller's own work in every brand, newest
// first.
func (s *Service) MyRefusals(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[MyRefusal], err error) {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return list, &access.ForbiddenError{Permission: "own_refusals"}
	}
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		find := tx.WithContext(ctx).Table("refusals").
			Select(`refusals.id, refusals.brand_id, brands.name AS brand_name, refusals.question_id, refusals.assignment_id,
				questions.title, refusals.state, refusals.reason, refusals.evidence, refusals.refused_at, refusals.appeal_until,
				refusals.statement, refusals.appealed_at, refusals.decide_by, refusals.decision, refusals.ended_at`).
			Joins("JOIN questions ON questions.id = refusals.question_id").
			Joins("JOIN brands ON brands.id = refusals.brand_id").
			Where("refusals.person_id = ?", caller.Person)
		list, err = marketplace.List(find, page, newestRefusal, func(r MyRefusal) marketplace.Place {
			return marketplace.Place{At: r.RefusedAt, ID: r.ID}
		})
		return err
	})
	if err != nil {
		return list, fmt.Errorf("list the caller's refusals: %w", err)
	}
	return list, nil
}

var newestRefusal = marketplace.Order{At: "refusals.refused_at", ID: "refusals.id", Newest: true}

// BrandRefusal is a refusal as the brand reads it. Handle is the expert's
// pseudonym.
type BrandRefusal struct {
	Refusal     Refusal `gorm:"embedded"`
	Handle      string
	Title       string // the question's, redacted
	RewardMinor int64  // what is, or was, at stake
	Currency    payouts.Currency
}

// RefusalFilter narrows a brand's list of refusals; what is zero does not.
type RefusalFilter struct {
	States  []RefusalState // any of them
	Program program.ID
}

// Refusals lists a brand's refusals, newest first (permission RefusePay).
// Errors: *access.ForbiddenError, *marketplace.InvalidError.
func (s *Service) Refusals(ctx context.Context, caller access.Caller, brand marketplace.BrandID, f RefusalFilter, page marketplace.Page) (list marketplace.Listing[BrandRefusal], err error) {
	for _, state := range f.States {
		if !slices.Contains(RefusalStates, state) {
			return list, &marketplace.InvalidError{Field: "state", Reason: fmt.Sprintf("must be one of %v", RefusalStates)}
		}
	}
	err = s.readBrand(ctx, caller, brand, access.RefusePay, func(tx *gorm.DB) (err error) {
		find := tx.WithContext(ctx).Table("refusals").
			Select("refusals.*, experts.handle, questions.title, assignments.reward_minor, assignments.currency").
			Joins("JOIN experts ON experts.person_id = refusals.person_id").
			Joins("JOIN questions ON questions.id = refusals.question_id").
			Joins("JOIN assignments ON assignments.id = refusals.assignment_id").
			Where("refusals.brand_id = ?", brand)
		if len(f.States) > 0 {
			find = find.Where("refusals.state IN ?", f.States)
		}
		if !f.Program.IsZero() {
			find = find.Where("questions.program_id = ?", f.Program)
		}
		list, err = marketplace.List(find, page, newestRefusal, func(r BrandRefusal) marketplace.Place {
			return marketplace.Place{At: r.Refusal.RefusedAt, ID: r.Refusal.ID}
		})
		if err != nil {
			return fmt.Errorf("list the refusals of brand %s: %w", brand, err)
		}
		return nil
	})
	return list, err
}

// GivenFeedback is a customer's feedback as the brand reads it. Title and
// Comment are redacted.
type GivenFeedback struct {
	ID         FeedbackID
	Question   question.ID           `gorm:"column:question_id"`
	Assignment question.AssignmentID `gorm:"column:assignment_id"` // zero: on the brand's own answer
	ProgramID  program.ID
	Title      string
	Solved     bool
	CSAT       int `gorm:"column:csat"` // 1 to 5; 0: none given
	Reason     FeedbackReason
	Comment    string
	GivenAt    time.Time
	ChangedAt  time.Time
}

// FeedbackFilter narrows a brand's list of feedback; what is zero does not.
type FeedbackFilter struct {
	Program     program.ID
	Question    question.ID
	Solved      *bool
	MaxCSAT     int // only where a CSAT was given, and at most this
	Reason      FeedbackReason
	GivenAfter  time.Time
	GivenBefore time.Time
}

func (f FeedbackFilter) check() error {
	if f.MaxCSAT < 0 || f.MaxCSAT > 5 {
		return &marketplace.InvalidError{Field: "max_csat", Reason: "must be from 1 to 5"}
	}
	if f.Reason != "" && !slices.Contains(FeedbackReasons, f.Reason) {
		return &marketplace.InvalidError{Field: "reason", Reason: fmt.Sprintf("must be one of %v", FeedbackReasons)}
	}
	return nil
}

func (f FeedbackFilter) on(find *gorm.DB) *gorm.DB {
	if !f.Program.IsZero() {
		find = find.Where("questions.program_id = ?", f.Program)
	}
	if !f.Question.IsZero() {
		find = find.Where("feedback.question_id = ?", f.Question)
	}
	if f.Solved != nil {
		find = find.Where("feedback.solved = ?", *f.Solved)
	}
	if f.MaxCSAT > 0 {
		find = find.Where("feedback.csat BETWEEN 1 AND ?", f.MaxCSAT)
	}
	if f.Reason != "" {
		find = find.Where("feedback.reason = ?", f.Reason)
	}
	if !f.GivenAfter.IsZero() {
		find = find.Where("feedback.given_at >= ?", f.GivenAfter.UTC())
	}
	if !f.GivenBefore.IsZero() {
		find = find.Where("feedback.given_at < ?", f.GivenBefore.UTC())
	}
	return find
}

// GivenFeedback lists what a brand's customers said, newest first (permission
// SeeQuestions). Errors: *access.ForbiddenError, *marketplace.InvalidError.
func (s *Service) GivenFeedback(ctx context.Context, caller access.Caller, brand marketplace.BrandID, f FeedbackFilter, page marketplace.Page) (list marketplace.Listing[GivenFeedback], err error) {
	if err := f.check(); err != nil {
		return list, err
	}
	err = s.readBrand(ctx, caller, brand, access.SeeQuestions, func(tx *gorm.DB) (err error) {
		find := tx.WithContext(ctx).Table("feedback").
			Select(`feedback.id, feedback.question_id, feedback.assignment_id, questions.program_id, questions.title, feedback.solved,
				feedback.csat, feedback.reason, feedback.comment, feedback.given_at, feedback.changed_at`).
			Joins("JOIN questions ON questions.id = feedback.question_id").
			Where("feedback.brand_id = ?", brand)
		order := marketplace.Order{At: "feedback.given_at", ID: "feedback.id", Newest: true}
		list, err = marketplace.List(f.on(find), page, order, func(r GivenFeedback) marketplace.Place {
			return marketplace.Place{At: r.GivenAt, ID: r.ID}
		})
		if err != nil {
			return fmt.Errorf("list the feedback of brand %s: %w", brand, err)
		}
		return nil
	})
	return list, err
}
