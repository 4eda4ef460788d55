package expert

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// Standing is the stored belief about a person's work on one topic of a
// program; Topic "" is work on no known topic.
type Standing struct {
	BrandID   marketplace.BrandID
	ProgramID program.ID      `gorm:"primaryKey"`
	PersonID  access.PersonID `gorm:"primaryKey"`
	Topic     string          `gorm:"primaryKey"`
	Alpha     float64
	Beta      float64
	Evidence  int
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

// Belief is the distribution that the standing holds, as of its last outcome.
func (s Standing) Belief() Belief {
	return Belief{Alpha: s.Alpha, Beta: s.Beta, Evidence: s.Evidence, At: s.UpdatedAt}
}

// Work is one outcome of one person's work. Topic is the topic's slug, or "".
// Weight is how much it counts, above 0 and at most 5; an ordinary review is 1.
type Work struct {
	Brand   marketplace.BrandID
	Program program.ID
	Person  access.PersonID
	Topic   string
	Outcome Outcome
	Weight  float64
	At      time.Time
}

func (w Work) check() error {
	invalid := func(field, reason string) error { return &marketplace.InvalidError{Field: field, Reason: reason} }
	switch {
	case w.Outcome != Success && w.Outcome != Failure:
		return invalid("outcome", "must be success or failure")
	case !(w.Weight > 0 && w.Weight <= maxWeight) || math.IsNaN(w.Weight):
		return invalid("weight", fmt.Sprintf("must be above 0 and at most %d", maxWeight))
	case w.Topic != "":
		return firstError(checkTime("at", w.At), program.CheckSlug("topic", w.Topic))
	}
	return checkTime("at", w.At)
}

// RecordOutcomeTx moves the belief about a person's work by one outcome. It
// counts every call: call it once per outcome, in the transaction that decides
// it. Errors: *marketplace.InvalidError, *marketplace.NotFoundError for an
// unknown expert or program.
func (s *Service) RecordOutcomeTx(ctx context.Context, tx *gorm.DB, w Work) error {
	if err := w.check(); err != nil {
		return err
	}
	known, err := lockStandingTx(ctx, tx, w)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		if err := openStandingTx(ctx, tx, w); err != nil {
			return err
		}
		known, err = lockStandingTx(ctx, tx, w)
	}
	if err != nil {
		return fmt.Errorf("lock the standing of %s: %w", w.Person, err)
	}
	b := known.Belief().with(w.Outcome, w.Weight, w.At.UTC())
	err = tx.WithContext(ctx).Model(&Standing{}).
		Where("program_id = ? AND person_id = ? AND topic = ?", w.Program, w.Person, w.Topic).
		Updates(map[string]any{"alpha": b.Alpha, "beta": b.Beta, "evidence": b.Evidence, "updated_at": b.At}).Error
	if err != nil {
		return fmt.Errorf("update the standing of %s: %w", w.Person, err)
	}
	return nil
}

func lockStandingTx(ctx context.Context, tx *gorm.DB, w Work) (Standing, error) {
	var known Standing
	err := marketplace.ForUpdate(tx.WithContext(ctx)).
		Where("program_id = ? AND person_id = ? AND topic = ?", w.Program, w.Person, w.Topic).Take(&known).Error
	return known, err
}

// openStandingTx begins a standing at the prior, if nobody has meanwhile.
func openStandingTx(ctx context.Context, tx *gorm.DB, w Work) error {
	prior := Prior()
	fresh := Standing{
		BrandID: w.Brand, ProgramID: w.Program, PersonID: w.Person, Topic: w.Topic,
		Alpha: prior.Alpha, Beta: prior.Beta, UpdatedAt: w.At.UTC(),
	}
	err := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		return marketplace.NotFound("expert or program of the outcome of", w.Person)
	}
	if err != nil {
		return fmt.Errorf("open the standing of %s: %w", w.Person, err)
	}
	return nil
}

// StandingsTx lists a person's standings in a program by topic.
func (s *Service) StandingsTx(ctx context.Context, tx *gorm.DB, id program.ID, person access.PersonID) ([]Standing, error) {
	var list []Standing
	err := tx.WithContext(ctx).Where("program_id = ? AND person_id = ?", id, person).Order("topic").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the standings of %s: %w", person, err)
	}
	return list, nil
}
