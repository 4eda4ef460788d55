package earnings

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/payouts"
)

// entry is one line of the timetable.
type entry struct {
	ID        job.RowID `gorm:"primaryKey"`
	Name      string
	NextDueAt time.Time
}

// TableName implements gorm's Tabler.
func (entry) TableName() string { return "timetable" }

// The lines of the timetable; migrations 00037 and 00086 insert them.
const (
	payday      = "payday"
	sendPayouts = "send payouts"
	readBooks   = "reconcile payouts"
)

// The jobs of this room. Both talk to the provider or take many transactions.
const (
	runJob  = "earnings.run"
	sendJob = "earnings.send"
)

const (
	// paydayHour is when on Mondays the weekly payouts are made, UTC, and paydayAgain
	// is how often one looks whether they were, until they are.
	paydayHour  = 6
	paydayAgain = time.Hour
	// sendEvery is how often one looks for payouts to send while some are open,
	// and lookEvery while none is. Who makes payouts has them sent at once.
	sendEvery = time.Minute
	lookEvery = 5 * time.Minute
	// sendMargin is how much of a job's time must be left to begin with another
	// payout: a call to the provider may take a minute.
	sendMargin = 65 * time.Second
	// sendBatch is how many payouts are sent between two looks at the time left.
	sendBatch = 100
)

// nextPayday is the first payday after t.
func nextPayday(t time.Time) time.Time {
	t = t.UTC()
	days := (int(time.Monday) - int(t.Weekday()) + 7) % 7
	next := time.Date(t.Year(), t.Month(), t.Day()+days, paydayHour, 0, 0, 0, time.UTC)
	if !next.After(t) {
		next = next.AddDate(0, 0, 7)
	}
	return next
}

func (s *Service) keepTimetable() {
	s.queue.Sweep(job.Sweep{Name: "timetable", Table: "timetable", Do: s.dueTx})
	s.queue.HandleCall(runJob, s.run)
	s.queue.HandleCall(sendJob, s.send)
	s.queue.HandleCall(budgetsJob, s.watchBudgets)
	s.keepPayments()
}

// dueTx puts what a line of the timetable says on the queue and finds the
// line's next time. A payday that was missed is made up for once. What the queue has
// given up is tried again at the line's next time.
func (s *Service) dueTx(ctx context.Context, tx *gorm.DB, id job.RowID, now time.Time) error {
	var e entry
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ?", id).Take(&e).Error
	if err := marketplace.OnlyOne(err, "line of the timetable", id); err != nil {
		return err
	}
	if e.NextDueAt.After(now) {
		return nil // another process was faster
	}
	next, err := s.doTx(ctx, tx, e, now)
	if err != nil {
		return err
	}
	err = tx.WithContext(ctx).Model(&entry{}).Where("id = ?", id).Updates(map[string]any{"next_due_at": next}).Error
	if err != nil {
		return fmt.Errorf("set the next time of %s: %w", e.Name, err)
	}
	return nil
}

func (s *Service) doTx(ctx context.Context, tx *gorm.DB, e entry, now time.Time) (next time.Time, err error) {
	switch e.Name {
	case topUps:
		return s.topUpTx(ctx, tx, now)
	case budgetsLine:
		return now.Add(budgetEvery), s.queue.EnqueueTx(ctx, tx, job.New{Kind: budgetsJob, Args: struct{}{}, UniqueKey: budgetsJob})
	case readBooks:
		return now.Add(booksEvery), s.queue.EnqueueTx(ctx, tx, job.New{Kind: booksJob, Args: reading{}, UniqueKey: booksJob})
	case payday:
		if e.NextDueAt.Year() == 1970 { // nobody looked before
			return nextPayday(now), nil
		}
		week := payouts.WeekOf(nextPayday(now).AddDate(0, 0, -7))
		made, err := payouts.RunMadeTx(ctx, tx, week)
		if err != nil || made {
			return nextPayday(now), err
		}
		return now.Add(paydayAgain), s.queue.EnqueueTx(ctx, tx, job.New{Kind: runJob, Args: runArgs{week}, UniqueKey: runJob + ":" + week})
	case sendPayouts:
		if err := s.tellPaidTx(ctx, tx); err != nil {
			return time.Time{}, err
		}
		due, err := payouts.DueTx(ctx, tx, now)
		if err != nil || !due {
			return now.Add(lookEvery), err
		}
		return now.Add(sendEvery), s.sendTx(ctx, tx, sendJob)
	}
	return time.Time{}, fmt.Errorf("nobody knows what %q in the timetable is", e.Name)
}

type runArgs struct {
	Period string `json:"period"`
}

// run makes a week's payouts and has them sent.
func (s *Service) run(ctx context.Context, j job.Job) error {
	var args runArgs
	if err := j.Decode(&args); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	if _, err := s.payouts.CreateRun(ctx, args.Period); err != nil {
		return err
	}
	return s.SendSoon(ctx)
}

// send brings due payouts as far as they can be brought, while its time lasts;
// the timetable has it called again for the rest. While payouts are paused there
// is nothing to do.
func (s *Service) send(ctx context.Context, _ job.Job) error {
	for {
		done, err := s.payouts.Process(ctx, sendBatch)
		if errors.Is(err, payouts.ErrPaused) {
			return nil
		}
		if err != nil {
			return err
		}
		until, limited := ctx.Deadline()
		if done.Sent+done.Failed+done.Waiting < sendBatch || limited && time.Until(until) < sendMargin {
			return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return s.tellPaidTx(ctx, tx) })
		}
	}
}

// SendSoon has payouts sent that were just made, here or by who makes them
// otherwise; without Payday it does nothing. The job has no key: one that
// runs already may have looked before they were there.
func (s *Service) SendSoon(ctx context.Context) error {
	if !s.payday {
		return nil
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return s.sendTx(ctx, tx, "") })
}

func (s *Service) sendTx(ctx context.Context, tx *gorm.DB, key string) error {
	return s.queue.EnqueueTx(ctx, tx, job.New{Kind: sendJob, Args: struct{}{}, UniqueKey: key})
}
