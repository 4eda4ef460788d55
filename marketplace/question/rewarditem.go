package question

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// RewardItem is one line of what a turn pays. The lines add up to its reward.
type RewardItem = program.QuoteItem

// ItemHandoff is a line of a turn that was handed back: its share of what
// answering would have paid.
const ItemHandoff = "handoff"

// items are the lines of the turn's reward. Nobody but the expert and the brand
// reads what they come from, and the brand not which country's floor it is.
func (a Assignment) items(offers []Offer, view View) ([]RewardItem, error) {
	if a.handoff() {
		return []RewardItem{{Code: ItemHandoff, Minor: a.RewardMinor}}, nil
	}
	for _, o := range offers {
		if o.ID != a.OfferID {
			continue
		}
		lines, err := o.Lines()
		if err != nil {
			return nil, err
		}
		return shown(lines, view), nil
	}
	return nil, nil
}

// handoff reports whether what the turn pays is the share of a hand-back.
func (a Assignment) handoff() bool { return a.DeliveredAt == nil && a.ConfirmedAt != nil }

func shown(lines []RewardItem, view View) []RewardItem {
	for i, line := range lines {
		switch view {
		case ViewCustomer:
			lines[i] = RewardItem{Code: line.Code, Minor: line.Minor}
		case ViewBrand:
			lines[i].Own, lines[i].Hourly = false, 0
		}
	}
	return lines
}

// RewardItems are the lines of the calling person's own rewards, by the id of the
// work; of work that no offer came before there are none.
func (s *Service) RewardItems(ctx context.Context, caller access.Caller, works []uuid.UUID) (map[uuid.UUID][]RewardItem, error) {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return nil, &access.ForbiddenError{Permission: "own_rewards"}
	}
	var items map[uuid.UUID][]RewardItem
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		items, err = RewardItemsTx(ctx, tx, caller.Person, works)
		return err
	})
	return items, err
}

// RewardItemsTx is RewardItems of a person, in a transaction of AllBrands.
func RewardItemsTx(ctx context.Context, tx *gorm.DB, person access.PersonID, works []uuid.UUID) (map[uuid.UUID][]RewardItem, error) {
	items := map[uuid.UUID][]RewardItem{}
	for part := range slices.Chunk(works, worksAtOnce) {
		if err := addItemsTx(ctx, tx, person, part, items); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// worksAtOnce is how many works one statement names.
const worksAtOnce = 2000

// addItemsTx adds the lines of a few works to items.
func addItemsTx(ctx context.Context, tx *gorm.DB, person access.PersonID, works []uuid.UUID, items map[uuid.UUID][]RewardItem) error {
	var rows []struct {
		ID          uuid.UUID
		Items       string
		RewardMinor int64
		Handoff     bool
	}
	err := tx.WithContext(ctx).Table("assignments").
		Select("assignments.id, offers.items, assignments.reward_minor, assignments.delivered_at IS NULL AND assignments.confirmed_at IS NOT NULL AS handoff").
		Joins("JOIN offers ON offers.id = assignments.offer_id").
		Where("assignments.person_id = ? AND assignments.id IN ?", person, works).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("look up what rewards are made of: %w", err)
	}
	for _, r := range rows {
		lines, err := Offer{Items: r.Items}.Lines()
		if err != nil {
			return err
		}
		if r.Handoff {
			lines = []RewardItem{{Code: ItemHandoff, Minor: r.RewardMinor}}
		}
		if len(lines) > 0 {
			items[r.ID] = lines
		}
	}
	return nil
}
