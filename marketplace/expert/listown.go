package expert

import (
	"context"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// OwnStanding is what is believed of the caller's work on one topic, now: the
// expected share of good work and its 90 % credible interval, given how such
// experts turned out in the program.
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
	var others [][]Belief
	now := s.clock.Now()
	prior, anew := s.priors.latest(id, now)
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) (err error) {
		if known, err = s.StandingsTx(ctx, tx, id, caller.Person); err == nil && anew && len(known) > 0 {
			others, err = keptTx(ctx, tx, id)
		}
		return err
	})
	if others != nil {
		prior = FitPrior(others, prior, now)
		s.priors.keep(id, prior, now)
	}
	beliefs, list := make([]Belief, len(known)), make([]OwnStanding, len(known))
	for i, k := range known {
		beliefs[i] = k.Belief()
	}
	for i, b := range Given(prior, beliefs, now) {
		k := known[i]
		low, high := b.Interval()
		list[i] = OwnStanding{Topic: k.Topic, Mean: b.Mean(), Low: low, High: high, Evidence: k.Evidence, LastAt: k.UpdatedAt}
	}
	return list, err
}
