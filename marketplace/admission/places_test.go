package admission_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/experttest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// Terms bind by country, are read in one's language, and are asked again only
// when they change.
func TestTermsByCountryAndLanguage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.Program.ID
		publish := func(n training.NewTerms) int {
			terms, err := h.PublishTerms(ctx, h.Owner, p, n)
			must(t, err)
			return terms.Version
		}
		all, german := publish(training.NewTerms{Text: "Be honest.", Language: "en"}), publish(training.NewTerms{Country: "DE", Text: "Sei ehrlich.", Language: "de"})
		if all != 1 || german != 2 {
			t.Fatalf("versions %d and %d", all, german)
		}
		x := h.NewExpert(t, "dana") // lives in Germany
		_, err := h.Apply(ctx, x, p, admission.Application{Motivation: "me"})
		must(t, err)
		if err := h.AcceptTerms(ctx, x, p, all, "en"); !errors.Is(err, training.ErrStaleVersion) {
			t.Errorf("another country's: %v", err)
		}
		must(t, h.AcceptTerms(ctx, x, p, german, "de"))
		owed := func() bool {
			o, err := h.Onboarding(ctx, x, p)
			must(t, err)
			return o.AcceptedAt == nil
		}
		publish(training.NewTerms{Text: "Be very honest.", Language: "en"})
		same := publish(training.NewTerms{Country: "DE", Text: "Sei ehrlich.", Language: "de", Translations: map[string]string{"en": "Be honest, in Germany."}})
		if same != german || owed() {
			t.Errorf("version %d, asked again: %v; nothing has changed for Germany", same, owed())
		}
		terms, err := h.Terms(ctx, p, "DE")
		must(t, err)
		if tag, text := terms.In([]string{"en-GB"}); tag != "en" || text != "Be honest, in Germany." {
			t.Errorf("in English: %q, %q", tag, text)
		}
		if tag, text := terms.In([]string{"fr", "de"}); tag != "de" || text != "Sei ehrlich." {
			t.Errorf("in German: %q, %q", tag, text)
		}
		publish(training.NewTerms{Country: "DE", Text: "Sei sehr ehrlich.", Language: "de"})
		if !owed() {
			t.Error("changed terms are not asked")
		}
		if other, err := h.Terms(ctx, p, "FR"); err != nil || other.Text != "Be very honest." {
			t.Errorf("for France: %+v, %v", other, err)
		}
	})
}

// A full program has who applies wait, in order; a place that comes free is the
// next one's, and is told.
func TestWaitingForAPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.Program.ID
		h.Fund(t, 0, program.AdmissionPolicy{MaxExperts: 1})
		list := make([]access.Caller, 4)
		for i := range list {
			list[i] = h.NewExpert(t, fmt.Sprint("x-", i))
			_, err := h.Apply(ctx, list[i], p, admission.Application{Motivation: "me"})
			must(t, err)
			h.Clock.Advance(time.Minute)
		}
		waits := func() (list4 []bool) {
			for _, x := range list {
				list4 = append(list4, h.EnrolmentOf(t, x).Waiting)
			}
			return list4
		}
		if got := waits(); !slices.Equal(got, []bool{false, true, true, true}) {
			t.Fatalf("waiting: %v", got)
		}
		if n, err := h.Ahead(ctx, list[3], p); err != nil || n != 2 {
			t.Errorf("ahead of the last: %d, %v", n, err)
		}
		must(t, h.Leave(ctx, list[0], p))
		if got := waits(); !slices.Equal(got, []bool{false, false, true, true}) || h.EnrolmentOf(t, list[1]).State != expert.Assessing {
			t.Errorf("one left: %v", got)
		}
		must(t, h.Reject(ctx, h.Owner, h.EnrolmentOf(t, list[1]).ID, admission.RejectIncomplete, ""))
		if got := waits(); !slices.Equal(got, []bool{false, false, false, true}) {
			t.Errorf("one rejected: %v", got)
		}
		h.Fund(t, 0, program.AdmissionPolicy{})
		if got := waits(); slices.Contains(got, true) {
			t.Errorf("no cap: %v", got)
		}
		h.RunDue(t)
		told := 0
		for _, m := range h.Mailbox.Mails {
			if m.Subject == "There is a place for you" {
				told++
			}
		}
		if told != 3 {
			t.Errorf("%d were told of a place", told)
		}
	})
}

// Who waits is given a place, also where more wait than are given one at once, with
// and without a cap.
func TestManyWaitForAPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		h.SetAtOnce(2)
		h.Fund(t, 0, program.AdmissionPolicy{MaxExperts: 1})
		list := make([]access.Caller, 9)
		for i := range list {
			list[i] = h.NewExpert(t, fmt.Sprint("x-", i))
			_, err := h.Apply(t.Context(), list[i], h.Program.ID, admission.Application{Motivation: "me"})
			must(t, err)
			h.Clock.Advance(time.Minute)
		}
		for _, c := range []struct{ most, placed int }{{6, 6}, {0, len(list)}} {
			h.Fund(t, 0, program.AdmissionPolicy{MaxExperts: c.most})
			for i, x := range list {
				if waits := h.EnrolmentOf(t, x).Waiting; waits != (i >= c.placed) {
					t.Errorf("with a cap of %d, who applied as number %d waits: %v", c.most, i+1, waits)
				}
			}
		}
	})
}

// A place is given once, however many come at the same time.
func TestPlacesAreNotGivenTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		h.Fund(t, 0, program.AdmissionPolicy{MaxExperts: 3})
		list := make([]access.Caller, 16)
		for i := range list {
			list[i] = h.NewExpert(t, fmt.Sprint("x-", i))
		}
		experttest.Race(t, func(n int) error {
			_, err := h.Apply(t.Context(), list[n], h.Program.ID, admission.Application{Motivation: "me"})
			return err
		})
		var placed int64
		must(t, h.Store.Read(t.Context(), h.Program.BrandID, func(tx *gorm.DB) error {
			return tx.Model(&expert.Enrolment{}).Where("NOT waiting").Count(&placed).Error
		}))
		if placed != 3 {
			t.Errorf("%d places were given, there are 3", placed)
		}
	})
}
