package earnings

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// settleJob looks how a brand's payment stands.
const settleJob = "earnings.settle"

const (
	// topUps is the line of the timetable that finds wallets to top up, every
	// topUpEvery; migration 00089 inserts it.
	topUps     = "top up wallets"
	topUpEvery = 5 * time.Minute
	// noTopUp is how long the line rests where no brand wants to be topped up; one
	// that comes to want it ends the rest.
	noTopUp = time.Hour
	// settleAgain is when a payment is taken up again whose job nobody has done: when
	// the queue has tried it many times, and buried it.
	settleAgain = 6 * time.Hour
)

type settleArgs struct {
	Payment uuid.UUID `json:"payment"`
}

// keepPayments has the queue look after payments that nothing was heard of.
func (s *Service) keepPayments() {
	s.queue.Sweep(job.Sweep{Name: "payments", Table: "brand_payments", Do: s.paymentDueTx})
	s.events.Subscribe("top_up", s.topUpSoon, program.TopUpSet)
}

func (s *Service) paymentDueTx(ctx context.Context, tx *gorm.DB, id job.RowID, now time.Time) error {
	payment := uuid.UUID(id)
	due, err := payouts.PostponeTx(ctx, tx, payment, now, now.Add(settleAgain))
	if err != nil || !due {
		return err
	}
	return s.queue.EnqueueTx(ctx, tx, job.New{Kind: settleJob, Args: settleArgs{payment}, UniqueKey: settleJob + ":" + payment.String()})
}

func (s *Service) settle(ctx context.Context, j job.Job) error {
	var args settleArgs
	if err := j.Decode(&args); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	_, err := s.cashier.Settle(ctx, args.Payment)
	if errors.Is(err, payouts.ErrNotFound) {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	return err
}

// topUpTx makes the top-ups that are due, which the sweep of payments then has
// charged; and it forgets old news.
func (s *Service) topUpTx(ctx context.Context, tx *gorm.DB, now time.Time) (next time.Time, err error) {
	if _, err = payouts.ForgetNoticesTx(ctx, tx, now.Add(-noticesKept), noticesAtOnce); err != nil {
		return time.Time{}, err
	}
	wanted, err := payouts.AnyTopUpTx(ctx, tx)
	if err != nil || !wanted {
		return now.Add(noTopUp), err
	}
	_, err = s.cashier.DueTopUpsTx(ctx, tx)
	return now.Add(topUpEvery), err
}

// topUpSoon has wallets looked at now, since a brand has said what it wants.
func (s *Service) topUpSoon(ctx context.Context, tx *gorm.DB, _ event.Event) error {
	now := s.clock.Now()
	err := tx.WithContext(ctx).Model(&entry{}).Where("name = ? AND next_due_at > ?", topUps, now).Update("next_due_at", now).Error
	if err != nil {
		return fmt.Errorf("bring the look at wallets forward: %w", err)
	}
	return nil
}

const (
	// noticesKept is how long notices are known that were looked at: the provider
	// repeats its news for some days.
	noticesKept   = 30 * 24 * time.Hour
	noticesAtOnce = 1000
)
