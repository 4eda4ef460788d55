// Package limit bounds how often somebody may ask. It counts in fixed windows;
// a process takes its share of a window from the database a part at a time, so
// that any number of processes keep to one limit and most requests cost no
// statement. Of a limit of 100 or more each process gives the first
// hundredth by itself, and tells with the next part: who asks little costs nothing,
// and a hundredth for each process is what such a limit may be exceeded by. A
// smaller one is kept exactly. Without a database it counts for this process alone,
// which on SQLite is the only one.
//
// It owns the table rate_windows. A key is a caller or the keyed hash of an
// address, never an address in clear.
package limit

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// Policy is how many requests a key may make in a window.
type Policy struct {
	Name   string
	Limit  int
	Window time.Duration
}

// Verdict is the outcome of one request.
type Verdict struct {
	Policy    Policy
	Allowed   bool
	Remaining int           // in this window, as far as this process knows
	Reset     time.Duration // until the window ends
}

// Tell writes what is left, as draft-ietf-httpapi-ratelimit-headers-10 says.
func (v Verdict) Tell(set func(name, value string)) {
	set("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%d", v.Policy.Name, v.Policy.Limit, int(v.Policy.Window.Seconds())))
	set("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", v.Policy.Name, v.Remaining, int(math.Ceil(v.Reset.Seconds()))))
}

// Limiter counts requests. Safe for concurrent use.
type Limiter struct {
	store *marketplace.Store // nil: counts for this process alone
	clock marketplace.Clock

	mu     sync.Mutex
	counts map[id]*count
	swept  time.Time
}

type id struct{ policy, key string }

// count is what this process knows of one key in one window.
type count struct {
	mu     sync.Mutex
	window time.Time
	used   int // of what was taken
	taken  int // from the limit, by this process
	untold int // of that, what the database does not know of
	total  int // taken by all processes, when last asked
}

// New makes a limiter; shared is the database it shares with other processes,
// nil where there are none.
func New(shared *marketplace.Store, clock marketplace.Clock) *Limiter {
	return &Limiter{store: shared, clock: clock, counts: map[id]*count{}}
}

// Take counts one request of key and says whether it is within the policy.
func (l *Limiter) Take(ctx context.Context, p Policy, key string) (Verdict, error) {
	now := l.clock.Now()
	window := now.Truncate(p.Window)
	c := l.count(id{p.Name, key}, now)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.window.Equal(window) {
		c.window, c.used, c.taken, c.untold, c.total = window, 0, 0, 0, 0
	}
	if c.used == c.taken && c.total < p.Limit {
		if err := l.takeMore(ctx, p, key, c); err != nil {
			return Verdict{}, err
		}
	}
	v := Verdict{Policy: p, Reset: window.Add(p.Window).Sub(now)}
	if c.used < c.taken {
		c.used++
		v.Allowed = true
	}
	v.Remaining = max(0, p.Limit-c.total) + c.taken - c.used
	return v, nil
}

// count finds what is known of a key, and once a minute forgets what is over.
func (l *Limiter) count(of id, now time.Time) *count {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > time.Minute {
		l.swept = now
		for k, c := range l.counts {
			if c.mu.TryLock() {
				if now.Sub(c.window) > time.Hour {
					delete(l.counts, k)
				}
				c.mu.Unlock()
			}
		}
	}
	c := l.counts[of]
	if c == nil {
		c = &count{}
		l.counts[of] = c
	}
	return c
}

// takeMore takes a hundredth of the limit at first, and then a tenth of what was
// left of it: what a process takes and does not use, since it ends or is one of
// many, is lost to the others until the window is over. The hundredth costs no
// statement where the limit is 100 or more: of a smaller one it would be a larger share.
func (l *Limiter) takeMore(ctx context.Context, p Policy, key string, c *count) error {
	share := max(1, p.Limit/100)
	if c.taken > 0 {
		share = max(1, (p.Limit-c.total)/10)
	}
	if l.store == nil || c.taken == 0 && p.Limit >= 100 {
		share = min(share, p.Limit-c.total)
		c.taken, c.untold, c.total = c.taken+share, share, c.total+share
		return nil
	}
	var total int
	err := l.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return marketplace.ScanTx(tx, `INSERT INTO rate_windows (policy, key, window_at, used) VALUES (?, ?, ?, ?)
			ON CONFLICT (policy, key, window_at) DO UPDATE SET used = rate_windows.used + EXCLUDED.used RETURNING used`,
			[]any{p.Name, key, c.window, c.untold + share}, &total)
	})
	if err != nil {
		return fmt.Errorf("take from the limit %s: %w", p.Name, err)
	}
	// What was added beyond the limit is nobody's.
	c.taken += max(0, share-max(0, total-p.Limit))
	c.untold, c.total = 0, min(total, p.Limit)
	return nil
}

// Forget removes windows that ended more than a day ago, up to limit of them.
func Forget(ctx context.Context, store *marketplace.Store, now time.Time, limit int) (int, error) {
	var n int64
	err := store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		res := tx.Exec(`DELETE FROM rate_windows WHERE (policy, key, window_at) IN (
			SELECT policy, key, window_at FROM rate_windows WHERE window_at < ? LIMIT ?)`, now.Add(-24*time.Hour), limit)
		n = res.RowsAffected
		return res.Error
	})
	if err != nil {
		return 0, fmt.Errorf("forget rate windows: %w", err)
	}
	return int(n), nil
}
