package insight_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// Every table with a person's rows is told, or it is said why not; and each column
// that is told is there.
func TestKnownHoldsEveryTableOfAPerson(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	var tables []string
	err := db.Read.Raw(`SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname IN ('person_id', 'expert_id')
		AND NOT a.attisdropped ORDER BY c.relname`).Scan(&tables).Error
	if err != nil || len(tables) < 25 {
		t.Fatalf("tables %v, %v", tables, err)
	}
	for _, table := range tables {
		if told, because := insight.Told(table); told == (because != "") {
			t.Errorf("table %s: told %v, left out because %q; see known.go", table, told, because)
		}
	}
}

// One reads what is known of oneself, and nothing of others, nor who judged.
func TestKnownIsOnesOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		sam, customer := m.Expert("sam"), m.Customer("Dana Whitlow")
		q := m.Ask(customer, "The box of dana@example.com is dead")
		a := m.Accept(sam)
		m.Answer(sam, a)
		if err := m.Questions.Resolve(m.Ctx(), customer, q.ID); err != nil {
			t.Fatal(err)
		}
		m.RunDue()
		e, err := m.Experts.MyEnrolment(m.Ctx(), sam, m.Program.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Conduct.Suspend(m.Ctx(), m.Manager, e.ID, conduct.SuspendConduct, "Rude."); err != nil {
			t.Fatal(err)
		}
		other := m.Expert("other")
		if err := m.Store.InTx(m.Ctx(), m.Brand, func(tx *gorm.DB) error {
			return tx.Exec(`UPDATE enrolments SET watch = 'signal' WHERE person_id = ?`, sam.Person).Error
		}); err != nil {
			t.Fatal(err)
		}
		text, err := m.Insight.Known(m.Ctx(), sam)
		if err != nil {
			t.Fatal(err)
		}
		var known map[string]json.RawMessage
		if err := json.Unmarshal(text, &known); err != nil {
			t.Fatal(err)
		}
		for section, want := range map[string]string{
			"account": `@example.com"`, "expert": `"handle": "sam"`, "enrolments": `"state": "suspended"`, "turns": `"state": "earned"`, "measures": `"evidence": "Rude."`,
			"rewards": `"amount_minor": 250`, "words": "power button", "standings": `"evidence": 1`,
		} {
			if !strings.Contains(string(known[section]), want) {
				t.Errorf("%s lacks %s: %s", section, want, known[section])
			}
		}
		if mine, err := m.Insight.Known(m.Ctx(), other); !strings.Contains(string(known["enrolments"]), `"watched": true`) || !strings.Contains(string(mine), `"watched": false`) {
			t.Errorf("watched are %s and %s, %v", known["enrolments"], mine, err)
		}
		for _, foreign := range []string{
			`"watch"`, `"signal"`, m.Manager.Person.String(), other.Person.String(), customer.Customer.String(), "Dana", "dana@example.com", `"available": 1`, `"certified": "`,
		} {
			if strings.Contains(string(text), foreign) {
				t.Errorf("%s is in it: %s", foreign, text)
			}
		}
		if mine, err := m.Insight.Known(m.Ctx(), other); err != nil || strings.Contains(string(mine), "Rude") || strings.Contains(string(mine), "power button") {
			t.Errorf("another reads %s, %v", mine, err)
		}
		for _, c := range []access.Caller{{}, customer, access.SystemCaller("x")} {
			if _, err := m.Insight.Known(m.Ctx(), c); !errors.Is(err, expert.ErrNotAPerson) {
				t.Errorf("%s: %v", c, err)
			}
		}
	})
}
