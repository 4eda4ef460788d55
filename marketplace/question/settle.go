package question

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
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
	save, news, err := a.settle(to, kind, reason, now)
	if err != nil {
		return err
	}
	if err := s.events.WriteTx(ctx, tx, []event.News{news}, save); err != nil || to != Released {
		return err
	}
	return payouts.ReleaseTx(ctx, tx, now, uuid.UUID(a.ID))
}

// Release moves an earned or contested assignment, which tx has locked, on as
// ReleaseTx does, for who writes more besides: both are to be written, and after
// them the money is to be released (payouts.ReleaseTx).
func (a *Assignment) Release(reason string, now time.Time) (marketplace.Statement, event.News, error) {
	return a.settle(Released, EventReleased, reason, now)
}

func (a *Assignment) settle(to AssignmentState, kind event.Kind, reason string, now time.Time) (save marketplace.Statement, news event.News, err error) {
	from := a.State
	if a.State, err = from.to(to); err != nil {
		a.State = from
		return save, news, err
	}
	a.NextDueAt = nil
	if to != Contested {
		a.SettledAt = &now
	}
	return a.save(from), event.News{
		Event: event.Event{Brand: a.BrandID, Kind: kind, Subject: event.Subject(a.QuestionID), At: now},
		Data:  Detail{Attempt: a.Attempt, Person: &a.PersonID, Assignment: &a.ID, Minor: a.RewardMinor, Reason: reason},
	}, nil
}
