package expert_test

import (
	"errors"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func (h *house) available(t *testing.T, x access.Caller) bool {
	t.Helper()
	e, err := h.Expert(t.Context(), x)
	must(t, err)
	return e.Available
}

// Availability follows the hours of the week by the clock of the expert's zone,
// in summer and in winter; a switch by hand holds until they change.
func TestHours(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, x := t.Context(), h.NewExpert(t, "dana")
		berlin, err := time.LoadLocation("Europe/Berlin")
		must(t, err)
		at := func(month time.Month, day, hour, minute int) time.Time {
			return time.Date(2026, month, day, hour, minute, 0, 0, berlin)
		}
		h.Clock.Set(at(time.March, 26, 12, 0)) // a Thursday; on Sunday the clocks go forward
		hours := expert.Hours{Zone: "Europe/Berlin"}
		hours.Days[3] = []expert.Span{{From: 9 * 60, To: 17 * 60}}                                 // Thursday
		hours.Days[6] = []expert.Span{{From: 2*60 + 30, To: 4 * 60}, {From: 20 * 60, To: 24 * 60}} // Sunday
		hours.Days[0] = []expert.Span{{From: 0, To: 60}}                                           // Monday
		must(t, h.SetHours(ctx, x, hours))
		if got, found, err := h.Hours(ctx, x); err != nil || !found || got.Zone != hours.Zone || len(got.Days[6]) != 2 {
			t.Errorf("Hours = %+v, %v, %v", got, found, err)
		}
		for _, c := range []struct {
			at   time.Time
			want bool
		}{
			{at(time.March, 26, 12, 0), true}, {at(time.March, 26, 16, 59), true}, {at(time.March, 26, 17, 0), false},
			{at(time.March, 29, 1, 59), false}, {at(time.March, 29, 3, 45), true}, {at(time.March, 29, 4, 0), false},
			{at(time.March, 29, 23, 59), true}, {at(time.March, 30, 0, 30), true}, {at(time.March, 30, 1, 0), false},
			{at(time.April, 2, 8, 59), false}, {at(time.April, 2, 9, 0), true}, // summer time
		} {
			h.Until(t, c.at)
			if got := h.available(t, x); got != c.want {
				t.Errorf("%s: available %v", c.at, got)
			}
		}
		must(t, h.SetAvailability(ctx, x, false))
		h.Until(t, at(time.April, 2, 16, 0))
		if h.available(t, x) {
			t.Error("switched off by hand, and on again within the hours")
		}
		h.Until(t, at(time.April, 9, 10, 0))
		if !h.available(t, x) {
			t.Error("the next hours do not switch on again")
		}
		must(t, h.ClearHours(ctx, x))
		must(t, h.ClearHours(ctx, x))
		h.Until(t, at(time.April, 9, 20, 0))
		if !h.available(t, x) {
			t.Error("without hours it was switched")
		}
	})
}

func TestBadHoursChangeNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, x, nobody := t.Context(), h.NewExpert(t, "dana"), h.NewPerson(t)
		set := func(caller access.Caller, zone string, spans ...expert.Span) error {
			return h.SetHours(ctx, caller, expert.Hours{Zone: zone, Days: [7][]expert.Span{2: spans}})
		}
		good := expert.Span{From: 0, To: 1440}
		before := dbtest.Dump(t, h.DB)
		for name, c := range map[string]struct{ err, want error }{
			"no zone":            {set(x, "", good), marketplace.ErrInvalid},
			"no such zone":       {set(x, "Europe/Atlantis", good), marketplace.ErrInvalid},
			"the server's zone":  {set(x, "Local", good), marketplace.ErrInvalid},
			"no hours":           {set(x, "UTC"), marketplace.ErrInvalid},
			"backwards":          {set(x, "UTC", expert.Span{From: 60, To: 60}), marketplace.ErrInvalid},
			"over midnight":      {set(x, "UTC", expert.Span{From: 60, To: 1441}), marketplace.ErrInvalid},
			"two at once":        {set(x, "UTC", good, good), marketplace.ErrInvalid},
			"somebody no expert": {set(nobody, "UTC", good), marketplace.ErrNotFound},
			"the system":         {set(access.SystemCaller("bot"), "UTC", good), expert.ErrNotAPerson},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %v", name, c.err, c.want)
			}
		}
		if dbtest.Dump(t, h.DB) != before {
			t.Error("a refusal changed something")
		}
		dbtest.Halfway(t, h.DB, func() error { return set(x, "UTC", good) })
	})
}
