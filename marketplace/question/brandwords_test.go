package question_test

import (
	"testing"

	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// TestBrandWords: what the brand is called is no name of a person, in what is
// stored and in the preview; the customer's own name is, even beside it.
func TestBrandWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		const body, want = "Exempt Brindlewave from saving. I am Dana Whitlow.", "Exempt Brindlewave from saving. I am [name 1]."
		q, err := r.Questions.Ask(r.Ctx(), r.dana, question.Ask{Program: r.Program.ID, Title: "Saving", Body: body})
		if err != nil || q.Body != want {
			t.Errorf("stored %q (%v), want %q", q.Body, err, want)
		}
		if shown, err := r.Questions.Preview(r.Ctx(), r.dana, body); err != nil || shown.Text != want {
			t.Errorf("previewed %q (%v), want %q", shown.Text, err, want)
		}
	})
}
