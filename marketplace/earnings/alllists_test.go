package earnings_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/earnings"
	"knowhow/marketplace/markettest"
	"knowhow/payouts"
)

// Operators list everybody's payouts and the rounds they were made in; nobody
// else does.
func TestOperatorsListPayouts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		list := func(state payouts.PayoutState) func(marketplace.Page) (marketplace.Listing[payouts.Payout], error) {
			return func(page marketplace.Page) (marketplace.Listing[payouts.Payout], error) {
				return b.Earnings.AllPayouts(b.Ctx(), b.Operator, state, page)
			}
		}
		var made []uuid.UUID
		for range 3 {
			b.earn(1)
			b.After(week + 1)
			paid, err := b.Earnings.RequestPayout(b.Ctx(), b.expert, uuid.New())
			b.ok("request a payout", err)
			made = append(made, paid[0].ID)
		}
		id := func(p payouts.Payout) uuid.UUID { return p.ID }
		markettest.Paged(t, list(""), id, made...)
		if all := markettest.Walk(t, 2, list("")); all[0].ID != made[2] || all[0].ExpertID != uuid.UUID(b.expert.Person) {
			t.Errorf("the first is %+v", all[0])
		}
		b.RunDue()
		_, err := b.Payouts.Process(b.Ctx(), 10)
		b.ok("send", err)
		if sent := markettest.Walk(t, 2, list(payouts.PayoutSent)); len(sent) != 3 || len(markettest.Walk(t, 2, list(payouts.PayoutFailed))) != 0 {
			t.Errorf("%d were sent", len(sent))
		}
		if _, err := list("lost")(marketplace.Page{}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("an unknown state: %v", err)
		}
		rounds := func(page marketplace.Page) (marketplace.Listing[earnings.Run], error) {
			return b.Earnings.Runs(b.Ctx(), b.Operator, page)
		}
		runs := markettest.Walk(t, 2, rounds)
		if len(runs) != 3 {
			t.Fatalf("%d rounds", len(runs))
		}
		for _, r := range runs {
			if r.Kind != payouts.OnDemand || r.Made != 1 || r.Sent != 1 || r.Failed != 0 || len(r.Amounts) != 1 || r.Amounts[0] != (payouts.Money{Minor: 1000, Currency: "EUR"}) {
				t.Errorf("round %+v", r)
			}
		}
		for who, c := range map[string]access.Caller{"the owner": b.Owner, "the expert": b.expert, "a customer": b.customer, "nobody": {}} {
			_, paid := b.Earnings.AllPayouts(b.Ctx(), c, "", marketplace.Page{})
			_, runs := b.Earnings.Runs(b.Ctx(), c, marketplace.Page{})
			if !errors.Is(paid, marketplace.ErrForbidden) || !errors.Is(runs, marketplace.ErrForbidden) {
				t.Errorf("%s: %v, %v", who, paid, runs)
			}
		}
	})
}
