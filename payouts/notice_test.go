package payouts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

func TestNoticesAreKeptOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		n := payouts.Notice{Provider: "stripe", ID: "evt_1", Endpoint: payouts.PlatformNews, Kind: "balance.available", SentAt: start}
		for i := range 3 {
			b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
				fresh, err := payouts.RecordNoticeTx(ctx, tx, n, start)
				if fresh != (i == 0) {
					t.Errorf("time %d: new %t", i, fresh)
				}
				return err
			}))
		}
		find := func() (found payouts.Notice, err error) {
			err = b.tx(func(ctx context.Context, tx *gorm.DB) error {
				found, err = payouts.FindNotice(ctx, tx, "stripe", "evt_1")
				return err
			})
			return found, err
		}
		forget := func(before time.Time) (gone int64) {
			b.must(b.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
				gone, err = payouts.ForgetNoticesTx(ctx, tx, before, 10)
				return err
			}))
			return gone
		}
		if found, err := find(); err != nil || found.HandledAt != nil || found.Kind != n.Kind || !found.SentAt.Equal(start) {
			t.Fatalf("%+v, %v", found, err)
		}
		if forget(start.Add(time.Hour)) != 0 {
			t.Error("what nobody has looked at was forgotten")
		}
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error { return payouts.SettleNoticeTx(ctx, tx, n, start) }))
		if forget(start) != 0 || forget(start.Add(time.Microsecond)) != 1 {
			t.Error("not forgotten when its time has come")
		}
		if _, err := find(); !errors.Is(err, payouts.ErrNotFound) {
			t.Error(err)
		}
	})
}
