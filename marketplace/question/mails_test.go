package question_test

import (
	"sync"
	"testing"

	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A customer turns mails about their questions off and on again, for themselves
// alone.
func TestCustomersChooseTheirMails(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		dana := r.reachable()
		wants := func(want bool) {
			t.Helper()
			if got, err := r.Notify.CustomerWants(r.Ctx(), dana); err != nil || got != want {
				t.Errorf("wants %v, %v", got, err)
			}
			if other, err := r.Notify.CustomerWants(r.Ctx(), r.dana); err != nil || !other {
				t.Errorf("another wants %v, %v", other, err)
			}
		}
		wants(true)
		for _, on := range []bool{false, true} {
			if n := dbtest.Halfway(t, db, func() error { return r.Notify.SetCustomerWants(r.Ctx(), dana, on) }); n < 1 {
				t.Errorf("%d statements", n)
			}
			wants(on)
			dbtest.Unchanged(t, db, func() { r.must("choose again", r.Notify.SetCustomerWants(r.Ctx(), dana, on)) })
			q := r.Ask(dana, "The picture turns blurry")
			r.work(q.ID, r.first)
			before := len(r.mailsOf(answerMail))
			r.After(question.TellAfter)
			if n := len(r.mailsOf(answerMail)) - before; n != map[bool]int{true: 1}[on] {
				t.Errorf("mails are wanted: %v, and there were %d", on, n)
			}
		}
	})
}

func TestCustomersChooseAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				if err := r.Notify.SetCustomerWants(r.Ctx(), r.dana, i%2 == 0); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := r.count("mail_refusals", "customer_id = ?", r.dana.Customer); n > 1 {
			t.Errorf("%d refusals", n)
		}
	})
}

// Who has no address cannot be written to, and is told so.
func TestReachable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		if got, err := r.Customers.Reachable(r.Ctx(), r.reachable()); err != nil || !got {
			t.Errorf("with an address: %v, %v", got, err)
		}
		if got, err := r.Customers.Reachable(r.Ctx(), r.dana); err != nil || got {
			t.Errorf("without: %v, %v", got, err)
		}
		if _, err := r.Customers.Reachable(r.Ctx(), r.first); err == nil {
			t.Error("a person asks as a customer")
		}
	})
}
