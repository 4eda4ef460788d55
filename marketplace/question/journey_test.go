package question_test

import (
	"testing"
	"time"

	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

func TestOneQuestionsWay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		ayse, dana := m.Expert("ayse"), m.Customer("Dana Whitlow")

		q := m.Ask(dana, "Dana here: 4K turns blurry, call +44 7700 900123")
		a := m.Accept(ayse)
		m.Answer(ayse, a)
		if err := m.Questions.Resolve(m.Ctx(), dana, q.ID); err != nil {
			t.Fatalf("resolve: %v", err)
		}
		m.After(8 * 24 * time.Hour)
		if _, err := m.Payouts.CreateRun(m.Ctx(), payouts.WeekOf(m.Clock.Now())); err != nil {
			t.Fatalf("create a run: %v", err)
		}
		r, err := m.Questions.BrandReceipt(m.Ctx(), m.Owner, m.Brand, q.ID)
		if err != nil {
			t.Fatalf("receipt: %v", err)
		}
		if r.State != question.Resolved || len(r.Turns) != 1 || r.Turns[0].State != question.Released {
			t.Errorf("receipt = %+v", r)
		}
		if r.Money.Held != 300 || r.Money.Experts != 250 || r.Money.Fees != 50 {
			t.Errorf("money = %+v", *r.Money)
		}
		if n, err := m.Questions.ReplayDecisions(m.Ctx(), m.Owner, m.Brand, q.ID); err != nil || n != 1 {
			t.Errorf("replay = %d, %v", n, err)
		}
		m.Balanced()
	})
}
