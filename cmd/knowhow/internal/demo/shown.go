package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// quietWithin is how long the process's workers may take for what is due at one
// moment.
const quietWithin = 30 * time.Second

// errBusy: work that was due did not come to an end.
var errBusy = errors.New("what was due did not come to an end")

// settleShown waits until what is due is done, by whomever, and has people
// notice what is new.
func (w *world) settleShown(ctx context.Context) error {
	if err := w.quiet(ctx); err != nil {
		return err
	}
	var last int64
	err := w.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Raw("SELECT COALESCE(MAX(seq), 0) FROM events").Scan(&last).Error
	})
	if err != nil || last == w.noticed {
		return err
	}
	w.noticed = last
	return w.notice(ctx, w.clock.Now().Add(-time.Minute)) // a visitor may have been a moment earlier
}

// quiet waits until no job is due or under way.
func (w *world) quiet(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, quietWithin, errBusy)
	defer cancel()
	for {
		running, err := w.underWay(ctx)
		if err != nil {
			return err
		}
		if running == 0 {
			if n, err := w.Queue.RunDue(ctx); err != nil || n == 0 {
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func (w *world) underWay(ctx context.Context) (n int64, err error) {
	err = w.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Table("jobs").Where("state = 'running'").Count(&n).Error
	})
	if err != nil {
		return 0, fmt.Errorf("count the jobs under way: %w", err)
	}
	return n, nil
}
