package question_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func (s *scene) share() question.Share {
	s.t.Helper()
	made, err := s.Questions.ShareOwn(s.Ctx(), s.dana, s.q, "2026-11")
	s.must("share", err)
	return made
}

func (s *scene) gone(name, token string) {
	s.t.Helper()
	if r, err := s.Questions.Shared(s.Ctx(), token); !errors.Is(err, marketplace.ErrNotFound) || strings.Contains(err.Error(), token) {
		s.t.Errorf("%s: %+v, %v", name, r, err)
	}
}

// Anybody with the link reads the receipt, until one of the things happens that
// end it.
func TestSharedReceipt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Resolved)
		link := s.share()
		got, err := s.Questions.Shared(s.Ctx(), link.Token)
		if err != nil || got.View != question.ViewShared || got.State != question.Resolved || len(got.Turns) != 2 || got.BrandName == "" || got.ProgramName == "" {
			t.Fatalf("shared: %+v, %v", got, err)
		}
		for _, turn := range got.Turns {
			if turn.Reward != nil || turn.ReleaseAt != nil || turn.State != question.Delivered && turn.State != question.HandedBack {
				t.Errorf("it tells of pay: %+v", turn)
			}
		}
		if !got.ExpiresAt.Equal(s.Clock.Now().Add(90*24*time.Hour)) || !link.ExpiresAt.Equal(got.ExpiresAt) {
			t.Errorf("it expires at %s and %s", link.ExpiresAt, got.ExpiresAt)
		}
		if strings.Contains(r.Snapshot(), link.Token) {
			t.Error("the token is kept")
		}
		if n := s.count("consents", "customer_id = ? AND purpose = 'share_receipt' AND withdrawn_at IS NULL", s.dana.Customer); n != 1 {
			t.Errorf("%d consents stand", n)
		}
		another := []byte(link.Token)
		if another[40] = 'a'; link.Token[40] == 'a' {
			another[40] = 'b'
		}
		s.gone("another token", string(another))
		s.gone("no token", "-")
		s.gone("a long one", strings.Repeat("x", 101))
		s.Clock.Set(link.ExpiresAt)
		s.gone("expired", link.Token)
	})
}

func TestUnsharedReceipt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		standing := func() int64 {
			return r.count("consents", "customer_id = ? AND purpose = 'share_receipt' AND withdrawn_at IS NULL", r.dana.Customer)
		}
		one, other := r.stage(question.Resolved), r.stage(question.Withdrawn)
		first, second, third := one.share(), one.share(), other.share()
		r.must("unshare", r.Questions.UnshareOwn(r.Ctx(), r.dana, one.q))
		one.gone("revoked", first.Token)
		one.gone("revoked too", second.Token)
		if _, err := r.Questions.Shared(r.Ctx(), third.Token); err != nil || standing() != 1 {
			t.Errorf("another question's: %v, %d consents", err, standing())
		}
		r.must("unshare", r.Questions.UnshareOwn(r.Ctx(), r.dana, other.q))
		if standing() != 0 {
			t.Error("the consent stands after the last link")
		}
		dbtest.Unchanged(t, db, func() { r.must("unshare again", r.Questions.UnshareOwn(r.Ctx(), r.dana, one.q)) })

		again := one.share()
		r.must("withdraw the consent", r.Customers.WithdrawConsent(r.Ctx(), r.dana, r.Brand, r.dana.Customer, question.ShareReceipt))
		one.gone("without consent", again.Token)
		_, err := r.Customers.GiveConsent(r.Ctx(), r.dana, r.Brand, r.dana.Customer, question.ShareReceipt, "2026-11")
		r.must("consent anew", err)
		one.gone("by a new consent", again.Token)
		last := one.share()
		r.must("erase", r.Customers.Erase(r.Ctx(), r.dana, r.Brand, r.dana.Customer))
		one.gone("erased", last.Token)
	})
}

// Links that have expired are deleted, some at a time; those that work stay.
func TestExpiredSharesAreForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Resolved)
		for range 3 {
			s.share()
		}
		r.Clock.Advance(time.Hour)
		last := s.share()
		forget := func(most, want int) {
			t.Helper()
			if n, err := r.Questions.ForgetShares(r.Ctx(), most); err != nil || n != want {
				t.Errorf("%d forgotten, %v; want %d", n, err, want)
			}
		}
		dbtest.Unchanged(t, db, func() { forget(10, 0) })
		r.Clock.Set(last.ExpiresAt.Add(-time.Minute))
		n := dbtest.Halfway(t, db, func() error { _, err := r.Questions.ForgetShares(r.Ctx(), 2); return err })
		if n < 1 {
			t.Errorf("%d statements", n)
		}
		forget(2, 1)
		forget(2, 0)
		if _, err := r.Questions.Shared(r.Ctx(), last.Token); err != nil || r.count("receipt_shares", "1 = 1") != 1 {
			t.Errorf("what works is gone too: %v", err)
		}
		if r.count("consents", "purpose = ?", question.ShareReceipt) != 1 {
			t.Error("a consent is gone")
		}
	})
}

func TestSharesAreFew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newRoom(t, db).stage(question.Resolved)
		got := race(func() error {
			_, err := s.Questions.ShareOwn(s.Ctx(), s.dana, s.q, "2026-11")
			if err != nil && !errors.Is(err, question.ErrTooManyShares) {
				t.Errorf("share: %v", err)
			}
			return err
		})
		if got[0]["ok"] != question.MaxShares || got[0]["conflict"] != 16-question.MaxShares {
			t.Errorf("%v", got)
		}
	})
}

func TestBadSharesChangeNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		open, s := r.stage(question.Answered), r.stage(question.Resolved)
		stranger := r.Customer("Otto Other")
		dbtest.Unchanged(t, db, func() {
			_, early := r.Questions.ShareOwn(r.Ctx(), r.dana, open.q, "1")
			_, foreign := r.Questions.ShareOwn(r.Ctx(), stranger, s.q, "1")
			_, expert := r.Questions.ShareOwn(r.Ctx(), r.first, s.q, "1")
			_, versionless := r.Questions.ShareOwn(r.Ctx(), r.dana, s.q, "")
			for want, err := range map[string]error{"moved": early, "none": foreign, "forbidden": expert, "invalid": versionless} {
				if verdict(err) != want {
					t.Errorf("%v, want %s", err, want)
				}
			}
			if err := r.Questions.UnshareOwn(r.Ctx(), stranger, s.q); verdict(err) != "none" {
				t.Errorf("unshared by another: %v", err)
			}
		})
	})
}
