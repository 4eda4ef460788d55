package question_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

const lateMail = "Your answer takes longer than we said"

// promised has somebody ask who can be written to and is told that nine in ten
// wait no longer than 190 seconds.
func (r *room) promised() (access.Caller, question.Question) {
	r.t.Helper()
	r.past(question.Ask{}, steps(20)...)
	r.must("refresh", r.Questions.RefreshForecasts(r.Ctx()))
	_ = r.forecast("", "")
	dana := r.reachable()
	q := r.Ask(dana, "Dana's picture turns blurry")
	if q.ForecastP90S == nil || *q.ForecastP90S != 190 {
		r.t.Fatalf("it was said: %v", q.ForecastP90S)
	}
	return dana, q
}

// tell looks for waits to tell of and returns how many mails there are of them.
func (r *room) tell() int {
	r.t.Helper()
	r.must("tell of waits", r.Questions.TellOfWaits(r.Ctx()))
	r.RunDue()
	return len(r.mailsOf(lateMail))
}

// Who waits longer than nine in ten were said to is told so, once an attempt.
func TestLongerWaitsAreTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		_, q := r.promised()
		r.Clock.Set(q.AskedAt.Add(100 * time.Second))
		if n := r.tell(); n != 0 {
			t.Fatalf("%d mails in time", n)
		}
		r.Clock.Set(q.AskedAt.Add(191 * time.Second))
		n := dbtest.Halfway(t, db, func() error { return r.Questions.TellOfWaits(r.Ctx()) })
		if n < 2 {
			t.Errorf("%d statements", n)
		}
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				if err := r.Questions.TellOfWaits(r.Ctx()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := r.tell(); n != 1 {
			t.Fatalf("%d mails", n)
		}
		mail := r.mailsOf(lateMail)[0]
		if !strings.Contains(mail, "dana@example.com") || !strings.Contains(mail, "answered within 4 minutes. It takes longer.") ||
			!resumeLink.MatchString(mail) || !strings.Contains(mail, "/unsubscribe#token=") || strings.Contains(mail, "blurry") || strings.Contains(mail, "Whitlow") {
			t.Errorf("mail %q", mail)
		}
		if n := r.count("resume_links", "mailed"); n != 1 {
			t.Errorf("%d links for one mail", n)
		}
		r.Clock.Advance(time.Hour)
		if n := r.tell(); n != 1 {
			t.Errorf("%d mails of one attempt", n)
		}
	})
}

// What has become clear earlier is told earlier: that half will not have an
// answer by the time by which nine in ten should.
func TestWorseForecastsAreTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		_, q := r.promised()
		r.Clock.Set(q.AskedAt.Add(2 * time.Minute))
		if n := r.tell(); n != 0 {
			t.Fatalf("%d mails while it is as it was said", n)
		}
		r.must("have the others wait longer", r.rawUpdate("UPDATE questions SET first_responded_at = ? WHERE first_responded_at IS NOT NULL", q.AskedAt))
		r.Clock.Advance(time.Minute)
		if n := r.tell(); n != 1 || !r.Clock.Now().Before(q.AskedAt.Add(190*time.Second)) {
			t.Fatalf("%d mails", n)
		}
		if mail := r.mailsOf(lateMail)[0]; !strings.Contains(mail, "half of those that wait as long are answered within") {
			t.Errorf("mail %q", mail)
		}
	})
}

// The slowest fifth of what was said is part of what was said: half of those that
// wait as long wait beyond it, and nothing is unusual.
func TestUsualWaitsAreNotTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		dana, q := r.promised()
		r.Clock.Set(q.AskedAt.Add(185 * time.Second))
		seen, err := r.Questions.ForCustomer(r.Ctx(), dana, q.ID)
		r.must("read", err)
		if told := q.AskedAt.Add(190 * time.Second); seen.Forecast == nil || seen.Forecast.MedianAt == nil || !seen.Forecast.MedianAt.After(told) {
			t.Fatalf("those that wait as long: %+v", seen.Forecast)
		}
		if n := r.tell(); n != 0 {
			t.Errorf("%d mails", n)
		}
	})
}

// Who has an answer, ended it, was told nothing, has no address or wants no mail
// is not written to.
func TestLongerWaitsAreNotTold(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(r *room, dana access.Caller, q question.ID) error{
		"answered": func(r *room, _ access.Caller, q question.ID) error { r.work(q, r.first); return nil },
		"withdrawn": func(r *room, dana access.Caller, q question.ID) error {
			return r.Questions.Withdraw(r.Ctx(), dana, q)
		},
		"erased": func(r *room, dana access.Caller, _ question.ID) error {
			return r.Customers.Erase(r.Ctx(), dana, r.Brand, dana.Customer)
		},
		"turned off": func(r *room, dana access.Caller, _ question.ID) error {
			return r.Notify.SetCustomerWants(r.Ctx(), dana, false)
		},
		"told nothing": func(r *room, _ access.Caller, q question.ID) error {
			return r.rawUpdate("UPDATE questions SET forecast_p90_s = NULL WHERE id = ?", q)
		},
		"without an address": func(r *room, dana access.Caller, _ question.ID) error {
			return r.rawUpdate("DELETE FROM identities WHERE customer_id = ?", dana.Customer)
		},
	} {
		dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
			r := newRoom(t, db)
			dana, q := r.promised()
			r.must(name, do(r, dana, q.ID))
			r.Clock.Set(q.AskedAt.Add(time.Hour))
			if n := r.tell(); n != 0 {
				t.Errorf("%s, and yet told", name)
			}
		})
	}
}

// Somebody who cannot be told keeps it from nobody who asked after them.
func TestOneWhoCannotBeToldKeepsItFromNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		dana, q := r.promised()
		other, err := r.Customers.Identify(r.Ctx(), r.Owner, r.Brand, customer.Contact{Channel: customer.Email, Handle: "kim@example.com", Name: "Kim"})
		r.must("identify", err)
		r.Ask(access.CustomerCaller(r.Brand, other.ID), "Kim's picture turns blurry")
		r.must("break a seal", r.Store.InTx(r.Ctx(), r.Brand, func(tx *gorm.DB) error {
			return tx.Exec("UPDATE identities SET handle_sealed = ? WHERE customer_id = ?", []byte("broken"), dana.Customer).Error
		}))
		r.Clock.Set(q.AskedAt.Add(191 * time.Second))
		if err := r.Questions.TellOfWaits(r.Ctx()); err == nil || !strings.Contains(err.Error(), q.ID.String()) {
			t.Errorf("with a broken seal: %v", err)
		}
		r.RunDue()
		if n := len(r.mailsOf(lateMail)); n != 1 {
			t.Errorf("%d mails, want Kim's", n)
		}
	})
}
