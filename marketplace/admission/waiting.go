package admission

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// inPlace are the enrolments that take a place: the program's experts and those
// on their way in.
const inPlace = "program_id = ? AND NOT waiting AND state NOT IN ('left', 'rejected')"

// fullTx reports whether a program has no place left; it stays so until the
// transaction ends. Who waits goes first.
func (s *Service) fullTx(ctx context.Context, tx *gorm.DB, p program.Program) (bool, error) {
	if p.Policies.Admission.MaxExperts == 0 {
		return false, nil
	}
	free, err := s.placesTx(ctx, tx, p.ID)
	if err != nil || free <= 0 {
		return true, err
	}
	var waiting int64
	if err := tx.WithContext(ctx).Model(&expert.Enrolment{}).Where("program_id = ? AND waiting", p.ID).Count(&waiting).Error; err != nil {
		return false, fmt.Errorf("count who waits for program %s: %w", p.ID, err)
	}
	return waiting >= free, nil
}

// FullTx reports, without locking anything, whether who applies to a program now
// waits for a place.
func (s *Service) FullTx(ctx context.Context, tx *gorm.DB, id program.ID) (bool, error) {
	p, err := s.programs.LoadTx(ctx, tx, id)
	if err != nil || p.Policies.Admission.MaxExperts == 0 {
		return false, err
	}
	var n int64
	if err := tx.WithContext(ctx).Model(&expert.Enrolment{}).Where("program_id = ? AND state NOT IN ?", id, []expert.State{expert.Left, expert.Rejected}).Count(&n).Error; err != nil {
		return false, fmt.Errorf("count the places of program %s: %w", id, err)
	}
	return n >= int64(p.Policies.Admission.MaxExperts), nil
}

// placesTx is how many places are free, of a program with a cap; its row is
// locked, so that no place is given away twice.
func (s *Service) placesTx(ctx context.Context, tx *gorm.DB, id program.ID) (int64, error) {
	p, err := s.programs.LockTx(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	var taken int64
	if err := tx.WithContext(ctx).Model(&expert.Enrolment{}).Where(inPlace, id).Count(&taken).Error; err != nil {
		return 0, fmt.Errorf("count the places of program %s: %w", id, err)
	}
	if p.Policies.Admission.MaxExperts == 0 {
		return s.atOnce, nil
	}
	return int64(p.Policies.Admission.MaxExperts) - taken, nil
}

// mostAtOnce is how many who wait are given a place in one transaction.
const mostAtOnce = 200

// placesChanged gives places to who waits when a program's policies have changed,
// and goes on when some were given one: there may be more than one transaction
// gives.
func (s *Service) placesChanged(ctx context.Context, tx *gorm.DB, e event.Event) error {
	id := program.ID(e.Subject)
	if e.Kind == HasPlace {
		var placed expert.Enrolment
		if err := tx.WithContext(ctx).Where("id = ?", e.Subject).Take(&placed).Error; err != nil {
			return fmt.Errorf("find which program gave a place: %w", err)
		}
		id = placed.ProgramID
	}
	return s.admitTx(ctx, tx, id)
}

// admitTx gives free places to those who wait, longest first, and writes to
// them.
func (s *Service) admitTx(ctx context.Context, tx *gorm.DB, id program.ID) error {
	var waits int64
	if err := tx.WithContext(ctx).Model(&expert.Enrolment{}).Where("program_id = ? AND waiting", id).Limit(1).Count(&waits).Error; err != nil {
		return fmt.Errorf("look who waits for program %s: %w", id, err)
	}
	if waits == 0 {
		return nil
	}
	free, err := s.placesTx(ctx, tx, id)
	if err != nil || free <= 0 {
		return err
	}
	var list []expert.Enrolment
	err = marketplace.ForUpdate(tx.WithContext(ctx)).Where("program_id = ? AND waiting", id).
		Order("applied_at, lot").Limit(int(min(free, s.atOnce))).Find(&list).Error
	if err != nil {
		return fmt.Errorf("list who waits for program %s: %w", id, err)
	}
	for i := range list {
		if err := s.placeTx(ctx, tx, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) placeTx(ctx context.Context, tx *gorm.DB, e *expert.Enrolment) error {
	e.Waiting = false
	if err := s.withoutTermsTx(ctx, tx, e); err != nil {
		return err
	}
	if err := s.experts.SaveTx(ctx, tx, HasPlace, *e, expert.Change{By: access.SystemCaller("places").String()}); err != nil {
		return err
	}
	return s.writeTx(ctx, tx, HasPlace, *e)
}

// Ahead is how many wait before the calling applicant; 0 for who does not wait.
// Errors: expert.ErrNotAPerson, *marketplace.NotFoundError without an application.
func (s *Service) Ahead(ctx context.Context, caller access.Caller, id program.ID) (ahead int, err error) {
	err = s.experts.SeeOwn(ctx, caller, id, func(tx *gorm.DB, e *expert.Enrolment) error {
		if !e.Waiting {
			return nil
		}
		var n int64
		err := tx.WithContext(ctx).Model(&expert.Enrolment{}).
			Where("program_id = ? AND waiting AND (applied_at < ? OR applied_at = ? AND lot < ?)", id, e.AppliedAt, e.AppliedAt, e.Lot).Count(&n).Error
		if err != nil {
			return fmt.Errorf("count who waits for program %s: %w", id, err)
		}
		ahead = int(n)
		return nil
	})
	return ahead, err
}
