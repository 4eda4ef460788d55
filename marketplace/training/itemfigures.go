package training

import (
	"context"
	"fmt"
	"math"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
)

// ItemFigure is how one item of a quiz did in the tries that are over.
type ItemFigure struct {
	Question string
	Shown    int
	Right    int
	Missed   int // of them, not answered in time
	// ShownToPassed and RightOfPassed are Shown and Right in the tries that passed.
	ShownToPassed, RightOfPassed int
	Hint                         ItemHint // empty: nothing speaks against it, or too little is known
}

// ItemHint is what the figures say against an item. A person decides whether it
// is a bad one.
type ItemHint string

const (
	// TooHard: fewer than half get it right, by all that is known.
	TooHard ItemHint = "too_hard"
	// TooEasy: more than nineteen of twenty get it right: it tells nobody apart.
	TooEasy ItemHint = "too_easy"
	// Misleading: those who pass do worse on it than those who fail.
	Misleading ItemHint = "misleading"
)

// leastShown is how often an item was shown, to those who passed and those who
// failed alike, before anything is said of it.
const leastShown = 10

// ItemFigures tells how each item of the current quiz did (permissions as
// PublishQuiz's); none where there is no quiz. Errors as expert.Enrolments'.
func (s *Service) ItemFigures(ctx context.Context, caller access.Caller, ref QuizRef) (version int, list []ItemFigure, err error) {
	err = s.seeQuiz(ctx, caller, ref, func(tx *gorm.DB) error {
		q, err := latestQuizTx(ctx, tx, ref)
		if err != nil || q.Version == 0 {
			return err
		}
		find := tx.WithContext(ctx).Where("version = ? AND served_at IS NULL", q.Version)
		if ref.Platform() {
			find = find.Table(platformAttempts)
		} else {
			find = find.Where("program_id = ?", ref.Program)
		}
		var attempts []QuizAttempt
		if err := find.Find(&attempts).Error; err != nil {
			return fmt.Errorf("list the tries at the quiz of program %s: %w", ref.Program, err)
		}
		version, list = q.Version, q.figures(attempts)
		return nil
	})
	return version, list, err
}

// figures counts how each item did in tries that are over.
func (q Quiz) figures(attempts []QuizAttempt) []ItemFigure {
	list := make([]ItemFigure, len(q.Items))
	for i, item := range q.Items {
		list[i].Question = item.Question
	}
	for _, a := range attempts {
		for i, n := range a.items(q) {
			list[n].add(a.Answers[i] == q.Items[n].Answer, a.Answers[i] == Missed, a.Passed)
		}
	}
	for i := range list {
		list[i].Hint = list[i].hint()
	}
	return list
}

func (f *ItemFigure) add(right, missed, passed bool) {
	f.Shown++
	if passed {
		f.ShownToPassed++
	}
	switch {
	case right && passed:
		f.Right++
		f.RightOfPassed++
	case right:
		f.Right++
	case missed:
		f.Missed++
	}
}

func (f ItemFigure) hint() ItemHint {
	failed, rightOfFailed := f.Shown-f.ShownToPassed, f.Right-f.RightOfPassed
	low, high := wilson(f.Right, f.Shown)
	switch {
	case f.ShownToPassed >= leastShown && failed >= leastShown && f.RightOfPassed*failed < rightOfFailed*f.ShownToPassed:
		return Misleading
	case f.Shown >= 2*leastShown && high < .5:
		return TooHard
	case f.Shown >= 2*leastShown && low > .95:
		return TooEasy
	}
	return ""
}

// wilson is the 95 % score interval of a share (Wilson 1927).
func wilson(right, of int) (low, high float64) {
	if of == 0 {
		return 0, 1
	}
	const z = 1.959964
	n, p := float64(of), float64(right)/float64(of)
	centre, spread := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return (centre - spread) / (1 + z*z/n), (centre + spread) / (1 + z*z/n)
}
