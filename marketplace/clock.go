package marketplace

import (
	"sync"
	"time"
)

// Clock tells the one time everything is decided by: UTC, whole microseconds
// (what PostgreSQL keeps). A service reads it once per operation.
type Clock interface {
	Now() time.Time
}

// ClockFunc makes a function a Clock, cutting its answer to UTC microseconds.
type ClockFunc func() time.Time

// Now implements Clock.
func (f ClockFunc) Now() time.Time { return f().UTC().Truncate(time.Microsecond) }

// ManualClock stands still until it is moved: time travel for tests, replays
// and simulations. Safe for concurrent use.
type ManualClock struct {
	mu  sync.Mutex
	now time.Time
}

// NewManualClock starts at t.
func NewManualClock(t time.Time) *ManualClock {
	c := &ManualClock{}
	c.Set(t)
	return c
}

// Now implements Clock.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to t, forwards or back.
func (c *ManualClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t.UTC().Truncate(time.Microsecond)
}

// Advance moves the clock by d.
func (c *ManualClock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }
