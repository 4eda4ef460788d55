package insight

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
)

// What an operator does to jobs: events of marketplace.AllBrands, subject: who
// did it, data: JobMove.
const (
	JobRetried event.Kind = "job.retried"
	JobBuried  event.Kind = "job.buried"
)

// JobMove is the data of JobRetried and JobBuried.
type JobMove struct {
	By  string `json:"by"` // the caller, by id
	Job int64  `json:"job"`
}

// Jobs lists the jobs that are not done, newest first (permission ManageJobs).
// Errors: *access.ForbiddenError, *marketplace.InvalidError.
func (s *Service) Jobs(ctx context.Context, caller access.Caller, f job.Filter, page marketplace.Page) (list marketplace.Listing[job.Job], err error) {
	err = s.onPlatform(ctx, caller, access.ManageJobs, func(tx *gorm.DB) error {
		list, err = s.Queue.ListTx(ctx, tx, f, page)
		return err
	})
	return list, err
}

// RetryJob has a buried job run now, with all its attempts again (permission
// ManageJobs). Errors: *access.ForbiddenError, *marketplace.NotFoundError where
// no such job is buried.
func (s *Service) RetryJob(ctx context.Context, caller access.Caller, seq int64) error {
	return s.moveJob(ctx, caller, seq, JobRetried, s.Queue.RetryTx)
}

// BuryJob takes a waiting job out of the queue until somebody retries it.
// Errors as RetryJob's, where no such job waits.
func (s *Service) BuryJob(ctx context.Context, caller access.Caller, seq int64) error {
	return s.moveJob(ctx, caller, seq, JobBuried, s.Queue.BuryTx)
}

func (s *Service) moveJob(ctx context.Context, caller access.Caller, seq int64, kind event.Kind, move func(context.Context, *gorm.DB, int64) error) error {
	return s.Store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.ManageJobs); err != nil {
			return err
		}
		if err := move(ctx, tx, seq); err != nil {
			return err
		}
		e := event.Event{Brand: marketplace.AllBrands, Kind: kind, Subject: event.Subject(caller.Person), At: s.Clock.Now()}
		return s.Events.AppendTx(ctx, tx, e, JobMove{By: caller.String(), Job: seq})
	})
}
