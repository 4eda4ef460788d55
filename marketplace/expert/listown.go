package expert

import (
	"context"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// OwnStanding is what is believed of the caller's work on one topic, now: the
// expected share of good work and its 90 % credible interval.
type OwnStanding struct {
	Topic    string // slug; empty: work on no known topic
	Mean     float64
	Low      float64
	High     float64
	Evidence int       // outcomes behind it
	LastAt   time.Time // of the latest of them
}

// Standings lists what is believed of the calling person's work in a program,
// by topic; none where there was no work. Errors: ErrNotAPerson,
// *marketplace.NotFoundError for an unknown program.
func (s *Service) Standings(ctx context.Context, caller access.Caller, id program.ID) ([]OwnStanding, error) {
	if !caller.IsPerson(caller.Person) {
		return nil, ErrNotAPerson
	}
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return nil, err
	}
	var known []Standing
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		known, err = s.StandingsTx(ctx, tx, id, caller.Person)
		return err
	})
	now, list := s.clock.Now(), make([]OwnStanding, len(known))
	for i, k := range known {
		b := k.Belief().asOf(now)
		low, high := b.Interval()
		list[i] = OwnStanding{Topic: k.Topic, Mean: b.Mean(), Low: low, High: high, Evidence: k.Evidence, LastAt: k.UpdatedAt}
	}
	return list, err
}
