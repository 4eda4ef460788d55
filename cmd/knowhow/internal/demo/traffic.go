package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
)

// Traffic is gentle: a question now and then, few of them at once, and people
// who take about an eighth of the time that they took in the past.
const (
	askLeast, askMost = 15 * time.Second, 45 * time.Second
	mostInHand        = 10
	trafficHaste      = 8
	trafficRests      = "ayse" // whom the visitor's walk is
	trafficTick       = time.Second
	budgetLeast       = 200_00
	budgetMore        = 500_00
)

// SetTraffic has simulated customers and experts be about, or not. Error:
// *access.ForbiddenError.
func (s *Stage) SetTraffic(ctx context.Context, caller access.Caller, on bool) error {
	if err := s.may(caller); err != nil {
		return err
	}
	return s.Play(ctx, on)
}

// Play is SetTraffic by who started the process.
func (s *Stage) Play(ctx context.Context, on bool) error {
	return s.keep(ctx, func(k *kept) { k.Traffic = on })
}

// Traffic reports whether simulated customers and experts are about.
func (s *Stage) Traffic() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.Traffic
}

// player is the simulated people, and what they are about to do.
type player struct {
	*world
	plans int       // as s.plans was when they were made
	next  time.Time // somebody asks
}

// traffic plays until ctx ends. What goes wrong is logged, and the people make
// up their minds anew.
func (s *Stage) traffic(ctx context.Context) {
	tick := time.NewTicker(trafficTick)
	defer tick.Stop()
	var p *player
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !s.Traffic() || !s.playing.TryLock() {
			continue
		}
		next, err := s.turn(ctx, p)
		s.playing.Unlock()
		if err != nil && ctx.Err() == nil {
			s.log.Warn("the demo's traffic stumbled", "err", err)
		}
		p = next
	}
}

// turn does what is due. p is nil where nobody has plans.
func (s *Stage) turn(ctx context.Context, p *player) (*player, error) {
	s.mu.Lock()
	plans := s.plans
	s.mu.Unlock()
	now := s.clock.Now()
	if p == nil || p.plans != plans {
		w, err := s.world(ctx, now.Add(time.Hour))
		if err != nil {
			return nil, err
		}
		w.haste, w.rests, w.only = trafficHaste, trafficRests, crowded
		p = &player{world: w, plans: plans, next: now}
		if err := w.pickUpCrowd(ctx); err != nil {
			return nil, err
		}
	}
	if !now.Before(p.next) {
		p.next = now.Add(askLeast + rand.N(askMost-askLeast))
		if err := s.oneMore(ctx, p.world); err != nil {
			return p, err
		}
	}
	if err := p.notice(ctx, now.Add(-time.Minute)); err != nil {
		return p, err
	}
	for d, ok := p.agenda.Due(now); ok; d, ok = p.agenda.Due(now) {
		if err := p.do(ctx, d); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// pickUpCrowd puts on the agenda what the crowd has in hand.
func (w *world) pickUpCrowd(ctx context.Context) error {
	return errors.Join(w.pickUpWork(ctx), w.notice(ctx, time.Time{}))
}

// oneMore has somebody ask something that was asked before, unless enough is
// under way, and the budget filled where it runs low.
func (s *Stage) oneMore(ctx context.Context, w *world) error {
	var inHand int64
	err := s.house.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Table("questions").Where("program_id = ? AND state IN ('asked', 'offered', 'assigned') AND reference LIKE ?",
			w.program.ID, "%"+byTheCrowd+"%").Count(&inHand).Error
	})
	if err != nil || inHand >= mostInHand {
		return err
	}
	budget, err := s.house.Programs.Budget(ctx, w.staff["finance"], w.program.ID)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	if budget.Minor < budgetLeast {
		if err := w.fund(ctx, fmt.Sprintf("traffic %d", now.Unix()), budgetMore); err != nil {
			return err
		}
	}
	first := w.list[rand.N(len(w.list))]
	if first.Customer != "" || first.By == "" || first.By == trafficRests || len(first.First) > 0 || first.Team != "" {
		return nil // the next time something else
	}
	it := w.item(fmt.Sprintf("%s%s%d", first.Reference, byTheCrowd, now.Unix()))
	return w.ask(ctx, it)
}
