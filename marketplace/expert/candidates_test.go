package expert_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func (h *house) candidates(t *testing.T, topic *program.Topic, language string) expert.Candidates {
	t.Helper()
	var c expert.Candidates
	must(t, h.Store.Read(t.Context(), h.Program.BrandID, func(tx *gorm.DB) (err error) {
		c, err = h.CandidatesTx(t.Context(), tx, expert.Requirement{
			Brand: h.Program.BrandID, Program: h.Program.ID, Topic: topic, Language: language, Now: h.Clock.Now(),
		})
		return err
	}))
	return c
}

func TestCandidates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.Program.ID
		names := map[access.PersonID]string{}
		join := func(handle string, prepare func(x access.Caller, e expert.Enrolment)) {
			h.Clock.Advance(time.Minute)
			x, e := h.Active(t, handle)
			names[x.Person] = handle
			prepare(x, e)
		}
		plain := func(access.Caller, expert.Enrolment) {}
		join("zoe", plain)
		join("ada", plain)
		join("away", func(x access.Caller, _ expert.Enrolment) { must(t, h.SetAvailability(ctx, x, false)) })
		join("resting", func(x access.Caller, _ expert.Enrolment) { must(t, h.Pause(ctx, x, p)) })
		join("stopped", func(_ access.Caller, e expert.Enrolment) {
			must(t, h.Suspend(ctx, h.Owner, e.ID, "terms", "x"))
		})
		join("boss", func(x access.Caller, _ expert.Enrolment) {
			must(t, h.People.AddMember(ctx, h.Owner, h.Program.BrandID, x.Person, access.Finance))
		})
		join("helper", func(x access.Caller, _ expert.Enrolment) { // was a manager, and reviews
			must(t, h.People.AddMember(ctx, h.Owner, h.Program.BrandID, x.Person, access.Reviewer))
			must(t, h.People.AddMember(ctx, h.Owner, h.Program.BrandID, x.Person, access.Manager))
			h.candidates(t, nil, "en")
			must(t, h.People.RemoveMember(ctx, h.Owner, h.Program.BrandID, x.Person, access.Manager))
		})
		join("busy", func(x access.Caller, _ expert.Enrolment) {
			must(t, h.SetCapacity(ctx, x, 1))
			h.InTx(t, func(tx *gorm.DB) error { return h.TakeTx(ctx, tx, x.Person) })
		})
		join("turkish", func(x access.Caller, _ expert.Enrolment) { must(t, h.SetLanguages(ctx, x, []string{"tr", "nb"})) })
		join("doctor", func(_ access.Caller, e expert.Enrolment) {
			must(t, h.Certify(ctx, h.Owner, e.ID, []string{"medical"}))
		})
		join("choosy", func(x access.Caller, _ expert.Enrolment) { must(t, h.SetTopics(ctx, x, p, []string{"medical"})) })
		join("gone", func(x access.Caller, _ expert.Enrolment) { must(t, h.Leave(ctx, x, p)) })
		everybody := ""
		for _, handle := range names {
			if handle != "gone" {
				everybody += " " + handle + ":brand_only"
			}
		}
		common := "resting:paused stopped:suspended away:unavailable busy:at_capacity boss:conflict_of_interest"
		for name, c := range map[string]struct {
			topic    *program.Topic
			language string
			want     string
			excluded string
		}{
			"nothing known":        {nil, "", "[zoe ada helper turkish doctor choosy]", common},
			"English":              {nil, "en-GB", "[zoe ada helper doctor choosy]", common + " turkish:language"},
			"Portuguese":           {nil, "pt", "[zoe ada helper doctor choosy]", common + " turkish:language"},
			"Icelandic":            {nil, "is", "[]", common + " turkish:language zoe:language ada:language helper:language doctor:language choosy:language"},
			"a crowd topic":        {h.Topics["visa"], "en", "[zoe ada helper doctor]", common + " turkish:language choosy:topic"},
			"a certified topic":    {h.Topics["medical"], "en", "[doctor]", common + " turkish:language zoe:not_certified ada:not_certified helper:not_certified choosy:not_certified"},
			"the brand's own":      {h.Topics["legal"], "en", "[]", everybody},
			"language in capitals": {nil, "TR", "[turkish]", common + " zoe:language ada:language helper:language doctor:language choosy:language"},
			"Norwegian":            {nil, "no", "[turkish]", common + " zoe:language ada:language helper:language doctor:language choosy:language"},
		} {
			h.compare(t, name, h.candidates(t, c.topic, c.language), names, c.want, c.excluded)
		}
	})
}

// compare fails unless got has the eligible handles in their order, and the
// excluded ones with their reasons in any order.
func (h *house) compare(t *testing.T, name string, got expert.Candidates, names map[access.PersonID]string, eligible, excluded string) {
	t.Helper()
	var handles, reasons []string
	for _, e := range got.Eligible {
		handles = append(handles, names[e.Person])
	}
	if fmt.Sprint(handles) != eligible {
		t.Errorf("%s: eligible %v, want %s", name, handles, eligible)
	}
	for _, e := range got.Excluded {
		reasons = append(reasons, names[e.Person]+":"+string(e.Reason))
	}
	want := strings.Fields(excluded)
	slices.Sort(want)
	slices.Sort(reasons)
	if !slices.Equal(reasons, want) {
		t.Errorf("%s: excluded %v, want %v", name, reasons, want)
	}
}

func TestStandingReachesCandidates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		x, _ := h.Active(t, "dana")
		h.InTx(t, func(tx *gorm.DB) error {
			for range 3 {
				if err := h.RecordOutcomeTx(ctx, tx, h.Work(x.Person)); err != nil {
					return err
				}
			}
			return nil
		})
		now := h.candidates(t, h.Topics["visa"], "").Eligible[0]
		other := h.candidates(t, h.Topics["medical"], "").Eligible
		if got := now.Standing; got.Evidence != 3 || got.Alpha+got.Beta != 7 || got.Mean() < .38 || got.Mean() > 3./7 || len(other) != 0 {
			t.Errorf("standing %+v", now.Standing)
		}
		if got := h.candidates(t, nil, "").Eligible[0].Standing; got.Evidence != 0 || got.Mean() <= .7 || got.Mean() >= expert.Prior().Mean() {
			t.Errorf("no topic: %+v, want a little below the prior", got)
		}
		h.Clock.Advance(180 * 24 * time.Hour)
		if got := h.candidates(t, h.Topics["visa"], "").Eligible[0].Standing; math.Abs(got.Alpha+got.Beta-5.5) > .01 || got.Mean() <= now.Standing.Mean() {
			t.Errorf("after a half-life %+v", got)
		}
		if now.Lot == 0 || !now.Since.Equal(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)) {
			t.Errorf("candidate %+v", now)
		}
	})
}

func TestOutcomeRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		x, _ := h.Active(t, "dana")
		before := dbtest.Dump(t, h.DB)
		for name, c := range map[string]struct {
			edit func(w *expert.Work)
			want error
		}{
			"no outcome":     {func(w *expert.Work) { w.Outcome = "" }, marketplace.ErrInvalid},
			"no weight":      {func(w *expert.Work) { w.Weight = 0 }, marketplace.ErrInvalid},
			"weight too big": {func(w *expert.Work) { w.Weight = 6 }, marketplace.ErrInvalid},
			"no time":        {func(w *expert.Work) { w.At = time.Time{} }, marketplace.ErrInvalid},
			"bad topic":      {func(w *expert.Work) { w.Topic = "\xff" }, marketplace.ErrInvalid},
			"unknown expert": {func(w *expert.Work) { w.Person = marketplace.NewID[access.Person]() }, marketplace.ErrNotFound},
			"wrong brand":    {func(w *expert.Work) { w.Program = marketplace.NewID[program.Program]() }, marketplace.ErrNotFound},
		} {
			w := h.Work(x.Person)
			c.edit(&w)
			err := h.Store.InTx(t.Context(), h.Program.BrandID, func(tx *gorm.DB) error { return h.RecordOutcomeTx(t.Context(), tx, w) })
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if dbtest.Dump(t, h.DB) != before {
			t.Error("a refusal changed something")
		}
	})
}
