package signin_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/signin"
	"knowhow/migrations/dbtest"
)

func (d *door) refresh(token string) signin.Started {
	d.t.Helper()
	started, err := d.Refresh(ctx, token)
	d.must(err)
	return started
}

// ended are the sessions the events tell of, with the reasons.
func (d *door) ended(person access.PersonID) map[signin.SessionID]string {
	d.t.Helper()
	all := map[signin.SessionID]string{}
	d.must(d.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		list, err := d.Events.OfTx(ctx, tx, marketplace.AllBrands, event.Subject(person))
		for _, e := range list {
			var data signin.Ended
			if e.Kind != signin.SessionsEnded {
				continue
			}
			if err := e.Decode(&data); err != nil || data.Person != person {
				d.t.Errorf("%s: %+v, %v", e.Kind, data, err)
			}
			for _, id := range data.Sessions {
				if all[id] != "" {
					d.t.Errorf("session %s ended twice", id)
				}
				all[id] = data.Reason
			}
		}
		return err
	}))
	return all
}

func TestTokensTurn(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		first := d.signUp(ada)
		d.Clock.Advance(10 * time.Minute)
		second := d.refresh(first.Token)
		if second.Token == first.Token || second.Session.ID != first.Session.ID || second.Caller() != first.Caller() {
			t.Fatalf("%+v", second.Session)
		}
		d.Clock.Advance(30 * time.Second)
		d.unchanged(func() { // a repeat within 30 seconds
			if again := d.refresh(first.Token); again.Token != second.Token {
				t.Error("the repeat got another token")
			}
			other := d.sibling(func(*signin.Rooms) {})
			if again, err := other.Refresh(ctx, first.Token); err != nil || again.Token != second.Token {
				t.Errorf("from another process: %v", err)
			}
		})
		third := d.refresh(second.Token)
		d.refresh(third.Token)
	})
}

func TestAnOldTokenEndsTheSession(t *testing.T) {
	for name, thief := range map[string]func(d *door, first string){
		"31 seconds later": func(d *door, first string) { d.refresh(first); d.Clock.Advance(31 * time.Second) },
		"two turns later":  func(d *door, first string) { d.refresh(d.refresh(first).Token) },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, d *door) {
				first := d.signUp(ada)
				other := d.signIn(ada)
				thief(d, first.Token)
				_, err := d.Refresh(ctx, first.Token)
				d.want("the old token", err, signin.ErrTokenReused)
				d.want("the old token", err, access.ErrUnauthenticated)
				d.unchanged(func() {
					_, err := d.Refresh(ctx, first.Token)
					if !errors.Is(err, signin.ErrSession) || errors.Is(err, signin.ErrTokenReused) {
						t.Errorf("once more: %v", err)
					}
				})
				if got := d.ended(first.Session.PersonID); len(got) != 1 || got[first.Session.ID] != "reused" {
					t.Errorf("ended %v", got)
				}
				_, err = d.Session(ctx, first.Session.ID)
				d.want("the session", err, signin.ErrSession)
				d.refresh(other.Token)
			})
		})
	}
}

// Of many who use a token at once all get the same next one.
func TestRefreshingAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		token := d.signUp(ada).Token
		var mu sync.Mutex
		next := map[string]int{}
		won := d.race(16, nil, func(int) error {
			started, err := d.Refresh(ctx, token)
			mu.Lock()
			defer mu.Unlock()
			next[started.Token]++
			return err
		})
		if won != 16 || len(next) != 1 {
			t.Errorf("%d got %d different tokens", won, len(next))
		}
	})
}

func TestForgedTokens(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		started := d.signUp(ada)
		raw, err := base64.RawURLEncoding.DecodeString(started.Token)
		d.must(err)
		flip := func(i int) string {
			forged := slices.Clone(raw)
			forged[i] ^= 1
			return base64.RawURLEncoding.EncodeToString(forged)
		}
		d.unchanged(func() {
			for _, forged := range []string{
				"", "x", started.Token + "A", started.Token[1:], flip(0), flip(20), flip(len(raw) - 1), strings.Repeat("A", 86),
				strings.Repeat("A", 1<<20), base64.StdEncoding.EncodeToString(raw), started.Session.ID.String(),
			} {
				_, err := d.Refresh(ctx, forged)
				if !errors.Is(err, signin.ErrSession) || errors.Is(err, signin.ErrTokenReused) {
					t.Errorf("Refresh(%.20q): %v", forged, err)
				}
				d.must(d.SignOut(ctx, forged))
			}
		})
		d.refresh(started.Token)
	})
}

func TestSessionsGrowOld(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		idle, used := d.signUp(ada), d.signIn(ada)
		for range 3 {
			d.Clock.Advance(29 * 24 * time.Hour)
			used = d.refresh(used.Token)
		}
		d.unchanged(func() {
			_, err := d.Refresh(ctx, idle.Token)
			d.want("not used for 30 days", err, signin.ErrSession)
		})
		if want := used.Session.CreatedAt.Add(90 * 24 * time.Hour); !used.Session.ExpiresAt.Equal(want) {
			t.Errorf("it ends %s, want %s", used.Session.ExpiresAt, want)
		}
		d.Clock.Advance(3 * 24 * time.Hour)
		_, err := d.Refresh(ctx, used.Token)
		d.want("90 days old", err, signin.ErrSession)
		d.Clock.Advance(31 * 24 * time.Hour)
		if n, err := d.Prune(ctx); err != nil || n == 0 || d.count("sessions", "1 = 1") != 0 || d.count("signups", "1 = 1") != 0 {
			t.Errorf("Prune = %d, %v", n, err)
		}
		d.unchanged(func() {
			if n, err := d.Prune(ctx); err != nil || n != 0 {
				t.Errorf("Prune again = %d, %v", n, err)
			}
		})
	})
}

func TestSessionsAreListedAndRevoked(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		first := d.signUp(ada)
		d.Clock.Advance(time.Minute)
		strange, err := d.SignIn(ctx, signin.Client{UserAgent: "Evil\x1b[31m\n\xff " + strings.Repeat("ä", 200)}, signin.Credentials{Email: ada.Email, Password: ada.Password})
		d.must(err)
		third := d.signIn(ada)
		eve := d.signUp(signin.Account{Email: "eve@example.org", Name: "Eve", Password: "another engine"})
		me := first.Caller()
		list, err := d.Sessions(ctx, me)
		if err != nil || len(list) != 3 || list[2].ID != first.Session.ID {
			t.Fatalf("%d sessions, %v", len(list), err)
		}
		if ua := strange.Session.UserAgent; !strings.HasPrefix(ua, "Evil[31m ä") || len(ua) > 160 {
			t.Errorf("user agent %q", ua)
		}
		d.unchanged(func() {
			d.want("another's", d.Revoke(ctx, eve.Caller(), first.Session.ID), marketplace.ErrNotFound)
			d.want("unknown", d.Revoke(ctx, me, signin.SessionID{}), marketplace.ErrNotFound)
			for _, nobody := range []access.Caller{{}, system, access.CustomerCaller(d.Brand, access.NewCustomerID())} {
				d.want("by nobody", d.Revoke(ctx, nobody, first.Session.ID), marketplace.ErrForbidden)
				d.want("by nobody", d.RevokeAll(ctx, nobody, first.Session.ID), marketplace.ErrForbidden)
				_, err := d.Sessions(ctx, nobody)
				d.want("by nobody", err, marketplace.ErrForbidden)
			}
		})
		d.must(d.Revoke(ctx, me, strange.Session.ID))
		d.unchanged(func() { d.must(d.Revoke(ctx, me, strange.Session.ID)) })
		d.must(d.RevokeAll(ctx, me, first.Session.ID))
		_, err = d.Refresh(ctx, third.Token)
		d.want("a revoked session", err, signin.ErrSession)
		d.must(d.SignOut(ctx, first.Token))
		d.unchanged(func() { d.must(d.SignOut(ctx, first.Token)) })
		want := map[signin.SessionID]string{strange.Session.ID: "revoked", third.Session.ID: "revoked", first.Session.ID: "signed_out"}
		if got := d.ended(me.Person); len(got) != 3 || got[strange.Session.ID] != want[strange.Session.ID] || got[first.Session.ID] != "signed_out" {
			t.Errorf("ended %v, want %v", got, want)
		}
		d.refresh(eve.Token)
	})
}

func TestSessionsHalfway(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		first, second, third := d.signUp(ada), d.signIn(ada), d.signIn(ada)
		me := first.Caller()
		d.refresh(third.Token)
		d.Clock.Advance(time.Minute)
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"Refresh", func() error { _, err := d.Refresh(ctx, first.Token); return err }},
			{"Refresh, reused", func() error {
				_, err := d.Refresh(ctx, third.Token)
				if errors.Is(err, signin.ErrTokenReused) {
					err = nil
				}
				return err
			}},
			{"Revoke", func() error { return d.Revoke(ctx, me, second.Session.ID) }},
			{"SignOut", func() error { return d.SignOut(ctx, first.Token) }},
		} {
			if n := dbtest.Halfway(t, d.DB, step.do); n < 2 {
				t.Errorf("%s: only %d statements seen", step.name, n)
			}
		}
	})
}

// However often somebody signed in, the list has an end.
func TestTheListOfSessionsEnds(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		me := d.signUp(ada)
		for range 100 {
			d.Clock.Advance(time.Second)
			d.signIn(ada)
		}
		list, err := d.Sessions(ctx, me.Caller())
		if err != nil || len(list) != 100 || list[99].ID == me.Session.ID {
			t.Errorf("%d sessions, %v", len(list), err)
		}
	})
}
