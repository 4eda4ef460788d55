package payouts

import (
	"context"
	"sync"
	"time"
)

// Pace bounds how often something is done. Nil does not. Safe for concurrent use.
type Pace struct {
	every time.Duration

	mu   sync.Mutex
	next time.Time
}

// NewPace is a pace of so many a second; nil for none or less.
func NewPace(perSecond int) *Pace {
	if perSecond <= 0 {
		return nil
	}
	return &Pace{every: time.Second / time.Duration(perSecond)}
}

// paceSlack is how far behind its pace one may catch up at once.
const paceSlack = 250 * time.Millisecond

// wait returns when it is the caller's turn, or with the error of ctx.
func (p *Pace) wait(ctx context.Context) error {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	now := time.Now()
	if least := now.Add(-paceSlack); p.next.Before(least) {
		p.next = least
	}
	turn := p.next
	p.next = turn.Add(p.every)
	p.mu.Unlock()
	if !turn.After(now) {
		return ctx.Err()
	}
	select {
	case <-time.After(turn.Sub(now)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
