package markettest_test

import (
	"fmt"
	"strings"
	"testing"

	"knowhow/marketplace/customer"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// refuse has the database refuse every new row of a table, as a broken
// constraint would: PostgreSQL's report of it then holds the whole row.
func refuse(t *testing.T, db *sqldb.DB, table string) {
	t.Helper()
	broken := fmt.Sprintf("CREATE TRIGGER broken_%s BEFORE INSERT ON %s BEGIN SELECT RAISE(ABORT, 'broken'); END", table, table)
	if db.Dialect == "postgres" {
		broken = fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT broken CHECK (false) NOT VALID", table)
	}
	if err := db.Write.Exec(broken).Error; err != nil {
		t.Fatal(err)
	}
}

var whitlow = customer.Contact{Channel: customer.Email, Handle: "dana.whitlow@example.org", Name: "Dana Whitlow"}

// What goes wrong with a text is told without the text: to the caller, in the
// log and on the job's row.
func TestFailuresTellNothingOfPeople(t *testing.T) {
	secrets := []string{"Whitlow", "dana.whitlow@example.org", "4111 1111 1111 1111", "7700 900123", "customer-"}
	ask := question.Ask{
		Title: "Whitlow here, my box is dead", Body: "Mail dana.whitlow@example.org or call +44 7700 900123.",
		Context: "card: 4111 1111 1111 1111", Reference: "dana.whitlow@example.org",
	}
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		m.Expert("first")
		dana := m.Customer("Dana Whitlow")
		ask.Program = m.Program.ID
		refuse(t, db, "offers") // the routing job fails
		if _, err := m.Questions.Ask(m.Ctx(), dana, ask); err != nil {
			t.Fatal(err)
		}
		m.RunDue()
		told := map[string]string{"log": m.Logged()}
		if !strings.Contains(told["log"], "a job failed") {
			t.Fatalf("nothing failed, so this proves nothing: %s", told["log"])
		}
		for _, line := range strings.Split(m.Snapshot(), "\n") {
			if table, _, _ := strings.Cut(line, ":"); table == "jobs" || table == "events" || table == "mails" {
				told[table] += line
			}
		}
		for _, table := range []string{"messages", "questions", "identities"} { // these fail while the caller waits
			refuse(t, db, table)
			ask.Reference += "x"
			_, err := m.Questions.Ask(m.Ctx(), dana, ask)
			if table == "identities" {
				_, err = m.Customers.Identify(m.Ctx(), m.Owner, m.Brand, whitlow)
			}
			if err == nil {
				t.Fatalf("a new row of %s was taken", table)
			}
			told["error of "+table] = err.Error()
		}
		for where, text := range told {
			for _, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Errorf("the %s tells %q: %s", where, secret, text)
				}
			}
		}
	})
}
