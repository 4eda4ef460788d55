package conduct_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/conduct"
	"knowhow/migrations"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// What ended in the expert's favour is for a while only taken again by somebody
// else.
func TestMeasuresImposedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		for i, end := range []conduct.State{conduct.Overturned, conduct.Lapsed} {
			c := h.court(t, "s-"+string(rune('a'+i)), conduct.Suspension)
			c.bring(end)
			again := func() error { return h.Suspend(ctx, h.Owner, c.e, conduct.SuspendConduct, "The same.") }
			dbtest.Unchanged(t, db, func() {
				if err := again(); !errors.Is(err, conduct.ErrImposedBefore) || !errors.Is(err, marketplace.ErrForbidden) {
					t.Errorf("a suspension that was %s, by the same human: %v", end, err)
				}
			})
			must(t, h.Suspend(ctx, c.second, c.e, conduct.SuspendConduct, "The same."))
			must(t, h.Reinstate(ctx, c.second, c.e))
			if err := again(); !errors.Is(err, conduct.ErrImposedBefore) {
				t.Errorf("after another's: %v", err)
			}
			h.Clock.Advance(30 * 24 * time.Hour)
			must(t, again())
		}
		c := h.court(t, "dana", conduct.Restriction)
		c.bring(conduct.Overturned)
		restrict := func(topics ...string) error {
			return h.Restrict(ctx, h.Owner, c.e, topics, conduct.SuspendQuality, "Wrong again.")
		}
		if err := restrict("medical", "visa"); !errors.Is(err, conduct.ErrImposedBefore) {
			t.Errorf("the same topic and another: %v", err)
		}
		must(t, restrict("medical"))
	})
}

// A certificate is added and never taken away: that is a measure.
func TestCertificatesStay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		x, e := h.Active(t, "dana")
		certify := func(slugs ...string) error { return h.Certify(t.Context(), h.Owner, e.ID, slugs) }
		must(t, certify("medical"))
		must(t, certify("legal", "medical"))
		dbtest.Unchanged(t, db, func() {
			for _, slugs := range [][]string{{}, {"legal"}, {"legal", "visa"}} {
				if err := certify(slugs...); !errors.Is(err, marketplace.ErrInvalid) {
					t.Errorf("certified for %v only: %v", slugs, err)
				}
			}
		})
		if got := strings.Join(h.EnrolmentOf(t, x).Certified, " "); got != "legal medical" {
			t.Errorf("certified for %q", got)
		}
	})
}

// Who was suspended before there were measures may appeal as well.
func TestSuspensionsFromBeforeMeasures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		c := h.court(t, "dana", conduct.Suspension)
		h.Active(t, "otto")
		before := c.measure()
		conn, err := db.SQL()
		must(t, err)
		for taken := ""; !strings.HasPrefix(taken, "00107"); {
			taken, err = migrations.Down(t.Context(), conn, db.Dialect)
			must(t, err)
		}
		_, err = migrations.Up(t.Context(), conn, db.Dialect)
		must(t, err)
		m := c.measure()
		if m.ID == before.ID || m.State != conduct.InForce || m.Reason != before.Reason || m.Evidence != before.Evidence || !m.ImposedAt.Equal(before.ImposedAt) {
			t.Errorf("was %+v, is %+v", before, m)
		}
		c.m = m.ID
		if err := h.DecideMeasure(t.Context(), h.Owner, h.Program.BrandID, c.m, true, "x"); !errors.Is(err, conduct.ErrSameHuman) {
			t.Errorf("decided by who suspended them: %v", err)
		}
		must(t, c.appeal())
		must(t, c.decide(true))
		if c.kept() {
			t.Error("is still suspended")
		}
	})
}
