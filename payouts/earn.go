package payouts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// NewReward is one expert's part of a hold. ID is the assignment's and the key;
// an empty Kind is ForAssignment. Fee may be zero. It is released at ReleaseAt at
// the latest.
type NewReward struct {
	ID        uuid.UUID
	Expert    uuid.UUID
	Kind      RewardKind
	Amount    Money
	Fee       Money
	ReleaseAt time.Time
}

// EarnTx ends an open hold: it becomes one pending reward, or several where an
// earlier expert gets a share for a handoff, and the rest goes back to the
// budget. Errors: *InvalidError (also for more than is held), *NotFoundError,
// *StateError for a voided hold, ErrKeyReused for an earned hold with other
// rewards or a reward's id used before.
func EarnTx(ctx context.Context, tx *gorm.DB, now time.Time, hold uuid.UUID, rewards ...NewReward) error {
	h, err := lockHold(tx.WithContext(ctx), hold)
	if err != nil {
		return err
	}
	return EarnHeldTx(ctx, tx, now, h, rewards...)
}

// EarnHeldTx is EarnTx of a hold that was read, and locked, in this transaction.
func EarnHeldTx(ctx context.Context, tx *gorm.DB, now time.Time, h Hold, rewards ...NewReward) error {
	rows, total, err := h.rewards(now, rewards)
	if err != nil {
		return err
	}
	if h.State == HoldVoided {
		return h.refuse("earn")
	}
	if h.State == HoldEarned {
		return earnedAs(tx.WithContext(ctx), h, rows)
	}
	if err := h.covers(now, rows, total); err != nil {
		return err
	}
	riders := make([]ledger.Rider, len(rows), len(rows)+1)
	for i, r := range rows {
		riders[i] = r.insert()
	}
	entries, at, before := h.earning(rows, total), stamp(now), h
	h.EarnedMinor, h.ReturnedMinor = total, h.AuthorisedMinor-total
	h.State, h.EndedAt = HoldEarned, &at
	return h.move(ctx, tx, now, "earn", entries, before, riders...)
}

func (h Hold) covers(now time.Time, rows []Reward, total int64) error {
	if total > h.held() {
		return &InvalidError{Field: "rewards", Reason: "are more than is held"}
	}
	for _, r := range rows {
		if r.ReleaseAt.Before(stamp(now)) {
			return &InvalidError{Field: "release_at", Reason: "is before now"}
		}
	}
	return nil
}

// rewards makes the rows and adds up amounts and fees.
func (h Hold) rewards(now time.Time, parts []NewReward) ([]Reward, int64, error) {
	if len(parts) == 0 {
		return nil, 0, &InvalidError{Field: "rewards", Reason: "are missing"}
	}
	rows, total := make([]Reward, len(parts)), Money{Currency: h.Currency}
	seen := make(map[uuid.UUID]bool, len(parts))
	for i, part := range parts {
		both, err := part.check(h.Currency)
		if err != nil {
			return nil, 0, err
		}
		if seen[part.ID] {
			return nil, 0, &InvalidError{Field: "reward", Reason: "appears twice"}
		}
		seen[part.ID] = true
		if total, err = sum("rewards", total, both); err != nil {
			return nil, 0, err
		}
		rows[i] = h.reward(now, part)
	}
	return rows, total.Minor, nil
}

func (n NewReward) check(c Currency) (Money, error) {
	if err := checkIDs([]string{"reward", "expert"}, n.ID, n.Expert); err != nil {
		return Money{}, err
	}
	both, err := quote(n.Amount, n.Fee)
	if err != nil {
		return Money{}, err
	}
	if both.Currency != c {
		return Money{}, &InvalidError{Field: "reward", Reason: "is in another currency than the hold"}
	}
	if n.ReleaseAt.IsZero() {
		return Money{}, &InvalidError{Field: "release_at", Reason: "is missing"}
	}
	switch n.Kind {
	case "", ForAssignment, ForHandoff, ForReviewing, ForTrainee, ForAuthor:
		return both, nil
	}
	return Money{}, &InvalidError{Field: "kind", Reason: "is not known"}
}

func (h Hold) reward(now time.Time, n NewReward) Reward {
	if n.Kind == "" {
		n.Kind = ForAssignment
	}
	return Reward{
		ID: n.ID, HoldID: h.ID, BrandID: h.BrandID, ProgramID: h.ProgramID, QuestionID: h.QuestionID,
		ExpertID: n.Expert, Kind: n.Kind, Currency: h.Currency, AmountMinor: n.Amount.Minor, FeeMinor: n.Fee.Minor,
		State: RewardPending, EarnedAt: stamp(now), ReleaseAt: stamp(n.ReleaseAt),
	}
}

// earnedAs returns ErrKeyReused unless these are exactly the rewards of an
// earned hold.
func earnedAs(tx *gorm.DB, h Hold, rows []Reward) error {
	var found []Reward
	if err := tx.Where("hold_id = ?", h.ID).Find(&found).Error; err != nil {
		return fmt.Errorf("look up rewards of hold %s: %w", h.ID, err)
	}
	if !sameRewards(found, rows) {
		return fmt.Errorf("%w: rewards of hold %s", ErrKeyReused, h.ID)
	}
	return nil
}

func sameRewards(found, rows []Reward) bool {
	if len(found) != len(rows) {
		return false
	}
	byID := make(map[uuid.UUID]Reward, len(found))
	for _, r := range found {
		byID[r.ID] = r
	}
	for _, r := range rows {
		f, ok := byID[r.ID]
		if !ok || f.HoldID != r.HoldID || f.ExpertID != r.ExpertID || f.Kind != r.Kind ||
			f.AmountMinor != r.AmountMinor || f.FeeMinor != r.FeeMinor {
			return false
		}
	}
	return true
}

// earning is hold → pending rewards, pending fees, and the rest to the budget.
func (h Hold) earning(rows []Reward, total int64) []ledger.Entry {
	entries := ledger.Move(h.account(), h.budget(), h.held()-total)
	for _, r := range rows {
		entries = append(entries, ledger.Move(h.account(), r.pending(), r.AmountMinor)...)
		entries = append(entries, ledger.Move(h.account(), r.feePending(), r.FeeMinor)...)
	}
	return entries
}
