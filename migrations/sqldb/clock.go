package sqldb

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// Clock tells the database server's time, so that every process on one
// PostgreSQL decides by the same clock: the local clock plus an offset that
// Sync measures. SQLite runs in the process, so its offset is zero. Safe for
// concurrent use.
type Clock struct {
	db     *DB
	offset atomic.Int64 // nanoseconds
}

// NewClock measures the offset once; call Sync from time to time after that.
func NewClock(ctx context.Context, db *DB) (*Clock, error) {
	c := &Clock{db: db}
	return c, c.Sync(ctx)
}

// Now is the database's time, UTC, in whole microseconds.
func (c *Clock) Now() time.Time {
	return time.Now().Add(time.Duration(c.offset.Load())).UTC().Truncate(time.Microsecond)
}

// Sync measures the offset again: in the middle of the shortest of some round
// trips, since what makes one long need not be in its middle.
func (c *Clock) Sync(ctx context.Context) error {
	if c.db.Dialect != "postgres" {
		return nil
	}
	const trips = 4
	var offset, shortest time.Duration
	for i := range trips {
		before := time.Now()
		var server time.Time
		if err := c.db.Read.WithContext(ctx).Raw("SELECT clock_timestamp()").Row().Scan(&server); err != nil {
			return fmt.Errorf("read the database's clock: %w", err)
		}
		if took := time.Since(before); i == 0 || took < shortest {
			offset, shortest = server.Sub(before.Add(took/2)), took
		}
	}
	c.offset.Store(int64(offset))
	return nil
}
