package notify_test

import (
	"context"
	"errors"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

var byDefault = notify.Choices{ReviewsAndRefusals: true, Appeals: true, Payouts: true}

func (h *house) choices(t *testing.T, want notify.Choices) {
	t.Helper()
	if got, err := h.Choices(t.Context(), access.PersonCaller(h.ada)); err != nil || got != want {
		t.Errorf("choices %+v, %v; want %+v", got, err, want)
	}
}

func TestChoices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSMTPServer(t)
		h, ctx := newHouse(t, db, smtpTo(t, s)), t.Context()
		ada := access.PersonCaller(h.ada)
		h.choices(t, byDefault)
		want := notify.Choices{Offers: true, Appeals: true}
		if err := h.SetChoices(ctx, ada, want); err != nil {
			t.Fatal(err)
		}
		h.choices(t, want)
		for key, kind := range map[string]notify.Kind{"off": notify.Payouts, "off too": notify.Questions, "on": notify.Appeals, "always": ""} {
			m := h.mail(key)
			m.Kind = kind
			h.mustSend(t, m)
		}
		h.runDue(t)
		if got := s.taken(); len(got) != 2 {
			t.Errorf("%d mails, want 2: %q", len(got), got)
		}
		h.wantState(t, "on", notify.Sent)
		h.wantState(t, "always", notify.Sent)
		h.clock.Advance(1)
		dbtest.Unchanged(t, db, func() {
			if err := h.SetChoices(ctx, ada, want); err != nil {
				t.Error(err)
			}
		})
		dbtest.Unchanged(t, db, func() {
			for _, who := range []access.Caller{{}, access.SystemCaller("test"), access.CustomerCaller(h.brand, access.NewCustomerID())} {
				_, err := h.Choices(ctx, who)
				if !errors.Is(err, marketplace.ErrForbidden) || !errors.Is(h.SetChoices(ctx, who, want), marketplace.ErrForbidden) {
					t.Errorf("%s: %v", who, err)
				}
			}
		})
	})
}

func TestChoosingFailsHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, smtpTo(t, newSMTPServer(t)))
		n := dbtest.Halfway(t, db, func() error {
			return h.SetChoices(t.Context(), access.PersonCaller(h.ada), notify.Choices{Offers: true})
		})
		if n < 2 {
			t.Errorf("%d statements", n)
		}
	})
}

// Whoever of many who choose at the same time comes last is heeded, whole.
func TestChoosingAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, smtpTo(t, newSMTPServer(t)))
		ada := access.PersonCaller(h.ada)
		all := notify.Choices{Offers: true, Questions: true, ReviewsAndRefusals: true, Appeals: true, Payouts: true}
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				choose := all
				if i%2 == 0 {
					choose = notify.Choices{}
				}
				if err := h.SetChoices(t.Context(), ada, choose); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got, err := h.Choices(t.Context(), ada); err != nil || got != all && got != (notify.Choices{}) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// tokenIn is the token by which the mail that was sent is turned off.
func tokenIn(t *testing.T, data string) string {
	t.Helper()
	data = strings.NewReplacer("\r\n ", " ", "\n ", " ").Replace(data)
	_, after, ok := strings.Cut(data, "List-Unsubscribe: <")
	link, _, closed := strings.Cut(strings.TrimSpace(after), ">")
	if !ok || !closed || !strings.Contains(data, "List-Unsubscribe-Post: List-Unsubscribe=One-Click") {
		t.Fatalf("it cannot be turned off: %s", data)
	}
	return path.Base(link)
}

// One click on a mail turns its kind off, for its reader alone.
func TestUnsubscribe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSMTPServer(t)
		h, ctx := newHouse(t, db, smtpTo(t, s)), t.Context()
		m := h.mail("first")
		m.Kind = notify.Payouts
		h.mustSend(t, m)
		h.runDue(t)
		token := tokenIn(t, s.taken()[0].data)
		dbtest.Unchanged(t, db, func() {
			last := token[len(token)-1:]
			forged := token[:len(token)-2] + strings.Map(func(r rune) rune {
				if r == 'A' {
					return 'B'
				}
				return 'A'
			}, token[len(token)-2:len(token)-1]) + last
			for _, bad := range []string{"", "x", token[1:], token + "AAAA", forged, strings.Repeat("A", 300)} {
				if err := h.Unsubscribe(ctx, bad); !errors.Is(err, marketplace.ErrNotFound) {
					t.Errorf("%q: %v", bad, err)
				}
			}
		})
		if n := dbtest.Halfway(t, db, func() error { return h.Unsubscribe(ctx, token) }); n < 1 {
			t.Errorf("%d statements", n)
		}
		want := byDefault
		want.Payouts = false
		h.choices(t, want)
		dbtest.Unchanged(t, db, func() {
			if err := h.Unsubscribe(ctx, token); err != nil {
				t.Errorf("again: %v", err)
			}
		})
		m.Key = "second"
		h.mustSend(t, m)
		h.runDue(t)
		if n := len(s.taken()); n != 1 {
			t.Errorf("%d mails", n)
		}
		if err := h.Resubscribe(ctx, token+"AAAA"); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("forged: %v", err)
		}
		if n := dbtest.Halfway(t, db, func() error { return h.Resubscribe(ctx, token) }); n < 1 {
			t.Errorf("%d statements", n)
		}
		h.choices(t, byDefault)
		dbtest.Unchanged(t, db, func() {
			if err := h.Resubscribe(ctx, token); err != nil {
				t.Errorf("again: %v", err)
			}
		})
		m.Key = "third"
		h.mustSend(t, m)
		h.runDue(t)
		if n := len(s.taken()); n != 2 {
			t.Errorf("%d mails after they were turned on again", n)
		}
	})
}

// What its reader must ask for is looked for again once a link turned it on.
func TestResubscribingWakesTheWatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSMTPServer(t)
		h, ctx, looks := newHouse(t, db, smtpTo(t, s)), t.Context(), 0
		h.RegisterWatch(func(context.Context, *gorm.DB, time.Time) error { looks++; return nil })
		if err := h.SetChoices(ctx, access.PersonCaller(h.ada), notify.Choices{Offers: true}); err != nil {
			t.Fatal(err)
		}
		m := h.mail("offer")
		m.Kind = notify.Offers
		h.mustSend(t, m)
		h.runDue(t)
		token := tokenIn(t, s.taken()[0].data)
		if err := h.Unsubscribe(ctx, token); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Minute)
		h.runDue(t)
		looks = 0
		if err := h.Resubscribe(ctx, token); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Minute)
		h.runDue(t)
		if looks == 0 {
			t.Error("nobody looks")
		}
	})
}

func TestOnlyCustomersChooseAsCustomers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db, smtpTo(t, newSMTPServer(t))), t.Context()
		dbtest.Unchanged(t, db, func() {
			for _, who := range []access.Caller{{}, access.SystemCaller("test"), access.PersonCaller(h.ada)} {
				_, err := h.CustomerWants(ctx, who)
				if !errors.Is(err, marketplace.ErrForbidden) || !errors.Is(h.SetCustomerWants(ctx, who, false), marketplace.ErrForbidden) {
					t.Errorf("%s: %v", who, err)
				}
			}
		})
	})
}

// What cannot be turned off does not say that it can.
func TestSignInMailCannotBeTurnedOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSMTPServer(t)
		h := newHouse(t, db, smtpTo(t, s))
		h.mustSend(t, h.mail("k"))
		h.runDue(t)
		if data := s.taken()[0].data; strings.Contains(data, "List-Unsubscribe") || strings.Contains(data, "unsubscribe") {
			t.Errorf("%s", data)
		}
	})
}

// A watch looks every minute while somebody wants it to, and starts again.
func TestWatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db, smtpTo(t, newSMTPServer(t))), t.Context()
		ada, looks := access.PersonCaller(h.ada), 0
		h.RegisterWatch(func(context.Context, *gorm.DB, time.Time) error { looks++; return nil })
		for i, c := range []struct {
			choose notify.Choices
			looks  int // after it, in three minutes
		}{{notify.Choices{}, 0}, {notify.Choices{Questions: true}, 4}, {notify.Choices{}, 0}, {notify.Choices{Offers: true}, 4}} {
			if err := h.SetChoices(ctx, ada, c.choose); err != nil {
				t.Fatal(err)
			}
			looks = 0
			h.runDue(t)
			for range 3 {
				h.clock.Advance(time.Minute)
				h.runDue(t)
			}
			if looks != c.looks {
				t.Errorf("choice %d: %d looks, want %d", i, looks, c.looks)
			}
		}
	})
}
