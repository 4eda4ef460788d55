package insight_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// earnTraining has somebody earn so much in a program, without a question.
func earnTraining(m *markettest.Market, expert access.PersonID, minor int64) {
	m.T.Helper()
	must(m.T, "earn", m.Store.InTx(m.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		id := uuid.New()
		err := payouts.HoldTx(m.Ctx(), tx, m.Clock.Now(), payouts.NewHold{
			ID: id, Brand: uuid.UUID(m.Brand), Program: uuid.UUID(m.Program.ID), Question: uuid.New(), Purpose: payouts.ForTraining, Reward: eur(minor),
		})
		if err != nil {
			return err
		}
		return payouts.EarnTx(m.Ctx(), tx, m.Clock.Now(), id, payouts.NewReward{
			ID: uuid.New(), Expert: uuid.UUID(expert), Kind: payouts.ForTrainee, Amount: eur(minor), ReleaseAt: m.Clock.Now(),
		})
	}))
}

// The books tell what ten experts earned and never what nine did, and tell it of
// whole weeks.
func TestOpenBooksTellOfTenOrMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.NewWith(t, db, func(p *program.Policies) {
			p.Reward.BaseMinor, p.Reward.FeeBP, p.Review.SampleBP = 1000, 1500, 0
			p.Reward.IncludedMinutes, p.Reward.PerMinuteMinor = 2, 10
		})
		for i := range 9 {
			earnTraining(m, m.Person(fmt.Sprintf("Expert %d", i)), int64(1200*(i+1)))
		}
		look := func() insight.OpenBooks {
			open, err := m.Insight.OpenBooks(m.Ctx(), m.Program.ID)
			must(t, "read the books", err)
			return open
		}
		if b := look(); b.Weekly != nil || len(b.Pay) == 0 || b.Pay[len(b.Pay)-1] != (insight.PayLine{Reward: eur(1040), Fee: eur(156)}) {
			t.Errorf("%+v", b)
		}
		m.Clock.Advance(7 * 24 * time.Hour)
		if b := look(); b.Weekly != nil || b.Split != nil {
			t.Errorf("of nine experts: %+v", b)
		}
		earnTraining(m, m.Person("Expert ten"), 12_000)
		m.Clock.Advance(11 * time.Minute)
		if b := look(); b.Weekly != nil {
			t.Errorf("of a week that is not over: %+v", b.Weekly)
		}
		m.Clock.Advance(7 * 24 * time.Hour)
		b := look()
		if b.Weekly == nil || b.Weekly.Experts != 10 || b.Weekly.Low >= b.Weekly.Median || b.Weekly.Median >= b.Weekly.High {
			t.Fatalf("of ten experts: %+v", b.Weekly)
		}
		if b.Hourly != nil || b.Split != nil || len(b.Topics) != 0 {
			t.Errorf("of nothing answered: %+v", b)
		}
		if got := (b.Weekly.Low + b.Weekly.Median + b.Weekly.High); got < 100+200 || b.Weekly.High > 1000 {
			t.Errorf("in a week of twelve: %+v", b.Weekly)
		}
		m.Clock.Advance(13 * 7 * 24 * time.Hour)
		if b := look(); b.Weekly != nil {
			t.Errorf("long ago: %+v", b.Weekly)
		}
	})
}

func TestSpreadHidesSingleExperts(t *testing.T) {
	list := []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 1000}
	if got := insight.SpreadOf(list, 9); got != nil {
		t.Errorf("of nine: %+v", got)
	}
	if got := insight.SpreadOf(list, len(list)); got.High != 7 || got.Median != 5 || got.Experts != 10 {
		t.Errorf("%+v", got)
	}
	if got := insight.TwoDigits(12_345); got != 12_000 {
		t.Errorf("%d", got)
	}
}
