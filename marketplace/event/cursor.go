package event

import (
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
		list = append(list, r.Row.event())
		after = Cursor{Xid: r.XidNumber, Seq: r.Row.Seq}
	}
	return list, after, nil
}
