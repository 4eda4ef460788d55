package payouts

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Schedule is when an expert is paid without asking.
type Schedule string

const (
	// EveryWeek: what is available is paid in the weekly run, once it reaches the
	// threshold.
	EveryWeek Schedule = "weekly"
	// WhenAsked: nothing is paid until they ask.
	WhenAsked Schedule = "on_demand"
)

// Choice is how an expert wants to be paid in a currency. Who chose nothing is
// paid every week from the least that is paid.
type Choice struct {
	ExpertID       uuid.UUID `gorm:"primaryKey"`
	Currency       Currency  `gorm:"primaryKey"`
	Schedule       Schedule
	ThresholdMinor int64 // the least that the weekly run pays
	ChangedAt      time.Time
}

// TableName names the table.
func (Choice) TableName() string { return "payout_choices" }

// mostThreshold is how many times the least that is paid a threshold may be.
const mostThreshold = 100

// ChooseTx keeps how an expert wants to be paid in a currency. Errors:
// *InvalidError for a threshold below the least that is paid to their country,
// or above a hundred times that.
func (s *Service) ChooseTx(ctx context.Context, tx *gorm.DB, expert uuid.UUID, schedule Schedule, threshold Money) error {
	if err := checkIDs([]string{"expert"}, expert); err != nil {
		return err
	}
	if schedule != EveryWeek && schedule != WhenAsked {
		return &InvalidError{Field: "schedule", Reason: "must be weekly or on_demand"}
	}
	if err := checkAmount("threshold", threshold, 1); err != nil {
		return err
	}
	now := s.now()
	tx = tx.WithContext(ctx)
	country, err := s.countryOf(tx, expert)
	if err != nil {
		return err
	}
	least := s.minimum(now, country, threshold.Currency)
	if most := atMost(least); threshold.Minor < least || threshold.Minor > most {
		return &InvalidError{Field: "threshold", Reason: fmt.Sprintf("must be from %s to %s",
			Money{Minor: least, Currency: threshold.Currency}, Money{Minor: most, Currency: threshold.Currency})}
	}
	c := Choice{ExpertID: expert, Currency: threshold.Currency, Schedule: schedule, ThresholdMinor: threshold.Minor, ChangedAt: now}
	onChoice := clause.OnConflict{
		Columns:   []clause.Column{{Name: "expert_id"}, {Name: "currency"}},
		DoUpdates: clause.AssignmentColumns([]string{"schedule", "threshold_minor", "changed_at"}),
	}
	if err := tx.Clauses(onChoice).Create(&c).Error; err != nil {
		return fmt.Errorf("keep how expert %s is paid: %w", expert, err)
	}
	return nil
}

func atMost(least int64) int64 {
	if least > math.MaxInt64/mostThreshold {
		return math.MaxInt64
	}
	return least * mostThreshold
}

// countryOf is the country of an expert's account; empty where they have none.
func (s *Service) countryOf(tx *gorm.DB, expert uuid.UUID) (string, error) {
	return CountryTx(tx.Statement.Context, tx, s.Provider.Label(), expert)
}

// CountryTx is the country of an expert's account at the provider of that label;
// empty where it is not known, or they have none.
func CountryTx(ctx context.Context, tx *gorm.DB, provider string, expert uuid.UUID) (string, error) {
	a, err := findAccount(tx.WithContext(ctx), expert, provider)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return a.Country, err
}

// choicesOf are an expert's choices by currency.
func choicesOf(tx *gorm.DB, expert uuid.UUID) (map[Currency]Choice, error) {
	var list []Choice
	if err := tx.Where("expert_id = ?", expert).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("read how expert %s is paid: %w", expert, err)
	}
	chosen := make(map[Currency]Choice, len(list))
	for _, c := range list {
		chosen[c.Currency] = c
	}
	return chosen, nil
}
