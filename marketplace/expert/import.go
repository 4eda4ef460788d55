package expert

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
)

// ImportQuestion is a question of a brand's existing community with its
// answers. Its texts may hold personal data: they are redacted before anything
// is stored. PastQuestion's ID, Brand and Program are filled in.
type ImportQuestion struct {
	// Reference is the question's name in the community it comes from: the same
	// reference again is the same question.
	Reference string
	PastQuestion
	Answers []ImportAnswer
}

// ImportAnswer is that a person answered; Evidence's fields for question, brand
// and program are filled in.
type ImportAnswer = Evidence

// Imported counts what an import wrote; repeats count nothing.
type Imported struct{ Questions, Answers int }

// importBatch is how many questions one transaction imports.
const importBatch = 500

const maxReference = 200

// Import adds a community's past questions and who answered them, in batches of
// one transaction each (permission ImportEvidence). A question that is on record
// keeps its text, and its answers are brought up to date; a forgotten one stays
// forgotten. So an import that was cut short is simply run again. Errors:
// *marketplace.InvalidError before anything of the batch is written,
// *marketplace.NotFoundError for an unknown person, *access.ForbiddenError.
func (s *Service) Import(ctx context.Context, caller access.Caller, id program.ID, list []ImportQuestion) (Imported, error) {
	var total Imported
	for start := 0; start < len(list); start += importBatch {
		batch, err := s.prepare(list[start:min(start+importBatch, len(list))])
		if err != nil {
			return total, err
		}
		var n Imported
		err = s.InProgram(ctx, caller, id, access.ImportEvidence, func(tx *gorm.DB, p program.Program) error {
			n, err = importTx(ctx, tx, p, batch)
			if err != nil || n == (Imported{}) {
				return err
			}
			return s.ProgramEventTx(ctx, tx, EvidenceAdded, p, Change{By: caller.String(), Count: n.Questions + n.Answers})
		})
		if err != nil {
			return total, err
		}
		total.Questions += n.Questions
		total.Answers += n.Answers
	}
	return total, nil
}

// ImportAnswers adds answers to questions on record (permission
// ImportEvidence), in batches as Import. Errors as Import's;
// *marketplace.NotFoundError for a question that is not on record too.
func (s *Service) ImportAnswers(ctx context.Context, caller access.Caller, id program.ID, list []Evidence) (Imported, error) {
	var total Imported
	for start := 0; start < len(list); start += importBatch {
		batch := list[start:min(start+importBatch, len(list))]
		n := 0
		err := s.InProgram(ctx, caller, id, access.ImportEvidence, func(tx *gorm.DB, p program.Program) (err error) {
			answers := make([]Evidence, len(batch))
			for i, e := range batch {
				e.Brand, e.Program = p.BrandID, p.ID
				answers[i] = e
			}
			if n, err = recordAnswersTx(ctx, tx, answers); err != nil || n == 0 {
				return err
			}
			return s.ProgramEventTx(ctx, tx, EvidenceAdded, p, Change{By: caller.String(), Count: n})
		})
		if err != nil {
			return total, err
		}
		total.Answers += n
	}
	return total, nil
}

// prepare checks and redacts a batch.
func (s *Service) prepare(list []ImportQuestion) ([]ImportQuestion, error) {
	batch := make([]ImportQuestion, len(list))
	for i, q := range list {
		if err := firstError(marketplace.CheckText("reference", q.Reference, 1, maxReference), q.check()); err != nil {
			return nil, fmt.Errorf("question %.40q: %w", q.Reference, err)
		}
		var numbering redact.State
		q.Title = s.redactor.Redact(q.Title, &numbering).Text
		q.Body = s.redactor.Redact(q.Body, &numbering).Text
		q.Tags = slices.Clone(q.Tags)
		for j, tag := range q.Tags {
			q.Tags[j] = s.redactor.Redact(tag, &numbering).Text
		}
		batch[i] = q
	}
	return batch, nil
}

func importTx(ctx context.Context, tx *gorm.DB, p program.Program, batch []ImportQuestion) (Imported, error) {
	rows := make([][]any, len(batch))
	references := make([]string, len(batch))
	for i, q := range batch {
		q.ID, q.Brand, q.Program = marketplace.NewID[PastQuestion](), p.BrandID, p.ID
		rows[i], references[i] = q.values(q.Reference), q.Reference
	}
	written, err := writeTx(ctx, tx, insertQuestions, keepQuestion, rows)
	if err != nil {
		return Imported{}, err
	}
	ids, err := idsTx(ctx, tx, p.ID, references)
	if err != nil {
		return Imported{}, err
	}
	var answers []Evidence
	for _, q := range batch {
		for _, a := range q.Answers {
			a.Question, a.Brand, a.Program = ids[q.Reference], p.BrandID, p.ID
			answers = append(answers, a)
		}
	}
	n := Imported{Questions: written}
	for start := 0; start < len(answers); start += importBatch {
		changed, err := recordAnswersTx(ctx, tx, answers[start:min(start+importBatch, len(answers))])
		if err != nil {
			return Imported{}, err
		}
		n.Answers += changed
	}
	return n, nil
}

// idsTx finds past questions by their references.
func idsTx(ctx context.Context, tx *gorm.DB, id program.ID, references []string) (map[string]PastQuestionID, error) {
	var found []struct {
		ID        PastQuestionID
		Reference string
	}
	err := tx.WithContext(ctx).Table("past_questions").Select("id, reference").
		Where("program_id = ? AND reference IN ?", id, references).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("find imported questions: %w", err)
	}
	ids := make(map[string]PastQuestionID, len(found))
	for _, f := range found {
		ids[f.Reference] = f.ID
	}
	return ids, nil
}

// PastQuestionTx finds an imported question by its reference. Errors:
// *marketplace.NotFoundError, *marketplace.InvalidError.
func (s *Service) PastQuestionTx(ctx context.Context, tx *gorm.DB, id program.ID, reference string) (PastQuestionID, error) {
	if err := marketplace.CheckText("reference", reference, 1, maxReference); err != nil {
		return PastQuestionID{}, err
	}
	ids, err := idsTx(ctx, tx, id, []string{reference})
	if err != nil {
		return PastQuestionID{}, err
	}
	found, ok := ids[reference]
	if !ok {
		return PastQuestionID{}, &marketplace.NotFoundError{Noun: "past question", ID: fmt.Sprintf("%.40q", reference)}
	}
	return found, nil
}
