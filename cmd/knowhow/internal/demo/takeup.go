package demo

import (
	"context"
	"fmt"
	"os"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/payouts"
)

// takeUpStep is how far the demo's time is moved while what the dead process
// claimed is not free: its claim of a payout lapses after five minutes.
const (
	takeUpStep  = 6 * time.Minute
	takeUpSteps = 5
)

// takeUp ends the story of a plug that killed the process before this one: the
// claim of the dead one lapses, the payout is found at the provider, and
// recorded.
func (s *Stage) takeUp(ctx context.Context) {
	p := s.LastPlug()
	if p == nil || p.KilledAt.IsZero() || !p.DoneAt.IsZero() || p.Failed != "" {
		return
	}
	s.playing.Lock()
	defer s.playing.Unlock()
	if err := s.recover(ctx); err != nil && ctx.Err() == nil {
		s.log.Error("what the pulled plug left was not taken up", "err", err)
		if err := s.keep(ctx, func(k *kept) { k.Plug.Failed = "not everything could be done; see the log" }); err != nil {
			s.log.Error("the plug's story was not kept", "err", err)
		}
	}
}

func (s *Stage) recover(ctx context.Context) error {
	err := s.keep(ctx, func(k *kept) { k.Plug.Restarted = os.Getpid(); k.Plug.RestartedAt = s.clock.Now() })
	if err != nil {
		return err
	}
	if _, err := s.follow(ctx, func(p *PlugPayout, found payouts.PayoutState) { p.Before = found }); err != nil {
		return err
	}
	for range takeUpSteps {
		open, err := s.follow(ctx, func(p *PlugPayout, found payouts.PayoutState) { p.After = found })
		if err != nil {
			return err
		}
		if open == 0 {
			return s.told(ctx)
		}
		if err := s.live(ctx, s.clock.Now().Add(takeUpStep), false); err != nil {
			return err
		}
	}
	return fmt.Errorf("payouts were still under way after %s", takeUpSteps*takeUpStep)
}

// follow looks where the run's payouts stand, and counts those under way.
func (s *Stage) follow(ctx context.Context, see func(p *PlugPayout, found payouts.PayoutState)) (open int, err error) {
	p := s.LastPlug()
	err = s.house.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		open = 0
		for i := range p.Payouts {
			found, err := payouts.FindPayout(ctx, tx, p.Payouts[i].ID)
			if err != nil {
				return err
			}
			if found.State == payouts.PayoutCreated || found.State == payouts.PayoutSending {
				open++
			}
			see(&p.Payouts[i], found.State)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return open, s.keep(ctx, func(k *kept) { k.Plug.Payouts = p.Payouts })
}

// told ends the story with what the provider and the books say.
func (s *Stage) told(ctx context.Context) error {
	p := s.LastPlug()
	for i := range p.Payouts {
		found, err := s.outlet.FindMoves(ctx, payouts.MoveRequest{Kind: payouts.MoveTransfer, Group: payouts.GroupOf(p.Payouts[i].ID)})
		if err != nil {
			return err
		}
		p.Payouts[i].Transfers = len(found)
	}
	err := s.house.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		p.Books, err = booksTx(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	p.DoneAt = s.clock.Now()
	return s.keep(ctx, func(k *kept) { k.Plug = p })
}
