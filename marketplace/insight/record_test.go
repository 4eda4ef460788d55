package insight_test

import (
	"errors"
	"strings"
	"testing"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/insight/workrecord"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A record says how much and how well, after leaving too, and holds nothing of
// customers; the same key signs in every process.
func TestRecordOfWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		ctx, ayse, dana := t.Context(), m.Expert("ayse"), m.Customer("Dana Whitlow")
		for range 3 {
			q := m.Ask(dana, "Dana here: 4K turns blurry, call +44 7700 900123")
			m.Answer(ayse, m.Accept(ayse))
			if err := m.Questions.Resolve(ctx, dana, q.ID); err != nil {
				t.Fatal(err)
			}
		}
		m.RunDue()
		if err := m.Admission.Leave(ctx, ayse, m.Program.ID); err != nil {
			t.Fatal(err)
		}
		signed, err := m.Insight.Record(ctx, ayse)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := m.Again().Insight.RecordKeys()
		if err != nil {
			t.Fatal(err)
		}
		public, err := workrecord.ParsePublished(keys)
		if err != nil {
			t.Fatal(err)
		}
		r, err := workrecord.Verify(public, signed)
		if err != nil || r.Person.Handle != "ayse" || len(r.Programs) != 1 || r.Programs[0].State != "left" || r.Programs[0].Brand != "Brindlewave" {
			t.Fatalf("the record is %+v, %v", r, err)
		}
		answered := 0
		for _, topic := range r.Programs[0].Topics {
			answered += topic.Answered
			if topic.First != "2026-03-02" || topic.Paid != topic.Answered || topic.Standing == nil || topic.Standing.Low >= topic.Standing.High {
				t.Errorf("topic %+v, %+v", topic, topic.Standing)
			}
		}
		if answered != 3 {
			t.Errorf("%d answers in %+v", answered, r.Programs[0])
		}
		for _, personal := range []string{"Dana here", "Whitlow", "7700 900123", "blurry", dana.Customer.String()} {
			if strings.Contains(string(signed), personal) {
				t.Errorf("the record holds %q", personal)
			}
		}
		if _, err := m.Insight.Record(ctx, access.SystemCaller("bot")); !errors.Is(err, expert.ErrNotAPerson) {
			t.Errorf("the system's: %v", err)
		}
	})
}
