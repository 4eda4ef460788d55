package main

import (
	"os"
	"strings"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// askedAndResolved makes a market at url in which one question went its way.
func askedAndResolved(t *testing.T, url string) question.ID {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	m := markettest.New(t, db)
	ayse, dana := m.Expert("ayse"), m.Customer("Dana Whitlow")
	q := m.Ask(dana, "Dana here: 4K turns blurry, call +44 7700 900123")
	m.Answer(ayse, m.Accept(ayse))
	if err := m.Questions.Resolve(m.Ctx(), dana, q.ID); err != nil {
		t.Fatal(err)
	}
	return q.ID
}

func TestReceipt(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			url := dbtest.URL(t, dialect)
			id := askedAndResolved(t, url).String()
			t.Setenv("KNOWHOW_DATABASE_URL", url)

			r := mustPrint[question.Receipt](t, "receipt", id)
			if r.Question.String() != id || r.State != question.Resolved || len(r.Turns) != 1 || r.Money == nil || r.Money.Experts != 250 {
				t.Errorf("receipt %+v", r)
			}
			text, stderr, code := knowhow(t, "receipt", id)
			if code != 0 || stderr != "" {
				t.Fatalf("exit code %d: %s", code, stderr)
			}
			for _, part := range []string{id + ": resolved", "Attempt 1: ayse", "reward 2.50 EUR", "experts 2.50 EUR + fees 0.50 EUR", "phone 1", "no real money"} {
				if !strings.Contains(text, part) {
					t.Errorf("the text lacks %q:\n%s", part, text)
				}
			}
			if strings.Contains(text, "7700 900123") || strings.Contains(text, "Whitlow") {
				t.Errorf("the text holds personal data:\n%s", text)
			}
		})
	}
}

func TestReceiptRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	missing := marketplace.NewID[question.Question]().String()
	if _, stderr, code := knowhow(t, "receipt", "nonsense"); code != 2 || !strings.Contains(stderr, "nonsense") {
		t.Errorf("of no id: %d, %s", code, stderr)
	}
	if _, stderr, code := knowhow(t, "receipt", missing); code != 1 || !strings.Contains(stderr, "knowhow.db") {
		t.Errorf("without a database: %d, %s", code, stderr)
	}
	if err := os.WriteFile("text.db", []byte("this is no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := knowhow(t, "receipt", missing, "--database-url", "sqlite:text.db"); code != 1 || !strings.Contains(stderr, "text.db") {
		t.Errorf("of a file that is no database: %d, %s", code, stderr)
	}
	if err := os.Remove("text.db"); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir("."); err != nil || len(left) != 0 {
		t.Errorf("refused commands left %v, %v", left, err)
	}
	if _, stderr, code := knowhow(t, "migrate", "up", "--database-url", "sqlite:old.db"); code != 0 {
		t.Fatal(stderr)
	}
	if _, stderr, code := knowhow(t, "migrate", "down", "--database-url", "sqlite:old.db"); code != 0 {
		t.Fatal(stderr)
	}
	if _, stderr, code := knowhow(t, "receipt", missing, "--database-url", "sqlite:old.db"); code != 1 || !strings.Contains(stderr, "migrate up") {
		t.Errorf("of a schema that lacks a step: %d, %s", code, stderr)
	}
	for _, dialect := range dbtest.Dialects {
		t.Setenv("KNOWHOW_DATABASE_URL", dbtest.URL(t, dialect))
		if _, stderr, code := knowhow(t, "receipt", missing); code != 1 || !strings.Contains(stderr, "no question "+missing) {
			t.Errorf("of an unknown question: %d, %s", code, stderr)
		}
	}
}
