package demo

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
	"knowhow/payouts/ledger"
)

// ErrNothingToPay: nobody has earned anything that could be paid out.
var ErrNothingToPay error = &refusal{"nobody has anything to be paid out; let some days pass first"}

// Plug is the story of a plug that was pulled. The times are the demo's.
type Plug struct {
	AskedAt, KilledAt, RestartedAt, DoneAt time.Time
	Killed, Restarted                      int // the processes, by number
	Payouts                                []PlugPayout
	Failed                                 string // why it did not come to its end; empty: it did, or goes on
	Books
}

// PlugPayout is one payout of the run that was cut off.
type PlugPayout struct {
	ID        uuid.UUID
	Expert    string
	Minor     int64
	Currency  payouts.Currency
	Cut       bool                // the process died in the middle of it
	Before    payouts.PayoutState // as the new process found it
	After     payouts.PayoutState
	Transfers int // at the provider
}

// mostPaid is how many experts the run pays, and cutAt after which of the
// transfers the process dies.
const (
	mostPaid = 3
	cutAt    = 2
)

// plugAfter is how long after it was asked for the plug is pulled, so that the
// answer is on its way; plugWithin is how long it may take to hit a transfer.
const (
	plugAfter  = 300 * time.Millisecond
	plugWithin = 20 * time.Second
)

// PullPlug has the process die in the middle of a payout run, soon after it
// returns: when the provider has made a transfer, and before that is recorded.
// Errors: *access.ForbiddenError, ErrBusy, ErrNothingToPay.
func (s *Stage) PullPlug(ctx context.Context, caller access.Caller) error {
	if err := s.may(caller); err != nil {
		return err
	}
	if !s.playing.TryLock() {
		return ErrBusy
	}
	payees, err := s.payees(ctx)
	if err == nil && len(payees) == 0 {
		err = ErrNothingToPay
	}
	if err == nil {
		err = s.keep(ctx, func(k *kept) { k.Plug = &Plug{AskedAt: s.clock.Now(), Killed: os.Getpid()} })
	}
	if err != nil {
		s.playing.Unlock()
		return err
	}
	s.aside(func(ctx context.Context) {
		if err := s.pull(ctx, payees); err != nil {
			s.log.Error("the plug was not pulled", "err", err)
			s.spared(ctx)
		}
	})
	return nil
}

// LastPlug is the story of the plug that was pulled last; nil: none was.
func (s *Stage) LastPlug() *Plug {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept.Plug == nil {
		return nil
	}
	p := *s.kept.Plug
	p.Payouts = slices.Clone(p.Payouts)
	return &p
}

// payees are those who can be paid, the most first.
func (s *Stage) payees(ctx context.Context) (list []uuid.UUID, err error) {
	err = s.house.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT a.owner_id FROM ledger_accounts a JOIN payout_accounts p ON p.expert_id = a.owner_id AND p.provider = ? AND p.payouts_enabled
			WHERE a.kind = ? AND a.currency = ? AND a.balance > 0 ORDER BY a.balance DESC, a.owner_id LIMIT ?`,
			s.outlet.Label(), ledger.ExpertAvailable, currency, mostPaid).Scan(&list).Error
	})
	if err != nil {
		return nil, fmt.Errorf("look who can be paid: %w", err)
	}
	return list, nil
}

// pull makes payouts, however small, and has them sent by the workers as ever.
func (s *Stage) pull(ctx context.Context, payees []uuid.UUID) error {
	time.Sleep(plugAfter)
	desk := *s.house.Payouts
	desk.Minimums = map[payouts.Currency]int64{currency: 1}
	var made []PlugPayout
	for _, expert := range payees {
		list, err := desk.RequestPayout(ctx, expert, uuid.New())
		if err != nil {
			return err
		}
		for _, p := range list {
			made = append(made, PlugPayout{ID: p.ID, Expert: s.called(expert), Minor: p.AmountMinor, Currency: p.Currency})
		}
	}
	if err := s.keep(ctx, func(k *kept) { k.Plug.Payouts = made }); err != nil {
		return err
	}
	s.outlet.arm(min(cutAt, len(made)))
	if err := s.house.Earnings.SendSoon(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(plugWithin):
		return fmt.Errorf("no transfer was made within %s", plugWithin)
	}
}

// called is the expert's name.
func (s *Stage) called(expert uuid.UUID) string {
	for _, p := range s.Scene().People {
		if uuid.UUID(p.Person) == expert {
			return p.Name
		}
	}
	return ""
}

// spared says that the process goes on living.
func (s *Stage) spared(ctx context.Context) {
	s.outlet.arm(0)
	err := s.keep(context.WithoutCancel(ctx), func(k *kept) { k.Plug.Failed = "no transfer was made, so nothing was killed" })
	if err != nil {
		s.log.Error("the plug's story was not kept", "err", err)
	}
}

// dying is the last thing the process writes.
func (s *Stage) dying(ctx context.Context, in uuid.UUID) error {
	return s.keep(ctx, func(k *kept) {
		k.Plug.KilledAt = s.clock.Now()
		for i := range k.Plug.Payouts {
			k.Plug.Payouts[i].Cut = k.Plug.Payouts[i].ID == in
		}
	})
}
