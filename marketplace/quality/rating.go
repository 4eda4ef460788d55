package quality

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/question"
)

// badlyRated reports feedback that work is reviewed for.
func (s *Service) badlyRated(_ event.Event, data any) bool {
	d, ok := data.(Detail)
	return !ok || d.badlyRated()
}

// badlyRated reports discontent for a reason that was the expert's to avoid.
func (d Detail) badlyRated() bool {
	outcome, counts := Feedback{CSAT: d.CSAT, Reason: d.Cause}.outcome()
	return counts && outcome == expert.Failure && !d.Assignment.IsZero()
}

// reviewRated opens a review of work that its customer was discontent with, as
// long as pay can wait for it.
func (s *Service) reviewRated(ctx context.Context, tx *gorm.DB, e event.Event) error {
	var d Detail
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	if !d.badlyRated() {
		return nil
	}
	w, err := s.lockWorkTx(ctx, tx, e.Brand, d.Assignment)
	if err != nil || w.turn.State != question.Earned {
		return err
	}
	now, due := s.clock.Now(), reviewDue(*w.turn.EarnedAt, *w.turn.ReleaseAt)
	if !due.After(now) {
		return nil
	}
	p, err := s.questions.ProgramTx(ctx, tx, &w.of)
	if err != nil {
		return err
	}
	return s.openTx(ctx, tx, w, p, CauseRating, now, due)
}
