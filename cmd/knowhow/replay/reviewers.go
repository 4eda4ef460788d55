package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

// How long people of the brand, and experts, take to look at a decision.
const lookLeast, lookMost = time.Hour, 36 * time.Hour

// Percentages of what reviewers and managers decide.
const (
	failing = 20 // of reviewed work that is not marked down in the file is bad all the same
	refused = 80 // of failing verdicts lead a manager to refuse the pay
	appeals = 80 // of refusals are appealed
	upheld  = 50 // of appeals are upheld
)

// reviewing is an open review as the replay reads it.
type reviewing struct {
	ID           quality.ReviewID
	AssignmentID question.AssignmentID
	Reference    string
	Attempt      int
	PersonID     access.PersonID
	CreatedAt    time.Time
	EndedAt      *time.Time
}

func (r reviewing) name() string { return fmt.Sprintf("%s/%d", r.Reference, r.Attempt) }

const selectReviews = `SELECT r.id, r.assignment_id, q.reference, a.attempt, a.person_id, r.created_at, r.ended_at FROM reviews r
	JOIN assignments a ON a.id = r.assignment_id JOIN questions q ON q.id = r.question_id `

// newReviews reads the reviews drawn at since or later and still open.
func newReviews(tx *gorm.DB, since time.Time) ([]reviewing, error) {
	var list []reviewing
	if err := tx.Raw(selectReviews+"WHERE r.state = 'open' AND r.created_at >= ?", since).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("look for new reviews: %w", err)
	}
	return list, nil
}

// newlyFailed reads the reviews that ended at since or later, and not well, of work
// whose pay is not decided.
func newlyFailed(tx *gorm.DB, since time.Time) ([]reviewing, error) {
	var list []reviewing
	if err := tx.Raw(selectReviews+"WHERE r.passed = false AND a.state = 'earned' AND r.ended_at >= ?", since).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("look for failing verdicts: %w", err)
	}
	return list, nil
}

// expectVerdicts has the brand's reviewer look at what was drawn.
func (w *world) expectVerdicts(list []reviewing) {
	for _, r := range list {
		if !w.reviews[r.ID] {
			w.reviews[r.ID] = true
			w.expectLook(r)
		}
	}
}

// expectLook has the brand's reviewer look at a review, every day until it has
// ended: what peers are asked to judge is left to them.
func (w *world) expectLook(r reviewing) {
	at := r.CreatedAt.Add(w.draw("review", r.name()).between(lookLeast, lookMost))
	for at.Before(w.clock.Now()) {
		at = at.Add(day)
	}
	w.agenda.Add(at, doReview, r.name(), func(ctx context.Context) error { return w.look(ctx, r, at) })
}

func (w *world) look(ctx context.Context, r reviewing, at time.Time) error {
	var now struct {
		Open    bool
		Waiting int
	}
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT r.state = 'open' AS open, (SELECT COUNT(*) FROM review_votes v WHERE v.review_id = r.id AND v.state = 'asked') AS waiting
			FROM reviews r WHERE r.id = ?`, r.ID).Scan(&now).Error
	})
	switch {
	case err != nil:
		return fmt.Errorf("look at a review: %w", err)
	case !now.Open:
		return nil
	case now.Waiting > 0:
		w.agenda.Add(at.Add(day), doReview, r.name(), func(ctx context.Context) error { return w.look(ctx, r, at.Add(day)) })
		return nil
	}
	for now.Open { // the reviewer is given one by lot, and goes on until it was this one
		given, err := w.given(ctx)
		if err != nil {
			return err
		}
		if err := w.Quality.Decide(ctx, w.reviewer, w.brand, given.ID, said(!w.bad(given.Reference, given.PersonID, given.name()))); err != nil {
			return fmt.Errorf("review: %w", err)
		}
		now.Open = given.ID != r.ID
	}
	return nil
}

// given is the review that the brand's reviewer is given next.
func (w *world) given(ctx context.Context) (r reviewing, err error) {
	next, err := w.Quality.NextReview(ctx, w.reviewer, w.brand)
	if err == nil && next == nil {
		err = errNothingToReview
	}
	if err != nil {
		return r, fmt.Errorf("ask for a review: %w", err)
	}
	err = w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error { return tx.Raw(selectReviews+"WHERE r.id = ?", next.ID).Scan(&r).Error })
	if err != nil {
		return r, fmt.Errorf("read what is to be reviewed: %w", err)
	}
	return r, nil
}

var errNothingToReview = errors.New("no review waits that the reviewer may decide")

// bad is the truth about a piece of work, which nobody in the market knows: what
// the community marked down, and by chance some of the rest.
func (w *world) bad(reference string, author access.PersonID, name string) bool {
	given, _ := w.posts[reference].answerOf(w.users[author])
	return given.Score < 0 || w.draw("fail work", name).in(failing)
}

// said is a verdict.
func said(pass bool) quality.Verdict {
	v := quality.Verdict{Pass: pass, Scores: map[quality.Criterion]int{}}
	for _, c := range quality.Rubric {
		v.Scores[c] = 4
	}
	if !pass {
		v.Scores[quality.Correct] = 1
		v.Note = "The answer does not hold; please check it before answering alike."
	}
	return v
}

// expectRefusals has a manager look at refusing the pay for what failed.
func (w *world) expectRefusals(list []reviewing) {
	for _, r := range list {
		if w.failed[r.ID] {
			continue
		}
		w.failed[r.ID] = true
		if name := r.name(); w.draw("refuse pay", name).in(refused) {
			at := r.EndedAt.Add(w.draw("refusal", name).between(lookLeast, lookMost))
			w.agenda.Add(at, doRefuse, name, func(ctx context.Context) error { return w.refuse(ctx, r, name) })
		}
	}
}

func (w *world) refuse(ctx context.Context, r reviewing, name string) error {
	f, err := w.Quality.Refuse(ctx, w.manager, w.brand, r.AssignmentID, quality.RefuseWrong, "The answer was checked and is wrong.")
	if err != nil {
		return fmt.Errorf("refuse: %w", err)
	}
	w.expectAppeal(name, f)
	return nil
}

func (w *world) expectAppeal(name string, f quality.Refusal) {
	if !w.draw("appeal", name).in(appeals) {
		return
	}
	at := f.RefusedAt.Add(w.draw("appealing", name).between(lookLeast, lookMost))
	w.agenda.Add(at, doAppeal, name, func(ctx context.Context) error {
		if err := w.Quality.Appeal(ctx, access.PersonCaller(f.PersonID), f.ID, "I stand by my answer."); err != nil {
			return fmt.Errorf("appeal: %w", err)
		}
		w.expectDecision(name, f.ID, w.clock.Now())
		return nil
	})
}

func (w *world) expectDecision(name string, id quality.RefusalID, appealed time.Time) {
	at := appealed.Add(w.draw("deciding", name).between(lookLeast, lookMost))
	w.agenda.Add(at, doDecideAppeal, name, func(ctx context.Context) error {
		err := w.Quality.DecideAppeal(ctx, w.second, w.brand, id, w.draw("upheld", name).in(upheld), "I looked at it again.")
		if err != nil {
			return fmt.Errorf("decide an appeal: %w", err)
		}
		return nil
	})
}

// pickUpRefusals puts on the agenda what people have yet to do about refusals and
// appeals.
func (w *world) pickUpRefusals(ctx context.Context) error {
	var refusals []struct {
		quality.Refusal
		Reference string
		Attempt   int
	}
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT f.*, q.reference, a.attempt FROM refusals f JOIN assignments a ON a.id = f.assignment_id
			JOIN questions q ON q.id = f.question_id WHERE f.state IN ('appealable', 'appealed')`).Scan(&refusals).Error
	})
	if err != nil {
		return fmt.Errorf("look for refusals under way: %w", err)
	}
	for _, f := range refusals {
		name := fmt.Sprintf("%s/%d", f.Reference, f.Attempt)
		if f.State == quality.Appealed {
			w.expectDecision(name, f.ID, *f.AppealedAt)
			continue
		}
		w.expectAppeal(name, f.Refusal)
	}
	return nil
}
