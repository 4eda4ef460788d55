package event

import (
	"context"
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
	list, err := newest(find, page)
	if err != nil {
		return list, fmt.Errorf("list the history of brand %s: %w", brand, err)
	}
	return list, nil
}

// ByTx lists what was done by any of some callers, who are named as the data of
// events names them, in every brand, newest first. Kinds of the rooms question,
// assignment, review and customer are not found.
func (l *Log) ByTx(ctx context.Context, tx *gorm.DB, callers []string, page marketplace.Page) (marketplace.Listing[Event], error) {
	by := "json_extract(data, '$.by')" // word for word as the index events_by has it (migration 00060)
	if marketplace.Postgres(tx) {
		by = "(data::jsonb ->> 'by')"
	}
	list, err := newest(tx.WithContext(ctx).Where(by+" IN ?", callers).Where(rare), page)
	if err != nil {
		return list, fmt.Errorf("list what %d callers did: %w", len(callers), err)
	}
	return list, nil
}

// newest reads one page of events, newest first.
func newest(find *gorm.DB, page marketplace.Page) (marketplace.Listing[Event], error) {
	rows, err := marketplace.ListBySeq(find, page, "seq", func(r row) marketplace.Place { return marketplace.SeqPlace(r.At, r.Seq) })
	return marketplace.Listing[Event]{Items: events(rows.Items), Next: rows.Next}, err
}
