package payouts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// fingerprint is a bank account or card that an expert's money goes to, as the
// provider tells it apart from others: the same one has the same fingerprint,
// whoever gave it.
type fingerprint struct {
	ExpertID    uuid.UUID
	Provider    string
	Fingerprint string
	NotedAt     time.Time
}

func (fingerprint) TableName() string { return "payout_fingerprints" }

// maxFingerprint is far more than any provider's has, in bytes.
const maxFingerprint = 200

// NoteFingerprintsTx keeps what the provider tells of where an expert's money
// goes. What was noted before stays, and noting it again changes nothing. Error:
// *InvalidError.
func NoteFingerprintsTx(ctx context.Context, tx *gorm.DB, now time.Time, provider string, expert uuid.UUID, list ...string) error {
	if err := checkIDs([]string{"expert"}, expert); err != nil {
		return err
	}
	for _, f := range list {
		if f == "" || len(f) > maxFingerprint {
			return &InvalidError{Field: "fingerprint", Reason: fmt.Sprintf("must have 1 to %d bytes", maxFingerprint)}
		}
		row := fingerprint{ExpertID: expert, Provider: provider, Fingerprint: f, NotedAt: stamp(now)}
		if err := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return fmt.Errorf("note where the money of expert %s goes: %w", expert, err)
		}
	}
	return nil
}

// SharingAccountTx lists the experts, other than those given, whose money goes
// where that of one of them goes too, or once went.
func SharingAccountTx(ctx context.Context, tx *gorm.DB, experts ...uuid.UUID) ([]uuid.UUID, error) {
	var list []uuid.UUID
	if err := PaidAlike(tx.WithContext(ctx), experts...).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("find who shares an account: %w", err)
	}
	return slices.DeleteFunc(list, func(id uuid.UUID) bool { return slices.Contains(experts, id) }), nil
}

// PaidAlike is the query for whose money goes, or once went, where that of one of
// the experts goes, themselves included; for use within another query.
func PaidAlike(tx *gorm.DB, experts ...uuid.UUID) *gorm.DB {
	return tx.Table("payout_fingerprints AS mine").Distinct("theirs.expert_id").
		Joins("JOIN payout_fingerprints theirs ON theirs.fingerprint = mine.fingerprint AND theirs.provider = mine.provider").
		Where("mine.expert_id IN ?", experts)
}

// SharedAccountsTx groups those of the experts whose money goes, or once went,
// where that of another one does, in the order they are given.
func SharedAccountsTx(ctx context.Context, tx *gorm.DB, experts []uuid.UUID) ([][]uuid.UUID, error) {
	var rows []fingerprint
	err := tx.WithContext(ctx).Where("expert_id IN ?", experts).
		Where(`EXISTS (SELECT 1 FROM payout_fingerprints other WHERE other.fingerprint = payout_fingerprints.fingerprint
			AND other.provider = payout_fingerprints.provider AND other.expert_id <> payout_fingerprints.expert_id)`).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find who shares an account: %w", err)
	}
	at := map[[2]string][]uuid.UUID{}
	for _, r := range rows {
		key := [2]string{r.Provider, r.Fingerprint}
		at[key] = append(at[key], r.ExpertID)
	}
	var groups [][]uuid.UUID
	for _, expert := range experts {
		if slices.ContainsFunc(groups, func(g []uuid.UUID) bool { return slices.Contains(g, expert) }) {
			continue
		}
		group := []uuid.UUID{expert}
		for i := 0; i < len(group); i++ { // who shares with one of them is of the group too
			for _, sharing := range at {
				if !slices.Contains(sharing, group[i]) {
					continue
				}
				for _, other := range sharing {
					if !slices.Contains(group, other) {
						group = append(group, other)
					}
				}
			}
		}
		slices.SortFunc(group, func(a, b uuid.UUID) int { return slices.Index(experts, a) - slices.Index(experts, b) })
		if len(group) > 1 {
			groups = append(groups, group)
		}
	}
	return groups, nil
}
