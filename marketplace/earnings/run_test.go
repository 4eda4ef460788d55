package earnings_test

import (
	"encoding/json"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/earnings"
	"knowhow/migrations/dbtest"
	"knowhow/payouts"
)

// recorded counts the payouts there are, and those that events say an operator
// made.
func (b *bench) recorded() (made int64, told int) {
	b.T.Helper()
	var events []string
	b.ok("read the payouts and events", b.Store.Read(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := tx.Table("payouts").Count(&made).Error; err != nil {
			return err
		}
		return tx.Table("events").Where("kind = ?", earnings.RunMade).Pluck("data", &events).Error
	}))
	for _, data := range events {
		var done earnings.RunDone
		b.ok("read an event", json.Unmarshal([]byte(data), &done))
		told += done.Made
	}
	return made, told
}

// Whatever fails while an operator makes payouts, there is none that no event
// tells of, and no event of one that is not there.
func TestARunAndItsEventAreOne(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.released(2)
		failed := dbtest.FailEach(t, b.DB, func(n int) error {
			_, err := b.Earnings.CreateRun(b.Ctx(), b.Operator, payouts.WeekOf(b.Clock.Now().AddDate(0, 0, -7*n)))
			return err
		}, func(n int, _ string, err error) {
			if made, told := b.recorded(); err == nil || made != int64(told) {
				t.Fatalf("statement %d failed: %v, %d payouts, %d told of", n, err, made, told)
			}
		})
		if made, told := b.recorded(); made != 1 || told != 1 || failed < 5 {
			t.Errorf("%d payouts, %d told of, %d faults", made, told, failed)
		}
		b.Balanced()
	})
}
