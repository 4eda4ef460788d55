package event

import (
	"context"
	"encoding/binary"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// rare leaves out the rooms whose events happen all the time, word for word as
// the index events_history does (migration 00039).
const rare = "kind NOT LIKE 'question.%' AND kind NOT LIKE 'assignment.%' AND kind NOT LIKE 'review.%' AND kind NOT LIKE 'customer.%'"

// HistoryTx lists brand's events of the kinds, newest first. Kinds of the rooms
// question, assignment, review and customer are not found.
func (l *Log) HistoryTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, kinds []Kind, page marketplace.Page) (marketplace.Listing[Event], error) {
	find := tx.WithContext(ctx).Where("brand_id = ? AND kind IN ?", brand, kinds).Where(rare)
	if !page.After.IsZero() {
		find = find.Where("seq < ?", seqOf(page.After))
	}
	limit := min(page.Limit, marketplace.MaxPage)
	if limit <= 0 {
		limit = 20
	}
	var rows []row
	if err := find.Order("seq DESC").Limit(limit + 1).Find(&rows).Error; err != nil {
		return marketplace.Listing[Event]{}, fmt.Errorf("list the history of brand %s: %w", brand, err)
	}
	if len(rows) <= limit {
		return marketplace.Listing[Event]{Items: events(rows)}, nil
	}
	last := rows[limit-1]
	return marketplace.Listing[Event]{Items: events(rows[:limit]), Next: placeOf(last)}, nil
}

// placeOf is an event's place in its brand's history.
func placeOf(r row) marketplace.Place {
	p := marketplace.Place{At: r.At}
	binary.BigEndian.PutUint64(p.ID[8:], uint64(r.Seq))
	return p
}

func seqOf(p marketplace.Place) int64 { return int64(binary.BigEndian.Uint64(p.ID[8:])) }
