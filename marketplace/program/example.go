package program

import (
	"context"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// ExampleKind is a question that a reward policy is tried on.
type ExampleKind struct {
	Topic          string // slug; empty: not known
	Language       string
	Effort         time.Duration
	Waiting, Hands int
	At             time.Time
	Country        string // the expert's; empty: not known
}

// ExampleQuote is what an expert would be offered for such a question if the
// policy were the program's, and what would be held for it (permission
// SeePrograms). Nothing of it is kept. Errors: *marketplace.InvalidError,
// *marketplace.NotFoundError for a topic.
func (s *Service) ExampleQuote(ctx context.Context, caller access.Caller, id ID, policy RewardPolicy, k ExampleKind) (quote Quote, held payouts.Money, err error) {
	if err = policy.validate(); err != nil {
		return quote, held, err
	}
	if k.Country != "" {
		if err = CheckCountry("country", k.Country); err != nil {
			return quote, held, err
		}
	}
	err = s.see(ctx, caller, id, access.SeePrograms, func(tx *gorm.DB, p Program) error {
		p.Policies.Reward = policy
		kind := Kind{Language: k.Language, Effort: k.Effort, Waiting: k.Waiting, Hands: k.Hands, At: k.At}
		if k.Topic != "" {
			topic, err := s.TopicBySlugTx(ctx, tx, id, k.Topic)
			if err != nil {
				return err
			}
			kind.Topic = &topic
		}
		b, err := p.Price(kind)
		if err != nil {
			return err
		}
		if quote, err = b.Quote(k.Country); err != nil {
			return err
		}
		dearest, err := b.Dearest()
		if err != nil {
			return err
		}
		held, err = dearest.Total()
		return err
	})
	return quote, held, err
}
