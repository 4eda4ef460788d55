package insight_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/quality"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
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

// What a human settled about somebody is told them, but not what waits for one, nor
// who judged, why, or whom else it was about.
func TestKnownTellsWhatWasSettled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		ann, bea := m.Expert("ann"), m.Expert("bea")
		for _, x := range []access.Caller{ann, bea} {
			if err := m.Store.InTx(m.Ctx(), m.Brand, func(tx *gorm.DB) error {
				return payouts.NoteFingerprintsTx(m.Ctx(), tx, m.Clock.Now(), "sandbox", uuid.UUID(x.Person), "one account")
			}); err != nil {
				t.Fatal(err)
			}
		}
		told := func() string {
			t.Helper()
			text, err := m.Insight.Known(m.Ctx(), ann)
			var known map[string]json.RawMessage
			if err = errors.Join(err, json.Unmarshal(text, &known)); err != nil {
				t.Fatal(err)
			}
			for _, not := range []string{"Sisters", m.Manager.Person.String(), bea.Person.String(), "reopened"} {
				if strings.Contains(string(text), not) {
					t.Errorf("%s is in it: %s", not, text)
				}
			}
			return string(known["signals_settled"])
		}
		settle := func(outcome quality.SettlementOutcome) {
			t.Helper()
			list, err := m.Quality.Signals(m.Ctx(), m.Manager, m.Program.ID)
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			if err := m.Quality.Settle(m.Ctx(), m.Manager, m.Program.ID, list[0].Key, quality.Finding{Outcome: outcome, Note: "Sisters.", AsOf: list[0].AsOf}); err != nil {
				t.Fatal(err)
			}
		}
		if got := told(); got != "[]" {
			t.Errorf("while it waits: %s", got)
		}
		settle(quality.SettledNothing)
		first := told()
		for _, want := range []string{`"outcome": "nothing"`, `"kind": "shared_account"`, `"program_id": "` + m.Program.ID.String(), `"settled_at": "20`} {
			if !strings.Contains(first, want) {
				t.Errorf("settled: %s lacks %s", first, want)
			}
		}
		settle(quality.SettledAgain)
		if got := told(); got != first {
			t.Errorf("while it waits again: %s", got)
		}
	})
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
		if err := m.Notify.SetLanguage(m.Ctx(), sam, "ar"); err != nil {
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
		if !strings.Contains(string(known["account"]), `"language": "ar"`) {
			t.Errorf("the language of mails is not in %s", known["account"])
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
