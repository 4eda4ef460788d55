package expert

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gorm.io/gorm"

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
	record, err := s.RecordOutcome(ctx, tx, w)
	if err != nil {
		return err
	}
	return w.unknown(marketplace.WriteTx(ctx, tx, record))
}

// RecordOutcome is RecordOutcomeTx as a statement of tx. The standing is read
// now, but not locked before the statement: if another outcome came between, the
// statement adds to what it finds.
func (s *Service) RecordOutcome(ctx context.Context, tx *gorm.DB, w Work) (marketplace.Statement, error) {
	if err := w.check(); err != nil {
		return marketplace.Statement{}, err
	}
	known, err := standingTx(ctx, tx, w, "")
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return marketplace.Statement{}, fmt.Errorf("load the standing of %s: %w", w.Person, err)
	}
	return s.RecordOutcomeAfter(ctx, tx, w, known)
}

// RecordOutcomeAfter is RecordOutcome after a standing that was read in tx: only
// its belief counts, and one at no time is none.
func (s *Service) RecordOutcomeAfter(ctx context.Context, tx *gorm.DB, w Work, known Standing) (marketplace.Statement, error) {
	if err := w.check(); err != nil {
		return marketplace.Statement{}, err
	}
	record := marketplace.Statement{
		Doing: "write the standing of " + w.Person.String(),
		Then: func(rows int64) error {
			if rows == 1 {
				return nil
			}
			return addOutcomeTx(ctx, tx, w)
		},
	}
	if known.UpdatedAt.IsZero() {
		record.SQL, record.Args = w.open(tx)
	} else {
		b := known.Belief().With(w.Outcome, w.Weight, w.At.UTC())
		record.SQL, record.Args = w.add(tx, known.Evidence, b)
	}
	return record, nil
}

// open begins a standing at the prior and the first outcome, if nobody has
// meanwhile, as nobody can on SQLite: there an ON CONFLICT would hold for the
// roster's trigger too.
func (w Work) open(tx *gorm.DB) (insert string, args []any) {
	prior := Prior()
	b := Standing{Alpha: prior.Alpha, Beta: prior.Beta, UpdatedAt: w.At.UTC()}.Belief().With(w.Outcome, w.Weight, w.At.UTC())
	insert = "INSERT INTO standings (brand_id, program_id, person_id, topic, alpha, beta, evidence, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	if marketplace.Postgres(tx) {
		insert += " ON CONFLICT DO NOTHING"
	}
	return insert, []any{w.Brand, w.Program, w.Person, w.Topic, b.Alpha, b.Beta, b.Evidence, b.At}
}

// add moves a standing to b, which is what it was at so many outcomes and this one.
// On PostgreSQL others may have come between; people who are asked for most have
// work decided at the same moment, and to begin the transaction anew would cost more
// than to say Belief.With in SQL as well.
func (w Work) add(tx *gorm.DB, evidence int, b Belief) (update string, args []any) {
	of, key := " WHERE program_id = ? AND person_id = ? AND topic = ?", []any{w.Program, w.Person, w.Topic}
	if !marketplace.Postgres(tx) {
		return "UPDATE standings SET alpha = ?, beta = ?, evidence = ?, updated_at = ?" + of + " AND evidence = ?",
			append(append([]any{b.Alpha, b.Beta, b.Evidence, b.At}, key...), evidence)
	}
	good, bad, at := w.Weight, 0.0, w.At.UTC()
	if w.Outcome == Failure {
		good, bad = bad, good
	}
	update = `UPDATE standings SET evidence = evidence + 1, updated_at = GREATEST(updated_at, ?),
		alpha = CASE evidence WHEN ? THEN ? ELSE ` + withSQL("alpha", priorAlpha) + ` END,
		beta = CASE evidence WHEN ? THEN ? ELSE ` + withSQL("beta", priorBeta) + " END"
	return update + of, slices.Concat([]any{at, evidence, b.Alpha, at, good, at, at, evidence, b.Beta, at, bad, at, at}, key)
}

// withSQL is Belief.With of a column in SQL for PostgreSQL: what exceeds the prior
// fades to the time of the outcome, and that, if it is older, to the time of the
// belief. Its arguments are the time, what is added, and the time twice.
func withSQL(column string, prior int) string {
	fade := func(from string) string {
		return fmt.Sprintf("power(2, CAST(EXTRACT(EPOCH FROM CAST(%s AS timestamptz) - GREATEST(updated_at, ?)) AS float8) / %.0f)", from, halfLife.Seconds())
	}
	return fmt.Sprintf("%[1]d + (%[2]s - %[1]d) * %[3]s + CAST(? AS float8) * ", prior, column, fade("updated_at")) + fade("?")
}

// addOutcomeTx adds an outcome to a standing that is there.
func addOutcomeTx(ctx context.Context, tx *gorm.DB, w Work) error {
	known, err := standingTx(ctx, tx, w, marketplace.ForUpdateSQL(tx))
	if err != nil {
		return fmt.Errorf("lock the standing of %s: %w", w.Person, err)
	}
	b := known.Belief().With(w.Outcome, w.Weight, w.At.UTC())
	err = tx.WithContext(ctx).Model(&Standing{}).
		Where("program_id = ? AND person_id = ? AND topic = ?", w.Program, w.Person, w.Topic).
		Updates(map[string]any{"alpha": b.Alpha, "beta": b.Beta, "evidence": b.Evidence, "updated_at": b.At}).Error
	if err != nil {
		return fmt.Errorf("update the standing of %s: %w", w.Person, err)
	}
	return nil
}

// standingTx loads what is known, and locks it where lock says so.
func standingTx(ctx context.Context, tx *gorm.DB, w Work, lock string) (Standing, error) {
	known := Standing{BrandID: w.Brand, ProgramID: w.Program, PersonID: w.Person, Topic: w.Topic}
	err := marketplace.ScanTx(tx.WithContext(ctx),
		"SELECT alpha, beta, evidence, updated_at FROM standings WHERE program_id = ? AND person_id = ? AND topic = ?"+lock,
		[]any{w.Program, w.Person, w.Topic}, &known.Alpha, &known.Beta, &known.Evidence, &known.UpdatedAt)
	return known, err
}

func (w Work) unknown(err error) error {
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		return marketplace.NotFound("expert or program of the outcome of", w.Person)
	}
	return err
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
