package demo

import (
	"sync"
	"time"

	"knowhow/marketplace"
)

// Clock is the demo's own: another clock, and how far ahead of it days were
// passed. While days pass it stands where it was set. Safe for concurrent use.
type Clock struct {
	base marketplace.Clock

	mu    sync.Mutex
	ahead time.Duration
	at    time.Time // where it stands; zero: it runs
}

// NewClock is the clock that is ahead of base.
func NewClock(base marketplace.Clock, ahead time.Duration) *Clock {
	return &Clock{base: base, ahead: ahead}
}

// Now implements marketplace.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.at.IsZero() {
		return c.at
	}
	return c.base.Now().Add(c.ahead)
}

// Set has the clock stand at t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t.UTC().Truncate(time.Microsecond)
}

// Run has the clock run on from where it stands.
func (c *Clock) Run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.at.IsZero() {
		c.ahead, c.at = c.at.Sub(c.base.Now()), time.Time{}
	}
}

// Ahead is how far the clock is ahead of the one it follows.
func (c *Clock) Ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.at.IsZero() {
		return c.at.Sub(c.base.Now())
	}
	return c.ahead
}
