package event

import (
	"cmp"
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// Cursor is a place in commit order: everything up to it has been read. The
// zero value is the beginning. On SQLite, where transactions commit one after
// another, Xid stays zero.
type Cursor struct {
	Xid uint64 `json:"xid,omitempty"`
	Seq int64  `json:"seq"`
}

// Compare is negative where c comes before d, zero where they are the same
// place, and positive where c comes after d.
func (c Cursor) Compare(d Cursor) int {
	return cmp.Or(cmp.Compare(c.Xid, d.Xid), cmp.Compare(c.Seq, d.Seq))
}

// cursorRow is a row with PostgreSQL's transaction id as a number.
type cursorRow struct {
	Row       row `gorm:"embedded"`
	XidNumber uint64
}

const rowColumns = "seq, brand_id, kind, subject, at, data"

// AfterTx returns up to limit of brand's events after the cursor in commit
// order, and the cursor behind the last; every brand's with
// marketplace.AllBrands. A resumed reader misses none: on PostgreSQL an event
// is held back while any transaction older than its own still runs, since that
// one may yet commit an event with a lower seq.
func (l *Log) AfterTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, after Cursor, limit int) ([]Event, Cursor, error) {
	var rows []cursorRow
	find := of(tx.WithContext(ctx).Table("events"), brand).Limit(limit)
	if marketplace.Postgres(tx) {
		find = find.Select(rowColumns+", xid::text::bigint AS xid_number").
			Where("(xid, seq) > (?::text::xid8, ?)", fmt.Sprint(after.Xid), after.Seq).
			Where("xid < pg_snapshot_xmin(pg_current_snapshot())").Order("xid, seq")
	} else {
		find = find.Select(rowColumns+", 0 AS xid_number").Where("seq > ?", after.Seq).Order("seq")
	}
	if err := find.Scan(&rows).Error; err != nil {
		return nil, after, fmt.Errorf("read events after %d/%d: %w", after.Xid, after.Seq, err)
	}
	list := make([]Event, 0, len(rows))
	for _, r := range rows {
		e := r.Row.event()
		e.xid = r.XidNumber
		list, after = append(list, e), e.Cursor()
	}
	return list, after, nil
}

// EndTx is the place behind every event that AfterTx would return now: who
// begins there reads what happens from now on.
func (l *Log) EndTx(ctx context.Context, tx *gorm.DB) (Cursor, error) {
	find := tx.WithContext(ctx).Table("events").Select("seq, 0 AS xid").Order("seq DESC")
	if marketplace.Postgres(tx) {
		find = tx.WithContext(ctx).Table("events").Select("seq, xid::text::bigint AS xid").
			Where("events.xid < pg_snapshot_xmin(pg_current_snapshot())").Order("events.xid DESC, seq DESC")
	}
	var last []Cursor
	if err := find.Limit(1).Scan(&last).Error; err != nil {
		return Cursor{}, fmt.Errorf("find the last event: %w", err)
	}
	if len(last) == 0 {
		return Cursor{}, nil
	}
	return last[0], nil
}
