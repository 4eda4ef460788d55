package replay

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/question"
)

// expectEvidence puts on the agenda, at its own time, every answer of the file
// that is not on record: it becomes evidence unless its author gave it here.
func (w *world) expectEvidence(ctx context.Context) error {
	var rows []struct {
		Reference string
		PersonID  access.PersonID
	}
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT COALESCE(p.reference, q.reference) AS reference, e.person_id FROM evidence e
			JOIN past_questions p ON p.id = e.question_id LEFT JOIN questions q ON q.id = e.question_id`).Scan(&rows).Error
	})
	if err != nil {
		return fmt.Errorf("read the evidence: %w", err)
	}
	known := map[[2]string]bool{}
	for _, r := range rows {
		known[[2]string{r.Reference, w.users[r.PersonID]}] = true
	}
	start, end := w.window[0].Created.Time, w.window[len(w.window)-1].Created.Time
	expect := func(p post, enter func(ctx context.Context, p post, r reply) error) {
		for _, r := range p.Answers {
			at := latest(r.At.Time, p.Created.Time)
			if at.Before(start) || at.After(end) || known[[2]string{p.ID, r.By}] {
				continue
			}
			w.agenda.Add(at, doEvidence, p.ID+"/"+r.By, func(ctx context.Context) error { return enter(ctx, p, r) })
		}
	}
	for _, p := range w.history {
		expect(p, w.enterPast)
	}
	for _, p := range w.window {
		expect(p, w.enterUnproduced)
	}
	return nil
}

// enterPast is a late answer to a question of the history.
func (w *world) enterPast(ctx context.Context, p post, r reply) error {
	list, err := w.pastQuestions(ctx, []post{p})
	if err != nil {
		return err
	}
	list[0].Answers = []expert.ImportAnswer{w.evidence(p, r)}
	n, err := w.Experts.Import(ctx, w.owner, w.program.ID, list)
	if err != nil {
		return fmt.Errorf("enter a late answer: %w", err)
	}
	return w.counted(ctx, n, r.By)
}

// enterUnproduced is an answer of the file that its author did not give here.
// While the question is open they still may, and to know of it would betray who
// answers, so until then it is withheld.
func (w *world) enterUnproduced(ctx context.Context, p post, r reply) error {
	var q question.Question
	var given int64
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		if err := tx.Where("id = ?", w.asked[p.ID]).Take(&q).Error; err != nil {
			return err
		}
		return tx.Model(&question.Assignment{}).Where("question_id = ? AND person_id = ? AND delivered_at IS NOT NULL",
			q.ID, w.people[r.By]).Count(&given).Error
	})
	if err != nil || given > 0 {
		return err
	}
	if !q.State.Ended() {
		w.withheld[p.ID] = append(w.withheld[p.ID], r)
		return nil
	}
	e := w.evidence(p, r)
	e.Question = expert.PastQuestionID(q.ID)
	n, err := w.Experts.ImportAnswers(ctx, w.owner, w.program.ID, []expert.Evidence{e})
	if err != nil {
		return fmt.Errorf("enter an answer: %w", err)
	}
	return w.counted(ctx, n, r.By)
}

func (w *world) counted(ctx context.Context, n expert.Imported, user string) error {
	if n.Answers == 0 {
		return nil
	}
	return w.countAnswer(ctx, user)
}

// letGo enters what was withheld of a question that has ended.
func (w *world) letGo(ctx context.Context, reference string) error {
	withheld := w.withheld[reference]
	delete(w.withheld, reference)
	for _, r := range withheld {
		if err := w.enterUnproduced(ctx, w.posts[reference], r); err != nil {
			return err
		}
	}
	return nil
}

// newEscalations reads the questions that went to the brand's team at since or
// later.
func newEscalations(tx *gorm.DB, since time.Time) ([]string, error) {
	var references []string
	err := tx.Raw("SELECT reference FROM questions WHERE state = 'escalated' AND ended_at >= ?", since).Scan(&references).Error
	if err != nil {
		return nil, fmt.Errorf("look for questions that ended: %w", err)
	}
	slices.Sort(references) // here and not in SQL, where databases sort text in orders of their own
	return references, nil
}
