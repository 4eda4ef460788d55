package question

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
	"knowhow/matching"
	"knowhow/matching/standing"
)

// EventRefitted is told of a program whose questions are from now on ranked by
// weights that were fitted to its history again. Data is a Refitted.
const EventRefitted event.Kind = "matching.refitted"

// Refitted is the data of EventRefitted.
type Refitted struct {
	Number   int64     `json:"number"` // of the weights, from 1
	Version  string    `json:"version"`
	Until    time.Time `json:"until"`    // what was known before it was studied
	Resolved int       `json:"resolved"` // resolved questions known by then
	Lessons  int       `json:"lessons"`  // of them, those learned from
}

// refitJob fits a program's weights, outside any transaction.
const refitJob = "matching.refit"

type refitArgs struct {
	Program program.ID `json:"program"`
}

// RefitWeights has a job fit the weights of each program again in which enough
// was resolved since the last time. Call it every hour, in any number of processes.
// What is fitted follows from the program's history, whenever and wherever it is.
func (s *Service) RefitWeights(ctx context.Context) error {
	var list []studying
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		list, err = studyingTx(ctx, tx, s.clock.Now())
		return err
	})
	if err != nil {
		return err
	}
	for _, one := range list {
		if !one.due() {
			continue
		}
		err := s.store.InTx(ctx, one.brand, func(tx *gorm.DB) error {
			return s.queue.EnqueueTx(ctx, tx, job.New{
				Kind: refitJob, Args: refitArgs{one.program}, Brand: one.brand, UniqueKey: refitJob + ":" + one.program.String(),
			})
		})
		if err != nil {
			return fmt.Errorf("have the weights of program %s fitted: %w", one.program, err)
		}
	}
	return nil
}

// studying is how much of a program's history there is to study.
type studying struct {
	brand            marketplace.BrandID
	program          program.ID
	resolved, fitted int // questions: in all, and when weights were fitted last
}

func (p studying) due() bool {
	return matching.Weights{Fitted: matching.Fitting{Resolved: p.fitted}}.Due(p.resolved)
}

func studyingTx(ctx context.Context, tx *gorm.DB, now time.Time) (list []studying, err error) {
	err = marketplace.EachTx(tx.WithContext(ctx), `SELECT e.brand_id, e.program_id, COUNT(DISTINCT e.question_id), COALESCE((SELECT w.resolved
			FROM program_weights w WHERE w.program_id = e.program_id AND w.drawn_to = ? ORDER BY w.number DESC LIMIT 1), 0)
		FROM evidence e WHERE e.resolved_at <= ? GROUP BY e.brand_id, e.program_id`,
		[]any{matching.DefaultWeights().Version, now}, func(scan marketplace.Scan) error {
			var p studying
			err := scan(&p.brand, &p.program, &p.resolved, &p.fitted)
			list = append(list, p)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("count what was resolved: %w", err)
	}
	return list, nil
}

// refit fits a program's weights, if that is due, and puts them on record. Another
// process may do the same meanwhile: one of the two is kept, and both are alike.
func (s *Service) refit(ctx context.Context, j job.Job) error {
	var args refitArgs
	if err := j.Decode(&args); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	var index *matching.Index
	var last fitted
	now, from := s.clock.Now(), matching.DefaultWeights()
	err := s.store.Read(ctx, j.BrandID, func(tx *gorm.DB) (err error) {
		if index, err = s.indexTx(ctx, tx, args.Program, patient); err == nil {
			last, err = newestTx(ctx, tx, args.Program)
		}
		return err
	})
	if err != nil {
		return err
	}
	number := last.number
	if last.Fitted.From != from.Version {
		last = fitted{} // which were drawn to others
	}
	cut, due := index.Cut(now, last.Weights)
	if !due {
		return nil
	}
	lessons := index.Study(cut, from, func() bool { return ctx.Err() != nil })
	if lessons == nil {
		return ctx.Err()
	}
	found, err := lessons.Fit(from)
	if err != nil {
		return fmt.Errorf("fit the weights of program %s: %w", args.Program, err)
	}
	prior, err := s.fitPrior(ctx, j.BrandID, args.Program, now)
	if err != nil {
		return err
	}
	return s.keep(ctx, j.BrandID, args.Program, fitted{number + 1, found, prior})
}

// fitPrior is what the program's outcomes by now teach to expect of its experts;
// zero where they are too few.
func (s *Service) fitPrior(ctx context.Context, brand marketplace.BrandID, id program.ID, now time.Time) (p standing.Prior, err error) {
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) (err error) {
		p, err = s.experts.FitRollTx(ctx, tx, expert.Requirement{Brand: brand, Program: id, Now: now})
		return err
	})
	if err == nil && p == expert.RoutingPrior() {
		p = standing.Prior{}
	}
	return p, err
}

// newestTx is a program's newest weights without their parameters, of number 0
// where there are none.
func newestTx(ctx context.Context, tx *gorm.DB, id program.ID) (fitted, error) {
	var number int64
	err := marketplace.ScanTx(tx.WithContext(ctx), "SELECT "+fittedSQL, []any{id}, &number)
	if err != nil || number == 0 {
		return fitted{}, err
	}
	f, _, err := fittedTx(ctx, tx, id, number)
	return f, err
}

// keep puts weights on record, and tells of them.
func (s *Service) keep(ctx context.Context, brand marketplace.BrandID, id program.ID, f fitted) error {
	now := s.clock.Now()
	insert, err := f.insert(brand, id, now)
	if err != nil {
		return err
	}
	written := int64(0)
	insert.Then = func(rows int64) error { written = rows; return nil }
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := marketplace.WriteTx(ctx, tx, insert); err != nil || written == 0 {
			return err
		}
		return s.events.AppendTx(ctx, tx, event.Event{Brand: brand, Kind: EventRefitted, Subject: event.Subject(id), At: now}, Refitted{
			Number: f.number, Version: f.Version, Until: f.Fitted.Until, Resolved: f.Fitted.Resolved, Lessons: f.Fitted.Lessons,
		})
	})
}
