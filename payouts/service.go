package payouts

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Service runs what needs the network or several transactions: accounts, payout
// runs and the sending of payouts. All fields but Minimums are needed. Safe for
// concurrent use by any number of processes.
type Service struct {
	// InTx runs fn in a transaction of its own and may run it again.
	InTx func(ctx context.Context, fn func(tx *gorm.DB) error) error
	// Now is the one clock.
	Now      func() time.Time
	Provider Provider
	// Minimums is the least to pay out, in minor units; ten whole units (10.00
	// EUR, 10 JPY) for a currency that is not in it.
	Minimums map[Currency]int64

	// step, in tests, is called at each numbered point of the protocol.
	step func(point string)
	// batch, in tests, is how many experts one transaction of a run takes on.
	batch int
}

func (s *Service) minimum(c Currency) int64 {
	if least, ok := s.Minimums[c]; ok && least > 0 {
		return least
	}
	least := int64(10)
	for range c.Exponent() {
		least *= 10
	}
	return least
}

func (s *Service) now() time.Time { return stamp(s.Now()) }

func (s *Service) batchSize() int {
	if s.batch > 0 {
		return s.batch
	}
	return runBatch
}

func (s *Service) at(point string) {
	if s.step != nil {
		s.step(point)
	}
}
