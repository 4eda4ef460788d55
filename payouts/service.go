package payouts

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Service runs what needs the network or several transactions: accounts, payout
// runs, the sending of payouts and orders, reconciling. InTx, Now and Provider are
// needed. Safe for concurrent use by any number of processes.
type Service struct {
	// InTx runs fn in a transaction of its own and may run it again.
	InTx func(ctx context.Context, fn func(tx *gorm.DB) error) error
	// Now is the one clock.
	Now      func() time.Time
	Provider Provider
	// Minimums is the least to pay out, in minor units; ten whole units (10.00
	// EUR, 10 JPY) for a currency that is not in it.
	Minimums map[Currency]int64
	// Floor is the least that can be paid out to a country, "" where it is not
	// known, in minor units; 0 where there is no such limit. It may be nil.
	Floor func(at time.Time, country string, c Currency) int64
	// InstantFee is what is charged for a payout that arrives at once: at least
	// the fee at a payout of that much, in its currency. Nil: one in a hundred.
	InstantFee func(amount Money) Money
	// Instant reports whether payouts can arrive at once in a country, "" where it
	// is not known. Nil: everywhere.
	Instant func(at time.Time, country string, c Currency) bool
	// Missed is told of an entry in the provider's books that nothing of ours
	// matches yet, a payment or a dispute whose webhook was lost. It fetches the
	// object and posts what it tells; doing nothing is no error. It may be nil.
	Missed func(ctx context.Context, e BalanceTransaction) error
	// Parallel is how many calls Process has under way at once; zero is one. Pace
	// bounds how many movements are asked for in a second; nil: nothing does.
	Parallel int
	Pace     *Pace

	// step, in tests, is called at each numbered point of the protocol, and
	// unguarded are the safeguards that a test has taken away.
	step      func(point string)
	unguarded map[guard]bool
	// batch, in tests, is how many experts one transaction of a run takes on.
	batch int
}

// minimum is the least that is paid out in c to a country.
func (s *Service) minimum(at time.Time, country string, c Currency) int64 {
	least, ok := s.Minimums[c]
	if !ok || least <= 0 {
		least = 10
		for range c.Exponent() {
			least *= 10
		}
	}
	if s.Floor != nil {
		least = max(least, s.Floor(at, country, c))
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
