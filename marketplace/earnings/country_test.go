package earnings_test

import (
	"errors"
	"slices"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
	"knowhow/payouts"
	"knowhow/payouts/country"
)

// Whoever could not be paid is told when they apply, and gets no account; where
// they can be paid depends on where we are.
func TestCountriesThatCannotBePaid(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		register := func(handle, code string) access.Caller {
			caller := access.PersonCaller(b.Person("Nina"))
			_, err := b.Experts.Register(ctx, caller, expert.Profile{Handle: handle, Country: code, Languages: []string{"en"}})
			b.ok("register", err)
			return caller
		}
		apply := func(caller access.Caller, code string) error {
			_, err := b.Admission.Apply(ctx, caller, b.Program.ID, admission.Application{Motivation: "I know the box.", Country: code})
			return err
		}
		there, silent, elsewhere := register("there", "RU"), register("silent", ""), register("elsewhere", "PH")
		dbtest.Unchanged(t, b.DB, func() {
			for name, err := range map[string]error{
				"of their profile": apply(there, ""), "of their application": apply(silent, "KP"), "an account": second(b.Earnings.OpenAccount(ctx, there)), "a link": second(b.Earnings.Onboarding(ctx, there)),
			} {
				var invalid *marketplace.InvalidError
				if !errors.As(err, &invalid) || invalid.Field != "country" {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
		b.ok("apply without a country", apply(silent, ""))
		b.ok("apply from where we pay", apply(elsewhere, ""))
		list := b.Earnings.Countries()
		at := func(code string) country.Country {
			i := slices.IndexFunc(list, func(c country.Country) bool { return c.Code == code })
			if i < 0 {
				t.Fatalf("%s is not among %d countries", code, len(list))
			}
			return list[i]
		}
		if c := at("PH"); c.Agreement != country.Recipient || c.Instant || c.Currency != "PHP" {
			t.Errorf("%+v", c)
		}
		if c := at("DE"); c.Agreement != country.Full || !c.Instant || c.Minimum != 100 {
			t.Errorf("%+v", c)
		}
		if slices.ContainsFunc(list, func(c country.Country) bool { return c.Code == "RU" }) {
			t.Error("RU can be paid")
		}
	})
}

// The gate is the country's least where that is more than ours.
func TestCountrysLeastIsTheGates(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		b.released(2)
		b.ok("move to Albania", b.DB.Write.Exec("UPDATE payout_accounts SET country = 'AL' WHERE expert_id = ?", b.expert.Person).Error)
		if got := b.terms(); got.Minimum != 4000 || !errors.Is(got.Asked, payouts.ErrBelowMinimum) || !errors.Is(got.Terms.Instant, payouts.ErrNoInstant) {
			t.Errorf("terms %+v", got)
		}
		if made, err := b.Earnings.CreateRun(ctx, b.Operator, payouts.WeekOf(b.Clock.Now())); err != nil || made != 0 {
			t.Errorf("made %d, %v", made, err)
		}
		b.released(2)
		if made, err := b.Earnings.CreateRun(ctx, b.Operator, payouts.WeekOf(b.Clock.Now())); err != nil || made != 1 {
			t.Errorf("the next week %d, %v", made, err)
		}
	})
}

// Who has an account is of its country: another one would only have them offered
// more.
func TestCountryIsTheAccounts(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		caller := access.PersonCaller(b.Person("Nina"))
		_, err := b.Experts.Register(ctx, caller, expert.Profile{Handle: "nina", Country: "PT", Languages: []string{"en"}})
		b.ok("register", err)
		_, err = b.Earnings.OpenAccount(ctx, caller)
		b.ok("open an account", err)
		b.ok("tell its country", b.DB.Write.Exec("UPDATE payout_accounts SET country = 'PT' WHERE expert_id = ?", caller.Person).Error)
		apply := func(code string) error {
			_, err := b.Admission.Apply(ctx, caller, b.Program.ID, admission.Application{Motivation: "I know the box.", Country: code})
			return err
		}
		dbtest.Unchanged(t, b.DB, func() {
			var invalid *marketplace.InvalidError
			if err := apply("CH"); !errors.As(err, &invalid) || invalid.Field != "country" {
				t.Errorf("of another country: %v", err)
			}
		})
		b.ok("apply from their own", apply("PT"))
	})
}
