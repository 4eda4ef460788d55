package program

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/payouts"
)

// Public is what anybody may know of a program: customers before they ask, and
// experts before they apply.
type Public struct {
	ID        ID
	Brand     marketplace.BrandID
	BrandName string
	Name      string
	State     State // live or paused
	Languages []string
	Topics    []PublicTopic // by slug
	// RewardFrom is the least that an answer pays.
	RewardFrom payouts.Money
	SLA        SLAPolicy
}

// PublicTopic is a topic without its place in the tree.
type PublicTopic struct {
	Slug, Name string
	Mode       Mode
}

// Public gives a program's public view; no permission is asked for. One that is
// not open, live or paused, is a *marketplace.NotFoundError.
func (s *Service) Public(ctx context.Context, id ID) (view Public, err error) {
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		p, err := s.LoadTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.State != Live && p.State != Paused {
			return marketplace.NotFound("program", id)
		}
		names, err := s.NamesTx(ctx, tx, p.BrandID, ID{})
		if err != nil {
			return err
		}
		topics, err := s.TopicsTx(ctx, tx, id)
		view = p.public(names[0], topics)
		return err
	})
	return view, err
}

func (p Program) public(brand string, topics []Topic) Public {
	view := Public{
		ID: p.ID, Brand: p.BrandID, BrandName: brand, Name: p.Name, State: p.State, Languages: p.Languages,
		Topics: make([]PublicTopic, len(topics)), SLA: p.Policies.SLA,
		RewardFrom: payouts.Money{Minor: p.Policies.Reward.BaseMinor, Currency: p.Currency},
	}
	for i, t := range topics {
		view.Topics[i] = PublicTopic{Slug: t.Slug, Name: t.Name, Mode: t.Mode}
		if own, ok := p.Policies.Reward.ByTopic[t.Slug]; ok && t.Mode != BrandOnly {
			view.RewardFrom.Minor = min(view.RewardFrom.Minor, own)
		}
	}
	return view
}
