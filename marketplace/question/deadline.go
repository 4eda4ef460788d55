package question

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
)

// advanceTx does what is due on a question at now: SLA marks that passed, and
// the end of its present state.
func (s *Service) advanceTx(ctx context.Context, tx *gorm.DB, row job.RowID, now time.Time) error {
	q, err := lockTx(ctx, tx, ID(row))
	if err != nil || q.NextDueAt == nil || q.NextDueAt.After(now) {
		return err // another process was faster
	}
	if err := s.markMissedTx(ctx, tx, &q, now); err != nil {
		return err
	}
	if q.StageDueAt != nil && !q.StageDueAt.After(now) {
		return s.stageOverTx(ctx, tx, &q, now)
	}
	q.schedule()
	return saveTx(ctx, tx, &q)
}

// markMissedTx records promises that were not kept, once each. Moves that may
// keep or drop a promise come here first, in case they are ahead of the sweep.
func (s *Service) markMissedTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	var missed []event.Kind
	if q.FirstRespondedAt == nil && !q.ResponseBreached && !q.FirstResponseDueAt.After(now) {
		q.ResponseBreached = true
		missed = append(missed, EventResponseMissed)
	}
	if q.ResolvedAt == nil && !q.ResolutionBreached && !q.ResolutionDueAt.After(now) {
		q.ResolutionBreached = true
		missed = append(missed, EventSLAMissed)
	}
	for _, kind := range missed {
		if err := s.appendTx(ctx, tx, kind, q, now, nil); err != nil {
			return err
		}
	}
	return nil
}

// stageOverTx ends the present state by time: routing is overdue, a wave
// expires, a delivery lapses, a silence is announced, then taken as an answer.
func (s *Service) stageOverTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	switch q.State {
	case Asked, Offered:
		return s.waitOverTx(ctx, tx, q, now)
	case Assigned:
		return s.lapseTx(ctx, tx, q, now)
	case Answered:
		if q.Nudged {
			return s.resolveTx(ctx, tx, q, ByCustomersSilence, now)
		}
		return s.nudgeTx(ctx, tx, q, now)
	}
	return fmt.Errorf("question %s is %s and has a deadline", q.ID, q.State)
}

// expireWaveTx ends the wave of a question that was offered.
func (s *Service) expireWaveTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	if q.State != Offered {
		return nil
	}
	if err := closeOffersTx(ctx, tx, q, OfferExpired, now); err != nil {
		return err
	}
	return s.appendTx(ctx, tx, EventExpired, q, now, Detail{Attempt: q.Attempt, Wave: q.Wave})
}

// lapseTx takes back a question whose expert did not answer in time.
func (s *Service) lapseTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	p, err := s.ProgramTx(ctx, tx, q)
	if err != nil {
		return err
	}
	a, _, err := q.currentTx(ctx, tx)
	if err != nil {
		return err
	}
	end, err := s.stopWorkTx(ctx, tx, q, p, &a, Lapsed, now)
	if err != nil {
		return err
	}
	return s.againTx(ctx, tx, q, end, VerbLapse, EventLapsed, now, Detail{Attempt: a.Attempt, Person: &a.PersonID, Assignment: &a.ID})
}

// nudgeTx announces that further silence will be taken as an answer.
func (s *Service) nudgeTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	p, err := s.ProgramTx(ctx, tx, q)
	if err != nil {
		return err
	}
	over := now.Add(p.Policies.SLA.AutoResolveAfter - p.Policies.SLA.NudgeAfter)
	q.Nudged, q.StageDueAt = true, &over
	q.schedule()
	if err := s.announceTx(ctx, tx, q, over); err != nil {
		return err
	}
	if err := saveTx(ctx, tx, q); err != nil {
		return err
	}
	return s.appendTx(ctx, tx, EventNudged, q, now, nil)
}
