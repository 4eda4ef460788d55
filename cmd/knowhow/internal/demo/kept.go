package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
)

// kept is what the demo keeps of itself over a restart.
type kept struct {
	Ahead   time.Duration `json:"ahead"`
	Traffic bool          `json:"traffic"`
	Days    *Days         `json:"days,omitempty"`
	Plug    *Plug         `json:"plug,omitempty"`
}

// keptRow is where it is kept.
type keptRow struct {
	ID    int
	State string
}

// TableName implements gorm's Tabler.
func (keptRow) TableName() string { return "demo" }

// readKept reads what was kept; nothing was before the first time.
func readKept(ctx context.Context, store *marketplace.Store) (k kept, err error) {
	var rows []keptRow
	err = store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return tx.Limit(1).Find(&rows).Error })
	if err == nil && len(rows) == 1 {
		err = json.Unmarshal([]byte(rows[0].State), &k)
	}
	if err != nil {
		return k, fmt.Errorf("read what the demo keeps: %w", err)
	}
	return k, nil
}

func (k kept) write(ctx context.Context, store *marketplace.Store) error {
	state, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("write what the demo keeps: %w", err)
	}
	err = store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		onID := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"state"})}
		return tx.Clauses(onID).Create(&keptRow{ID: 1, State: string(state)}).Error
	})
	if err != nil {
		return fmt.Errorf("keep what the demo keeps: %w", err)
	}
	return nil
}

// OpenClock is the demo's clock over base, as far ahead as it was, and never
// before what has happened.
func OpenClock(ctx context.Context, store *marketplace.Store, base marketplace.Clock) (*Clock, error) {
	k, err := readKept(ctx, store)
	if err != nil {
		return nil, err
	}
	left, err := leftOff(ctx, store)
	if err != nil {
		return nil, err
	}
	return NewClock(base, max(k.Ahead, left.Sub(base.Now()), 0)), nil
}
