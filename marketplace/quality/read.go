package quality

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// maxList is how many rows one list returns at most.
const maxList = 50

// WorkView is a question and one expert's answer to it as somebody reads them
// who judges the answer: redacted, without names and without pay.
type WorkView struct {
	Title    string
	Context  string
	Tags     []string
	Language string
	Turns    []question.Turn // up to the expert's last message; without other experts'
}

// OpenReview is a review that waits for a verdict.
type OpenReview struct {
	ID     ReviewID
	Due    time.Time
	Reward payouts.Money // what a peer earns by it; zero: nothing
	Work   WorkView
}

// OpenReviews lists the reviews that the caller may decide, soonest due first.
func (s *Service) OpenReviews(ctx context.Context, caller access.Caller, brand marketplace.BrandID) ([]OpenReview, error) {
	var list []OpenReview
	err := s.readBrand(ctx, caller, brand, access.ReviewWork, func(tx *gorm.DB) error {
		list = nil
		var reviews []Review
		err := judgeable(tx, "reviews", caller.Person).
			Where("brand_id = ? AND state = ? AND next_due_at > ?", brand, ReviewOpen, s.clock.Now()).
			Order("next_due_at, created_at").Limit(maxList).Find(&reviews).Error
		if err != nil {
			return fmt.Errorf("list the open reviews: %w", err)
		}
		for _, r := range reviews {
			view, mine, err := s.viewTx(ctx, tx, caller.Person, r.AssignmentID)
			if err != nil {
				return err
			}
			if !mine {
				reward := payouts.Money{Minor: r.RewardMinor, Currency: r.Currency}
				list = append(list, OpenReview{ID: r.ID, Due: *r.NextDueAt, Reward: reward, Work: view})
			}
		}
		return nil
	})
	return list, err
}

// Proposal is a failing verdict on work that is not yet paid: whether to refuse
// it is a human's decision, until ReleaseAt.
type Proposal struct {
	Review     ReviewID
	Assignment question.AssignmentID
	Scores     map[Criterion]int
	Note       string
	ReleaseAt  time.Time
	Work       WorkView
}

// Proposals lists the failing verdicts on which the caller may still refuse,
// soonest release first.
func (s *Service) Proposals(ctx context.Context, caller access.Caller, brand marketplace.BrandID) ([]Proposal, error) {
	var list []Proposal
	err := s.readBrand(ctx, caller, brand, access.RefusePay, func(tx *gorm.DB) error {
		list = nil
		var reviews []Review
		err := judgeable(tx, "reviews", caller.Person).Joins("JOIN assignments ON assignments.id = reviews.assignment_id").
			Where("reviews.brand_id = ? AND NOT reviews.passed AND assignments.state = ? AND assignments.release_at > ?",
				brand, question.Earned, s.clock.Now()).
			Order("assignments.release_at, reviews.ended_at").Limit(maxList).Find(&reviews).Error
		if err != nil {
			return fmt.Errorf("list the failed reviews: %w", err)
		}
		for _, r := range reviews {
			a, err := question.AssignmentTx(ctx, tx, r.AssignmentID)
			if err != nil {
				return err
			}
			view, mine, err := s.viewTx(ctx, tx, caller.Person, r.AssignmentID)
			if err != nil {
				return err
			}
			if !mine {
				list = append(list, Proposal{r.ID, r.AssignmentID, r.Scores, r.Note, *a.ReleaseAt, view})
			}
		}
		return nil
	})
	return list, err
}

// OpenAppeal is a refusal whose appeal waits for a decision.
type OpenAppeal struct {
	Refusal   RefusalID
	Reason    RefusalReason
	Evidence  string
	Statement string
	DecideBy  time.Time
	Work      WorkView
}

// OpenAppeals lists the appeals that the caller may decide, soonest due first.
func (s *Service) OpenAppeals(ctx context.Context, caller access.Caller, brand marketplace.BrandID) ([]OpenAppeal, error) {
	var list []OpenAppeal
	err := s.readBrand(ctx, caller, brand, access.DecideAppeal, func(tx *gorm.DB) error {
		list = nil
		var refusals []Refusal
		err := judgeable(tx, "refusals", caller.Person).
			Where("brand_id = ? AND state = ? AND decide_by > ? AND refused_by <> ?", brand, Appealed, s.clock.Now(), caller.Person).
			Where("NOT EXISTS (SELECT 1 FROM reviews WHERE reviews.assignment_id = refusals.assignment_id AND reviewer_id = ?)", caller.Person).
			Order("decide_by, appealed_at").Limit(maxList).Find(&refusals).Error
		if err != nil {
			return fmt.Errorf("list the open appeals: %w", err)
		}
		for _, f := range refusals {
			review, reviewed, err := verdictTx(ctx, tx, f.AssignmentID)
			if err != nil {
				return err
			}
			view, mine, err := s.viewTx(ctx, tx, caller.Person, f.AssignmentID)
			if err != nil {
				return err
			}
			if !mine && !(reviewed && review.ReviewerID == caller.Person) {
				list = append(list, OpenAppeal{f.ID, f.Reason, f.Evidence, f.Statement, *f.DecideBy, view})
			}
		}
		return nil
	})
	return list, err
}

// MyRefusal is a refusal as its expert reads it: everything but who.
type MyRefusal struct {
	ID          RefusalID
	Question    question.ID
	Assignment  question.AssignmentID
	State       RefusalState
	Reason      RefusalReason
	Evidence    string
	RefusedAt   time.Time
	AppealUntil time.Time
	DecideBy    *time.Time
	Decision    string
}

// MyRefusals lists the refusals of the caller's own work in every brand, newest
// first.
func (s *Service) MyRefusals(ctx context.Context, caller access.Caller) ([]MyRefusal, error) {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return nil, &access.ForbiddenError{Permission: "own_refusals"}
	}
	var refusals []Refusal
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Where("person_id = ?", caller.Person).Order("refused_at DESC").Limit(maxList).Find(&refusals).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list the caller's refusals: %w", err)
	}
	list := make([]MyRefusal, len(refusals))
	for i, f := range refusals {
		list[i] = MyRefusal{
			f.ID, f.QuestionID, f.AssignmentID, f.State, f.Reason, f.Evidence, f.RefusedAt, f.AppealUntil, f.DecideBy, f.Decision,
		}
	}
	return list, nil
}

// readBrand is inBrand for reading.
func (s *Service) readBrand(ctx context.Context, caller access.Caller, brand marketplace.BrandID, permission access.Permission, fn func(tx *gorm.DB) error) error {
	if err := access.CheckBrand(brand); err != nil {
		return err
	}
	return s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, permission); err != nil {
			return err
		}
		return fn(tx)
	})
}

// judgeable leaves out of a table's rows those about questions in which the
// reader had a part, so that a list is never filled with what they must not
// judge.
func judgeable(tx *gorm.DB, table string, reader access.PersonID) *gorm.DB {
	return tx.Where("NOT EXISTS (SELECT 1 FROM assignments own WHERE own.question_id = "+table+".question_id AND own.person_id = ?)", reader).
		Where("NOT EXISTS (SELECT 1 FROM questions own WHERE own.id = "+table+".question_id AND own.asker_person = ?)", reader)
}

// viewTx shows an assignment blind. mine says that the reader had a part in the
// question, and must not judge it.
func (s *Service) viewTx(ctx context.Context, tx *gorm.DB, reader access.PersonID, id question.AssignmentID) (v WorkView, mine bool, err error) {
	a, err := question.AssignmentTx(ctx, tx, id)
	if err != nil {
		return v, false, err
	}
	q, err := question.QuestionTx(ctx, tx, a.QuestionID)
	if err != nil {
		return v, false, err
	}
	turns, err := question.AssignmentsTx(ctx, tx, q.ID)
	if err != nil || hadPart(reader, q, turns) {
		return v, true, err
	}
	messages, err := question.MessagesTx(ctx, tx, q.ID)
	if err != nil {
		return v, false, err
	}
	author, err := access.PersonTx(ctx, tx, a.PersonID)
	if err != nil {
		return v, false, err
	}
	v = WorkView{Title: q.Title, Context: q.Context, Tags: q.Tags, Language: q.Language, Turns: answerTo(messages, a.ID)}
	return v, false, s.blindTx(ctx, tx, q, v.Turns, author.Name)
}

// blindTx takes out the expert's own name, which they may have signed with.
func (s *Service) blindTx(ctx context.Context, tx *gorm.DB, q question.Question, turns []question.Turn, name string) error {
	texts := make([]string, len(turns))
	for i, t := range turns {
		texts[i] = t.Text
	}
	hidden, err := s.questions.HideTx(ctx, tx, q, texts, name)
	for i, text := range hidden {
		turns[i].Text = text
	}
	return err
}

// answerTo keeps of a conversation what the judged expert could know when they
// last wrote: the customer's words and their own.
func answerTo(messages []question.Message, id question.AssignmentID) []question.Turn {
	var turns []question.Turn
	last := 0
	for _, m := range messages {
		if m.Author != question.ByCustomer && m.AssignmentID != id {
			continue
		}
		turns = append(turns, question.Turn{Position: m.Position, Author: m.Author, Text: m.Body, At: m.At})
		if m.AssignmentID == id {
			last = len(turns)
		}
	}
	return turns[:last]
}
