package conduct_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/experttest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// At its deadline an appeal is no longer decided, whether or not the sweep came by.
func TestMeasureDecidedTooLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		c := h.court(t, "dana", conduct.Suspension)
		must(t, c.appeal())
		c.Clock.Set(*c.measure().DecideBy)
		dbtest.Unchanged(t, db, func() {
			if err := c.decide(false); !errors.Is(err, conduct.ErrTooLate) {
				t.Errorf("decided at the deadline: %v", err)
			}
		})
		if waiting, err := h.MeasureAppeals(t.Context(), c.second, h.Program.BrandID, marketplace.Page{}); err != nil || len(waiting.Items) > 0 {
			t.Errorf("%d appeals still wait: %v", len(waiting.Items), err)
		}
	})
}

// The expert is written to each time, and nothing they are shown has personal data.
func TestMeasureNotices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		c := h.court(t, "dana", conduct.Suspension)
		must(t, c.appeal())
		must(t, c.decide(false))
		must(t, c.lift())
		other := h.court(t, "ada", conduct.Restriction)
		other.bring(conduct.Lapsed)
		_, err := h.Queue.RunDue(t.Context())
		must(t, err)
		var subjects []string
		for _, m := range h.Mailbox.Mails {
			subjects = append(subjects, m.Subject)
			if strings.Contains(m.Text, "@example.com") || !strings.Contains(m.Text, "work/refusals") {
				t.Errorf("%s: %s", m.Subject, m.Text)
			}
		}
		slices.Sort(subjects)
		want := []string{
			"You were restricted", "You were suspended", "Your appeal counts as upheld", "Your appeal was rejected", "Your suspension has ended",
		}
		if !slices.Equal(subjects, want) {
			t.Errorf("wrote %q, want %q", subjects, want)
		}
		for _, m := range []conduct.OwnMeasure{c.measure(), other.measure()} {
			if strings.Contains(m.Evidence+m.Statement+m.Decision, "@example.com") {
				t.Errorf("an address is shown: %+v", m)
			}
		}
	})
}

// A restriction keeps the expert from its topics and from no others.
func TestRestrictionKeepsFromItsTopics(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		c := h.court(t, "dana", conduct.Restriction)
		asked := func(topic string) expert.Reason { return h.Reason(t, topic) }
		if got := asked("visa"); got != expert.ReasonRestricted {
			t.Errorf("kept from it: %q", got)
		}
		must(t, h.Certify(t.Context(), h.Owner, c.e, []string{"medical"}))
		if got := asked("medical"); got != "" {
			t.Errorf("kept from another topic: %q", got)
		}
		must(t, c.appeal())
		must(t, c.decide(true))
		if got := asked("visa"); got != "" {
			t.Errorf("kept from it after the appeal: %q", got)
		}
	})
}

// What is decided of somebody who is suspended leaves why they are.
func TestCertifyingTheSuspendedKeepsTheReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		c := h.court(t, "dana", conduct.Suspension)
		before := h.EnrolmentOf(t, c.x)
		must(t, h.Certify(t.Context(), c.second, c.e, []string{"medical"}))
		after := h.EnrolmentOf(t, c.x)
		if after.DecisionCode != before.DecisionCode || after.DecisionNote != before.DecisionNote || *after.DecidedBy != *before.DecidedBy {
			t.Errorf("was %+v, is %+v", before, after)
		}
	})
}

func TestMeasureRaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		x, e := h.Active(t, "dana")
		suspend := func(int) error { return h.Suspend(t.Context(), h.Owner, e.ID, conduct.SuspendFraud, "x") }
		if won := experttest.Race(t, suspend); won != 1 {
			t.Errorf("suspended %d times", won)
		}
		c := &court{house: h, t: t, second: h.Operator, x: x, e: e.ID}
		c.m = c.measure().ID
		if won := experttest.Race(t, func(int) error { return c.appeal() }); won != 1 {
			t.Errorf("appealed %d times", won)
		}
		if won := experttest.Race(t, func(n int) error { return c.decide(n%2 == 0) }); won != 1 {
			t.Errorf("decided %d times", won)
		}
	})
}

func TestMeasuresHalfwayKeepNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		_, e := h.Active(t, "ada")
		dbtest.Halfway(t, db, func() error {
			return h.Restrict(ctx, h.Owner, e.ID, []string{"visa"}, conduct.SuspendQuality, "x")
		})
		dbtest.Halfway(t, db, func() error { return h.Suspend(ctx, h.Owner, e.ID, conduct.SuspendQuality, "x") })
		c := h.court(t, "dana", conduct.Suspension)
		dbtest.Halfway(t, db, c.appeal)
		dbtest.Halfway(t, db, func() error { return c.decide(true) })
		other := h.court(t, "zoe", conduct.Restriction)
		dbtest.Halfway(t, db, func() error { return h.Unrestrict(ctx, h.Owner, other.e) })
		dbtest.Halfway(t, db, func() error { return h.Leave(ctx, other.x, h.Program.ID) })
	})
}

// The database itself refuses what no verb could have written.
func TestMeasureConstraints(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		c := h.court(t, "dana", conduct.Suspension)
		must(t, c.appeal())
		for _, update := range []string{
			"imposed_by = person_id", "decided_by = imposed_by", "state = 'confirmed', next_due_at = NULL", "state = 'in_force'",
			"next_due_at = NULL", "reason = 'mood'", "evidence = ''", "kind = 'restriction'", "state = 'lapsed', next_due_at = NULL",
		} {
			err := h.Store.InTx(t.Context(), h.Program.BrandID, func(tx *gorm.DB) error {
				return tx.Exec("UPDATE measures SET "+update+" WHERE id = ?", c.m).Error
			})
			if err == nil {
				t.Errorf("%s: allowed", update)
			}
		}
	})
}

func TestMigrationMirrorsMeasures(t *testing.T) {
	quoted := func(list []string) string { return "IN ('" + strings.Join(list, "', '") + "')" }
	for _, dialect := range []string{"postgres", "sqlite"} {
		sql, err := os.ReadFile("../../migrations/" + dialect + "/00107_measures.sql")
		must(t, err)
		for _, want := range []string{
			"state " + quoted(texts(conduct.States)), "kind " + quoted(texts(kinds)), "reason " + quoted(texts(conduct.Reasons)),
		} {
			if !strings.Contains(string(sql), "CHECK ("+want+")") {
				t.Errorf("%s lacks CHECK (%s)", dialect, want)
			}
		}
	}
}

func texts[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}
