package demo

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

// How long reviewers take, with work that a customer called wrong at first, and
// after them people who decide about pay.
const (
	reviewLeast, reviewMost = 2 * time.Hour, 34 * time.Hour
	lookLeast, lookMost     = time.Hour, 15 * time.Hour
	decideLeast, decideMost = 20 * time.Hour, 40 * time.Hour
)

// failing is the percentage of reviewed work that falls short all the same;
// it is paid, and the expert reads why.
const failing = 6

// reviewing is an open review as the story reads it.
type reviewing struct {
	ID        quality.ReviewID
	Reference string
	Attempt   int
	CreatedAt time.Time
}

func newReviews(tx *gorm.DB, since time.Time) ([]reviewing, error) {
	var list []reviewing
	err := tx.Raw(`SELECT r.id, COALESCE(q.reference, '') AS reference, a.attempt, r.created_at FROM reviews r JOIN assignments a ON a.id = r.assignment_id
		JOIN questions q ON q.id = r.question_id WHERE r.state = 'open' AND r.created_at >= ?`, since).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("look for new reviews: %w", err)
	}
	return list, nil
}

// expectVerdicts has somebody look at what was drawn.
func (w *world) expectVerdicts(list []reviewing) {
	for _, r := range list {
		it := w.item(r.Reference)
		if it == nil { // a visitor's, which the demo's people know as well as any
			it = &item{Reference: r.ID.String()}
			r.Reference = it.Reference
		}
		if key := r.ID.String(); !w.reviews[key] {
			w.reviews[key] = true
			name := fmt.Sprintf("%s/%d", r.Reference, r.Attempt)
			at := r.CreatedAt.Add(w.wait(draw("review", name).between(reviewLeast, reviewMost)))
			if it.turn(r.Attempt).Weak != nil {
				at = r.CreatedAt.Add(draw("review", name).between(lookLeast, lookMost))
			}
			for at.Before(w.clock.Now()) {
				at = at.Add(w.wait(day))
			}
			w.expectLook(it, r, name, at)
		}
	}
}

func (w *world) expectLook(it *item, r reviewing, name string, at time.Time) {
	w.agenda.Add(at, doReview, name, func(ctx context.Context) error { return w.review(ctx, it, r, name, at) })
}

// review is left to the peers who were asked for their votes. Where nobody was, or
// they could not, it is one of the brand's reviewers', or where they may not judge
// it the next one's.
func (w *world) review(ctx context.Context, it *item, r reviewing, name string, at time.Time) error {
	open, err := w.count(ctx, "SELECT COUNT(*) FROM reviews WHERE id = ? AND state = 'open'", r.ID)
	if err != nil || open == 0 {
		return err
	}
	if wait, err := w.votesWait(ctx, r.ID); err != nil || wait {
		w.expectLook(it, r, name, at.Add(w.wait(day)))
		return err
	}
	for _, x := range w.experts {
		if !x.Reviews {
			continue
		}
		if done, err := w.reviewUntil(ctx, access.PersonCaller(w.people[x.Handle]), r.ID); done || err != nil {
			return err
		}
	}
	done, err := w.reviewUntil(ctx, w.staff["reviewer"], r.ID)
	if err == nil && !done { // while it is open somebody may yet be given it
		w.expectLook(it, r, name, at.Add(w.wait(day)))
	}
	return err
}

// reviewUntil has a reviewer of the brand decide what they are given, which is
// drawn by lot, until it was a certain review, or there is none for them. What they
// have in hand already was given to a visitor who is signed in as them: that is left
// to the visitor for as long as it would be to anybody.
func (w *world) reviewUntil(ctx context.Context, who access.Caller, id quality.ReviewID) (done bool, err error) {
	if w.haste > 0 { // in the past, which may be stopped and lived on, nobody visits
		held, err := w.count(ctx, "SELECT COUNT(*) FROM review_turns WHERE person_id = ? AND ended_at IS NULL AND alone_until > ?", who.Person, w.clock.Now())
		if err != nil || held > 0 {
			return false, err
		}
	}
	for !done {
		next, err := w.Quality.NextReview(ctx, who, w.brand)
		if err != nil || next == nil {
			return false, err
		}
		var about struct {
			Reference string
			Attempt   int
		}
		err = w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
			return tx.Raw(`SELECT COALESCE(q.reference, '') AS reference, a.attempt FROM reviews r JOIN assignments a ON a.id = r.assignment_id
				JOIN questions q ON q.id = r.question_id WHERE r.id = ?`, next.ID).Scan(&about).Error
		})
		if err != nil {
			return false, fmt.Errorf("read what is to be reviewed: %w", err)
		}
		it := w.item(about.Reference)
		if it == nil { // a visitor's
			it = &item{Reference: next.ID.String()}
			about.Reference = it.Reference
		}
		v := verdictOn(it.turn(about.Attempt), fmt.Sprintf("%s/%d", about.Reference, about.Attempt))
		if err := w.Quality.Decide(ctx, who, w.brand, next.ID, v); err != nil {
			return false, fmt.Errorf("review: %w", err)
		}
		done = next.ID == id
	}
	return true, nil
}

func verdictOn(t turn, name string) quality.Verdict {
	v := quality.Verdict{Pass: true, Scores: map[quality.Criterion]int{}}
	for _, c := range quality.Rubric {
		v.Scores[c] = pick(draw("score", name, string(c)), []int{5, 5, 5, 4, 4})
	}
	switch {
	case t.Weak != nil:
		v.Pass, v.Note, v.Scores[quality.Correct], v.Scores[quality.Complete] = false, t.Weak.Note, 1, 2
	case t.Text != "" && draw("fails", name).in(failing):
		v.Pass, v.Scores[quality.Complete] = false, 2
		v.Note = "Right as far as it goes, but the customer has to guess where the setting is. Name the menu, step by step."
	}
	return v
}

// expectRefusalOf has the manager refuse the pay for a wrong answer.
func (w *world) expectRefusalOf(ctx context.Context, it *item, attempt int) error {
	var a question.Assignment
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Where("question_id = ? AND attempt = ?", w.asked[it.Reference], attempt).Take(&a).Error
	})
	if err != nil {
		return fmt.Errorf("load the turn to refuse: %w", err)
	}
	w.expectRefusal(it, a)
	return nil
}

func (w *world) expectRefusal(it *item, a question.Assignment) {
	why, name := it.turn(a.Attempt).Weak, fmt.Sprintf("%s/%d", it.Reference, a.Attempt)
	w.agenda.Add(a.EarnedAt.Add(draw("refusal", name).between(decideLeast, decideMost)), doRefuse, name, func(ctx context.Context) error {
		f, err := w.Quality.Refuse(ctx, w.staff["manager"], w.brand, a.ID, quality.RefuseWrong, why.Evidence)
		if err != nil {
			return fmt.Errorf("refuse: %w", err)
		}
		w.expectAppeal(why, name, f)
		return nil
	})
}

func (w *world) expectAppeal(why *weak, name string, f quality.Refusal) {
	w.agenda.Add(f.RefusedAt.Add(draw("appeal", name).between(lookLeast, lookMost)), doAppeal, name, func(ctx context.Context) error {
		if err := w.Quality.Appeal(ctx, access.PersonCaller(f.PersonID), f.ID, why.Statement); err != nil {
			return fmt.Errorf("appeal: %w", err)
		}
		w.expectDecision(why, name, f.ID, w.clock.Now())
		return nil
	})
}

func (w *world) expectDecision(why *weak, name string, id quality.RefusalID, appealed time.Time) {
	w.agenda.Add(appealed.Add(draw("decision", name).between(decideLeast, decideMost)), doDecideAppeal, name, func(ctx context.Context) error {
		if err := w.Quality.DecideAppeal(ctx, w.staff["owner"], w.brand, id, why.Upheld, why.Decision); err != nil {
			return fmt.Errorf("decide an appeal: %w", err)
		}
		return nil
	})
}

// pickUpRefusals puts on the agenda what people have yet to do about wrong
// answers, refusals and appeals.
func (w *world) pickUpRefusals(ctx context.Context) error {
	var earned []struct {
		question.Assignment
		Reference string
	}
	var refusals []struct {
		quality.Refusal
		Reference string
		Attempt   int
	}
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		err := tx.Raw(`SELECT a.*, q.reference FROM assignments a JOIN questions q ON q.id = a.question_id
			WHERE a.state = 'earned' AND q.reference IS NOT NULL`).Scan(&earned).Error
		if err != nil {
			return err
		}
		return tx.Raw(`SELECT f.*, q.reference, a.attempt FROM refusals f JOIN assignments a ON a.id = f.assignment_id
			JOIN questions q ON q.id = f.question_id WHERE f.state IN ('appealable', 'appealed') AND q.reference IS NOT NULL`).Scan(&refusals).Error
	})
	if err != nil {
		return fmt.Errorf("look for refusals under way: %w", err)
	}
	for _, a := range earned {
		if it := w.item(a.Reference); it != nil && it.turn(a.Attempt).Weak != nil {
			w.expectRefusal(it, a.Assignment)
		}
	}
	for _, f := range refusals {
		it, name := w.item(f.Reference), fmt.Sprintf("%s/%d", f.Reference, f.Attempt)
		switch {
		case it == nil:
		case f.State == quality.Appealed:
			w.expectDecision(it.turn(f.Attempt).Weak, name, f.ID, *f.AppealedAt)
		default:
			w.expectAppeal(it.turn(f.Attempt).Weak, name, f.Refusal)
		}
	}
	return nil
}
