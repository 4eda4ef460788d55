package quality

import (
	"context"
	"fmt"
	"hash/fnv"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
)

// watchJob works out whom of a program to look at more closely, outside any
// transaction.
const watchJob = "quality.watch"

type watchArgs struct {
	Program program.ID `json:"program"`
}

// WatchExperts has a job look, in each program where somebody works or is watched,
// whose work to draw for review more often: who has an open signal, or whose
// standing is in doubt. Call it every day, in any number of processes.
func (s *Service) WatchExperts(ctx context.Context) error {
	var list []struct {
		BrandID   marketplace.BrandID
		ProgramID program.ID
	}
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Table("enrolments").Distinct("brand_id", "program_id").
			Where("state IN ('probation', 'active') OR watch <> ''").Order("program_id").Find(&list).Error
	})
	if err != nil {
		return fmt.Errorf("list the programs where experts work: %w", err)
	}
	for _, one := range list {
		err := s.store.InTx(ctx, one.BrandID, func(tx *gorm.DB) error {
			return s.queue.EnqueueTx(ctx, tx, job.New{
				Kind: watchJob, Args: watchArgs{one.ProgramID}, Brand: one.BrandID, UniqueKey: watchJob + ":" + one.ProgramID.String(),
			})
		})
		if err != nil {
			return fmt.Errorf("have the experts of program %s looked at: %w", one.ProgramID, err)
		}
	}
	return nil
}

// watch works out who is watched, and then writes it.
func (s *Service) watch(ctx context.Context, j job.Job) error {
	var args watchArgs
	if err := j.Decode(&args); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	var doubted []access.PersonID
	var signals []Signal
	var words lately
	now := s.clock.Now()
	err := s.store.Read(ctx, j.BrandID, func(tx *gorm.DB) (err error) {
		if doubted, err = expert.DoubtedTx(ctx, tx, args.Program, now); err != nil {
			return err
		}
		signals, words, err = s.signalsTx(ctx, tx, args.Program, now)
		return err
	})
	if err != nil {
		return err
	}
	signals = append(signals, words.signals()...)
	return s.store.InTx(ctx, j.BrandID, func(tx *gorm.DB) error {
		if err := oneLookTx(ctx, tx, args.Program); err != nil {
			return err
		}
		if err := s.settledTx(ctx, tx, args.Program, signals); err != nil { // who settles one meanwhile looks again
			return err
		}
		return expert.SetWatchTx(ctx, tx, args.Program, watchedFor(doubted, signals))
	})
}

// oneLookTx waits until no other process writes who of the program is watched, and
// keeps others waiting until the transaction ends, so that what was read before a
// signal was settled is not written after what was read later. On SQLite one
// writes at a time anyway.
func oneLookTx(ctx context.Context, tx *gorm.DB, id program.ID) error {
	if !marketplace.Postgres(tx) {
		return nil
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(watchJob + ":" + id.String())) // never fails
	var nothing any
	if err := marketplace.ScanTx(tx.WithContext(ctx), "SELECT pg_advisory_xact_lock(?)::text", []any{int64(h.Sum64())}, &nothing); err != nil {
		return fmt.Errorf("wait for who looks at the experts of program %s: %w", id, err)
	}
	return nil
}

// watchedFor is who is to be watched. An open signal is the better reason: it waits
// for a human.
func watchedFor(doubted []access.PersonID, signals []Signal) map[access.PersonID]expert.Watch {
	watched := map[access.PersonID]expert.Watch{}
	for _, person := range doubted {
		watched[person] = expert.WatchDoubt
	}
	for _, s := range signals {
		if !s.Open || s.Kind == SignalRatedLow { // who is rated down did nothing
			continue
		}
		for _, p := range s.People {
			watched[p.Person] = expert.WatchSignal
		}
	}
	return watched
}
