package question

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/payouts"
)

// releaseDueTx pays what nobody refused in time.
func (s *Service) releaseDueTx(ctx context.Context, tx *gorm.DB, row job.RowID, now time.Time) error {
	a, err := LockAssignmentTx(ctx, tx, AssignmentID(row))
	if err != nil || a.NextDueAt == nil || a.NextDueAt.After(now) {
		return err
	}
	return s.settleTx(ctx, tx, &a, Released, EventReleased, "release_at", now)
}

// ReleaseTx makes an earned or contested assignment's reward available: the
// review passed, or the appeal was upheld. Released already changes nothing.
func (s *Service) ReleaseTx(ctx context.Context, tx *gorm.DB, id AssignmentID, reason string) error {
	a, err := LockAssignmentTx(ctx, tx, id)
	if err != nil || a.State == Released {
		return err
	}
	return s.settleTx(ctx, tx, &a, Released, EventReleased, reason, s.clock.Now())
}

// ContestTx stops the release of an earned assignment because a named human
// refuses the pay; the money stays pending until the appeal is decided or its
// window closes. At release_at or later it is ErrTooLate.
func (s *Service) ContestTx(ctx context.Context, tx *gorm.DB, id AssignmentID, reason string) error {
	a, err := LockAssignmentTx(ctx, tx, id)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	if a.State == Earned && !now.Before(*a.ReleaseAt) {
		return fmt.Errorf("refuse assignment %s: %w", id, ErrTooLate)
	}
	return s.settleTx(ctx, tx, &a, Contested, EventContested, reason, now)
}

// RefuseTx ends a contested assignment unpaid: the refusal stood. refusal names
// the human decision it follows from.
func (s *Service) RefuseTx(ctx context.Context, tx *gorm.DB, id AssignmentID, refusal uuid.UUID, reason string) error {
	a, err := LockAssignmentTx(ctx, tx, id)
	if err != nil || a.State == Refused {
		return err
	}
	now := s.clock.Now()
	if _, err := a.State.to(Refused); err != nil {
		return err
	}
	if err := payouts.RefuseTx(ctx, tx, now, uuid.UUID(a.ID), refusal); err != nil {
		return err
	}
	return s.settleTx(ctx, tx, &a, Refused, EventRefused, reason, now)
}

func (s *Service) settleTx(ctx context.Context, tx *gorm.DB, a *Assignment, to AssignmentState, kind event.Kind, reason string, now time.Time) error {
	next, err := a.State.to(to)
	if err != nil {
		return err
	}
	if to == Released {
		if err := payouts.ReleaseTx(ctx, tx, now, uuid.UUID(a.ID)); err != nil {
			return err
		}
	}
	from := a.State
	a.State, a.NextDueAt = next, nil
	if to != Contested {
		a.SettledAt = &now
	}
	if err := moveTurnTx(ctx, tx, a, from); err != nil {
		return err
	}
	e := event.Event{Brand: a.BrandID, Kind: kind, Subject: event.Subject(a.QuestionID), At: now}
	return s.events.AppendTx(ctx, tx, e, Detail{
		Attempt: a.Attempt, Person: &a.PersonID, Assignment: &a.ID, Minor: a.RewardMinor, Reason: reason,
	})
}
