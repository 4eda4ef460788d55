package quality

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// work is an assignment and its question.
type work struct {
	turn question.Assignment
	of   question.Question
}

// lockWorkTx loads a brand's assignment with its question and holds the
// assignment's row until the transaction ends.
func (s *Service) lockWorkTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id question.AssignmentID) (work, error) {
	q, a, err := s.questions.LockWorkTx(ctx, tx, "?", id)
	if err == nil && a.BrandID != brand {
		err = gorm.ErrRecordNotFound
	}
	return work{turn: a, of: q}, marketplace.OnlyOne(err, "assignment", id)
}

// impartialTx refuses whoever asked the question or had a turn on it, and who is
// paid to the bank account that the work is paid to.
func (w work) impartialTx(ctx context.Context, tx *gorm.DB, person access.PersonID) error {
	turns, err := question.AssignmentsTx(ctx, tx, w.of.ID)
	if err != nil {
		return err
	}
	if hadPart(person, w.of, turns) {
		return ErrOwnWork
	}
	same, err := payouts.SharingAccountTx(ctx, tx, uuid.UUID(w.turn.PersonID))
	if err != nil {
		return err
	}
	if slices.Contains(same, uuid.UUID(person)) {
		return ErrSharedAccount
	}
	return nil
}

func hadPart(person access.PersonID, q question.Question, turns []question.Assignment) bool {
	return person == q.AskerPerson || slices.ContainsFunc(turns, func(a question.Assignment) bool { return a.PersonID == person })
}

// outcomeTx tells what the expert's work turned out to be.
func (s *Service) outcomeTx(ctx context.Context, tx *gorm.DB, w work, outcome expert.Outcome, weight float64, at time.Time) error {
	record, err := s.outcome(ctx, tx, w, outcome, weight, at)
	if err != nil {
		return err
	}
	return marketplace.WriteTx(ctx, tx, record)
}

// outcome is outcomeTx as a statement of tx.
func (s *Service) outcome(ctx context.Context, tx *gorm.DB, w work, outcome expert.Outcome, weight float64, at time.Time) (marketplace.Statement, error) {
	slug, err := s.questions.SlugTx(ctx, tx, w.of)
	if err != nil {
		return marketplace.Statement{}, err
	}
	return s.experts.RecordOutcome(ctx, tx, expert.Work{
		Brand: w.of.BrandID, Program: w.of.ProgramID, Person: w.turn.PersonID, Topic: slug,
		Outcome: outcome, Weight: weight, At: at,
	})
}

// hideTx redacts what somebody wrote about the question, so that anybody may
// read it.
func (s *Service) hideTx(ctx context.Context, tx *gorm.DB, q question.Question, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	hidden, err := s.questions.HideTx(ctx, tx, q, []string{text})
	if err != nil {
		return "", err
	}
	return hidden[0], nil
}
