package insight_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

func eur(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: "EUR"} }

// earned has an expert resolve a question, and gives their assignment.
func earned(m *markettest.Market, expert, customer access.Caller, title string) uuid.UUID {
	m.T.Helper()
	q := m.Ask(customer, title)
	a := m.Accept(expert)
	m.Answer(expert, a)
	must(m.T, "resolve", m.Questions.Resolve(m.Ctx(), customer, q.ID))
	return uuid.UUID(a.ID)
}

func must(t testing.TB, doing string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", doing, err)
	}
}

// Every cent that a program was given is in its budget, set aside, or in a line
// of what it was spent on, and each line's posting is in the books.
func TestEveryCentIsTraced(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.NewWith(t, db, func(p *program.Policies) { p.Reward.BaseMinor, p.Reward.FeeBP, p.Review.SampleBP = 1000, 1500, 0 })
		expert, customer := m.Expert("sam"), m.Customer("Dana Whitlow")
		var work []uuid.UUID
		for range 4 {
			work = append(work, earned(m, expert, customer, "The box keeps restarting"))
			m.Clock.Advance(time.Minute)
		}
		_, err := m.Quality.Refuse(m.Ctx(), m.Owner, m.Brand, question.AssignmentID(work[0]), quality.RefuseWrong, "It is another model.")
		must(t, "refuse", err)
		m.After(8 * 24 * time.Hour)
		now := m.Clock.Now()
		must(t, "move", m.Store.InTx(m.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
			bonus := payouts.Bonus{ID: uuid.New(), Brand: uuid.UUID(m.Brand), Program: uuid.UUID(m.Program.ID), Expert: uuid.UUID(expert.Person), By: uuid.UUID(m.Owner.Person), Amount: eur(77)}
			if err := payouts.GrantBonusTx(m.Ctx(), tx, now, bonus); err != nil {
				return err
			}
			return payouts.ClawBackTx(m.Ctx(), tx, now, work[1], uuid.New())
		}))
		m.Ask(customer, "It hums at night") // held
		m.Clock.Advance(time.Second)
		spend, err := m.Insight.Spend(m.Ctx(), m.Owner, m.Program.ID, insight.Asked{From: now.AddDate(-1, 0, 0)})
		must(t, "read the spend", err)
		var sum int64
		for _, l := range spend.Lines {
			sum += l.Total()
			var n int
			must(t, "find a posting", db.Read.Raw("SELECT COUNT(*) FROM ledger_postings WHERE key = ?", l.Posting).Scan(&n).Error)
			if n != 1 {
				t.Errorf("%d postings %s", n, l.Posting)
			}
		}
		if sum != spend.Spent || spend.Spent != spend.Experts+spend.Fees+spend.Bonuses-spend.TakenBack || spend.Questions != 4 || len(spend.Lines) != 6 {
			t.Errorf("%+v: the lines are %d", spend, sum)
		}
		figures, err := m.Programs.Money(m.Ctx(), m.Owner, m.Program.ID)
		must(t, "read the money", err)
		var given int64
		must(t, "add up what was given", m.Store.Read(m.Ctx(), m.Brand, func(tx *gorm.DB) error {
			return tx.Raw(`SELECT CAST(SUM(CASE kind WHEN 'program.budget_allocated' THEN amount_minor ELSE -amount_minor END) AS bigint)
				FROM money_moves WHERE kind <> 'program.funded' AND program_id = ?`, m.Program.ID).Scan(&given).Error
		}))
		if got := figures.Budget.Minor + figures.Held.Minor + spend.Spent; got != given {
			t.Errorf("budget %d, held %d and spent %d are %d of %d given", figures.Budget.Minor, figures.Held.Minor, spend.Spent, got, given)
		}
	})
}

func TestWhatQuestionsCost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.NewWith(t, db, func(p *program.Policies) { p.Reward.BaseMinor, p.Review.SampleBP = 1000, 0 })
		expert, customer := m.Expert("sam"), m.Customer("Dana Whitlow")
		var work []uuid.UUID
		for range 3 {
			work = append(work, earned(m, expert, customer, "The box keeps restarting"))
			m.Clock.Advance(time.Minute)
		}
		page := func(p marketplace.Page) (marketplace.Listing[insight.QuestionSpend], error) {
			list, of, err := m.Insight.QuestionSpends(m.Ctx(), m.Owner, m.Program.ID, insight.Asked{}, p)
			if of != "EUR" {
				t.Errorf("currency %q", of)
			}
			return list, err
		}
		all := markettest.Walk(t, 2, page)
		if len(all) != 3 || !all[0].AskedAt.After(all[1].AskedAt) {
			t.Fatalf("%+v", all)
		}
		for _, q := range all {
			if q.Experts != 1000 || q.Fees == 0 || q.Pending != q.Experts+q.Fees || q.Refused != 0 {
				t.Errorf("%+v", q)
			}
		}
		m.After(8 * 24 * time.Hour)
		_, err := m.Questions.Thank(m.Ctx(), m.Owner, m.Brand, all[0].QuestionID, 1, 300, "For the second night.")
		must(t, "thank", err)
		must(t, "take back", m.Store.InTx(m.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
			return payouts.ClawBackTx(m.Ctx(), tx, m.Clock.Now(), work[0], uuid.New())
		}))
		m.Clock.Advance(time.Second)
		later, total := markettest.Walk(t, 2, page), int64(0)
		for _, q := range later {
			total += q.Experts + q.Fees
		}
		if len(later) != 3 || later[0].Experts != 1300 || later[1].Experts != 1000 || later[2].Experts != 0 || later[2].Fees != 0 || later[2].Pending != 0 {
			t.Errorf("with thanks, and one taken back: %+v", later)
		}
		spend, err := m.Insight.Spend(m.Ctx(), m.Owner, m.Program.ID, insight.Asked{})
		must(t, "read the spend", err)
		if spend.Spent != total || spend.Bonuses != 300 || spend.Questions != 3 {
			t.Errorf("questions cost %d of %+v", total, spend)
		}
		for name, who := range map[string]access.Caller{"a reviewer": m.Reviewer, "an expert": expert, "a customer": customer} {
			if _, err := m.Insight.Spend(m.Ctx(), who, m.Program.ID, insight.Asked{}); !errors.Is(err, marketplace.ErrForbidden) && !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("to %s: %v", name, err)
			}
			if _, _, err := m.Insight.QuestionSpends(m.Ctx(), who, m.Program.ID, insight.Asked{}, marketplace.Page{}); !errors.Is(err, marketplace.ErrForbidden) && !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("to %s: %v", name, err)
			}
		}
		if _, err := m.Insight.Spend(m.Ctx(), m.Owner, m.Program.ID, insight.Asked{From: m.Clock.Now(), To: m.Clock.Now().Add(-time.Hour)}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("a period that ends before it begins: %v", err)
		}
	})
}
