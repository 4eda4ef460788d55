package earnings

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/payouts"
)

// News reads what the payment provider tells us, if it is the provider who does.
// Errors: payouts.ErrNoticeForged, ErrNoticeStale, ErrNoticeForeign.
type News func(endpoint payouts.Endpoint, body []byte, signature string) (payouts.Notice, error)

// heedJob looks at what a notice is about.
const heedJob = "earnings.heed"

type heedArgs struct {
	Provider string `json:"provider"`
	ID       string `json:"id"`
}

// Hear takes in news of the payment provider's: body as it came, and its
// signature. What is genuine and new is kept, and looked at later; what came
// before is nothing. Nothing of it is believed but that something happened.
// Errors: those of News; *marketplace.NotFoundError where the provider sends none.
func (s *Service) Hear(ctx context.Context, endpoint payouts.Endpoint, body []byte, signature string) error {
	if s.news == nil {
		return &marketplace.NotFoundError{Noun: "webhook", ID: string(endpoint)}
	}
	n, err := s.news(endpoint, body, signature)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		fresh, err := payouts.RecordNoticeTx(ctx, tx, n, s.clock.Now())
		if err != nil || !fresh {
			return err
		}
		return s.queue.EnqueueTx(ctx, tx, job.New{Kind: heedJob, Args: heedArgs{n.Provider, n.ID}, UniqueKey: heedJob + ":" + n.Provider + ":" + n.ID})
	})
}
