package question_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestOpenFigures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		system := access.SystemCaller("metrics")
		if list, err := m.Questions.OpenFigures(m.Ctx(), system); err != nil || len(list) != 0 {
			t.Errorf("of no questions: %v, %v", list, err)
		}
		ada := m.Expert("ada")
		first := m.Ask(m.Customer("Carla"), "The box blinks red")
		m.Answer(ada, m.Accept(ada))
		m.Clock.Advance(time.Minute)
		second := m.Ask(m.Customer("Cora"), "The box blinks green")
		m.Clock.Advance(time.Minute)
		m.Ask(m.Customer("Cleo"), "The box is hot")
		list, err := m.Questions.OpenFigures(m.Ctx(), system)
		if err != nil || len(list) != 2 {
			t.Fatalf("OpenFigures = %+v, %v", list, err)
		}
		if f := list[0]; f.State != question.Answered || f.Count != 1 || !f.First.Equal(first.AskedAt) {
			t.Errorf("answered: %+v", f)
		}
		if f := list[1]; f.State != question.Offered || f.Count != 2 || !f.First.Equal(second.AskedAt) {
			t.Errorf("offered: %+v", f)
		}
		for _, caller := range []access.Caller{m.Operator, m.Owner, ada, {}} {
			if _, err := m.Questions.OpenFigures(m.Ctx(), caller); !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("%s reads them: %v", caller, err)
			}
		}
	})
}

// However many questions there were, the figures come from an index.
func TestOpenFiguresScanNoQuestions(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "sqlite"))
	var plan []struct{ Detail string }
	err := m.Store.Read(m.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Raw("EXPLAIN QUERY PLAN " + strings.NewReplacer("(?, ?, ?, ?)", "('asked', 'offered', 'assigned', 'answered')").
			Replace(question.FiguresSQL)).Scan(&plan).Error
	})
	if all := fmt.Sprint(plan); err != nil || !strings.Contains(all, "SEARCH q USING COVERING INDEX questions_program") {
		t.Errorf("the plan: %v\n%s", err, all)
	}
}
