package customer_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/event"
	"knowhow/marketplace/signin"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// open makes the house's brand one that is known: it has an owner.
func (h *house) open(t *testing.T) access.Caller {
	t.Helper()
	return h.member(t, access.Owner)
}

func (h *house) start(t *testing.T) customer.Started {
	t.Helper()
	started, err := h.StartDevice(t.Context(), h.brand, "de-at")
	if err != nil {
		t.Fatal(err)
	}
	return started
}

func (h *house) link(t *testing.T, caller access.Caller) string {
	t.Helper()
	l, err := h.NewResumeLink(t.Context(), caller)
	if err != nil {
		t.Fatal(err)
	}
	return l.Token
}

func TestADevicesLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		h.open(t)
		started := h.start(t)
		if c := started.Customer; c.Verified || c.Locale != "de-AT" || c.BrandID != h.brand || len(started.Token) != 43 {
			t.Errorf("made %+v", started)
		}
		if strings.Contains(dbtest.Dump(t, db), started.Token) {
			t.Error("the token is kept in clear")
		}
		got, err := h.FromDevice(ctx, started.Token)
		if err != nil || !reflect.DeepEqual(got.Customer, started.Customer) || got.Device != started.Device || got.Token != "" || !got.ExpiresAt.Equal(started.ExpiresAt) {
			t.Errorf("FromDevice = %+v, %v", got, err)
		}
		dbtest.Unchanged(t, db, func() {
			h.clock.Advance(59 * time.Minute)
			if _, err := h.FromDevice(ctx, started.Token); err != nil {
				t.Error(err)
			}
			for _, bad := range []string{"", "x", started.Token[1:], started.Token + "x", strings.Repeat("x", 1<<20)} {
				if _, err := h.FromDevice(ctx, bad); !errors.Is(err, customer.ErrDevice) || !errors.Is(err, access.ErrUnauthenticated) {
					t.Errorf("FromDevice(%.10q): %v", bad, err)
				}
				if err := h.EndDevice(ctx, bad); err != nil {
					t.Errorf("EndDevice(%.10q): %v", bad, err)
				}
			}
			if _, err := h.StartDevice(ctx, newBrand(), ""); !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("at a brand that is none: %v", err)
			}
			if _, err := h.StartDevice(ctx, marketplace.AllBrands, ""); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("at all brands: %v", err)
			}
			if _, err := h.StartDevice(ctx, h.brand, "english please"); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("a bad locale: %v", err)
			}
		})
		h.clock.Advance(179 * 24 * time.Hour)
		if _, err := h.FromDevice(ctx, started.Token); err != nil {
			t.Errorf("within 180 days: %v", err)
		}
		h.clock.Advance(180 * 24 * time.Hour)
		if _, err := h.FromDevice(ctx, started.Token); !errors.Is(err, customer.ErrDevice) {
			t.Errorf("after 180 days: %v", err)
		}
		h.clock.Advance(time.Second)
		if n, err := h.Prune(ctx); err != nil || n != 1 {
			t.Errorf("Prune = %d, %v", n, err)
		}
		other := h.start(t)
		if err := h.EndDevice(ctx, other.Token); err != nil {
			t.Error(err)
		}
		if _, err := h.FromDevice(ctx, other.Token); !errors.Is(err, customer.ErrDevice) {
			t.Errorf("an ended device: %v", err)
		}
	})
}

func TestResuming(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		h.open(t)
		started := h.start(t)
		token := h.link(t, started.Caller())
		if strings.Contains(dbtest.Dump(t, db), token) {
			t.Error("the token is kept in clear")
		}
		resumed, err := h.RedeemResumeLink(ctx, token)
		if err != nil || resumed.Customer.ID != started.Customer.ID || resumed.Token == started.Token || resumed.Customer.Verified {
			t.Fatalf("%+v, %v", resumed, err)
		}
		for _, device := range []string{started.Token, resumed.Token} {
			if got, err := h.FromDevice(ctx, device); err != nil || got.Caller() != started.Caller() {
				t.Errorf("FromDevice = %+v, %v", got, err)
			}
		}
		revoked := h.link(t, started.Caller())
		if err := h.RevokeResumeLinks(ctx, started.Caller()); err != nil {
			t.Error(err)
		}
		dbtest.Unchanged(t, db, func() {
			if err := h.RevokeResumeLinks(ctx, started.Caller()); err != nil {
				t.Errorf("again: %v", err)
			}
		})
		h.clock.Advance(59 * time.Minute)
		late := h.link(t, started.Caller())
		h.clock.Advance(time.Hour)
		dbtest.Unchanged(t, db, func() {
			for bad, want := range map[string]error{
				token: signin.ErrLinkUsed, revoked: signin.ErrLinkUsed, late: signin.ErrLinkExpired,
				"": signin.ErrLink, started.Token: signin.ErrLink, token + "x": signin.ErrLink, strings.Repeat("x", 1<<20): signin.ErrLink,
			} {
				if _, err := h.RedeemResumeLink(ctx, bad); !errors.Is(err, want) {
					t.Errorf("RedeemResumeLink(%.10q): %v, want %v", bad, err, want)
				}
			}
			for _, nobody := range []access.Caller{{}, system, access.CustomerCaller(h.brand, access.NewCustomerID())} {
				if _, err := h.NewResumeLink(ctx, nobody); !errors.Is(err, marketplace.ErrForbidden) && !errors.Is(err, marketplace.ErrNotFound) {
					t.Errorf("a link for %s: %v", nobody, err)
				}
			}
		})
		for range customer.MaxLinks {
			h.link(t, started.Caller())
		}
		if _, err := h.NewResumeLink(ctx, started.Caller()); !errors.Is(err, customer.ErrTooManyLinks) {
			t.Errorf("one too many: %v", err)
		}
		want := []event.Kind{customer.Created, customer.LinkMade, customer.WasResumed, customer.LinkMade, customer.LinksRevoked, customer.LinkMade}
		if got := h.kinds(t, started.Customer.ID); !slices.Equal(got[:len(want)], want) {
			t.Errorf("events %v, want %v", got, want)
		}
	})
}

func TestALinkIsRedeemedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		h.open(t)
		token := h.link(t, h.start(t).Caller())
		won := make(chan bool, 16)
		race(16, func(int) {
			_, err := h.RedeemResumeLink(t.Context(), token)
			if err == nil {
				won <- true
			} else if !errors.Is(err, signin.ErrLinkUsed) {
				t.Error(err)
			}
		})
		if len(won) != 1 {
			t.Errorf("%d of 16 redeemed it, want 1", len(won))
		}
	})
}

// Who is erased is nobody, in whatever browser and by whatever link.
func TestErasureEndsSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		h.open(t)
		started, other := h.start(t), h.start(t)
		token := h.link(t, started.Caller())
		if err := h.Erase(ctx, started.Caller(), h.brand, started.Customer.ID); err != nil {
			t.Fatal(err)
		}
		dbtest.Unchanged(t, db, func() {
			if _, err := h.FromDevice(ctx, started.Token); !errors.Is(err, customer.ErrDevice) {
				t.Errorf("the device: %v", err)
			}
			if _, err := h.RedeemResumeLink(ctx, token); !errors.Is(err, signin.ErrLink) {
				t.Errorf("the link: %v", err)
			}
			if _, err := h.NewResumeLink(ctx, started.Caller()); !errors.Is(err, customer.ErrErased) {
				t.Errorf("a new link: %v", err)
			}
		})
		if _, err := h.FromDevice(ctx, other.Token); err != nil {
			t.Errorf("the other's device: %v", err)
		}
	})
}

// Whoever listens with a device hears that it ended, once, and nobody else's.
func TestEndedDevicesAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		h.open(t)
		one, other := h.start(t), h.start(t)
		lasts := func(s customer.Started) bool {
			t.Helper()
			lasts, err := h.DeviceLasts(ctx, h.brand, s.Device)
			if err != nil {
				t.Error(err)
			}
			return lasts
		}
		race(16, func(int) {
			if err := h.EndDevice(ctx, one.Token); err != nil {
				t.Error(err)
			}
		})
		if lasts(one) || !lasts(other) {
			t.Error("the wrong device lasts")
		}
		second, err := h.RedeemResumeLink(ctx, h.link(t, other.Caller()))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Erase(ctx, system, h.brand, other.Customer.ID); err != nil {
			t.Fatal(err)
		}
		want := [][]customer.DeviceID{{one.Device}, {other.Device, second.Device}}
		slices.SortFunc(want[1], func(a, b customer.DeviceID) int { return strings.Compare(a.String(), b.String()) })
		var got [][]customer.DeviceID
		h.in(t, func(tx *gorm.DB) error {
			events, _, err := h.log.AfterTx(ctx, tx, h.brand, event.Cursor{}, 100)
			for _, e := range events {
				var data customer.EndedSessions
				if e.Kind != customer.SessionsEnded {
					continue
				}
				if err := e.Decode(&data); err != nil {
					return err
				}
				got = append(got, data.Sessions)
			}
			return err
		})
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("told %v, want %v", got, want)
		}
		late := h.start(t)
		h.clock.Advance(180 * 24 * time.Hour)
		if lasts(late) {
			t.Error("a device lasts for ever")
		}
	})
}

// Erasing and redeeming at once leaves no device of an erased customer.
func TestErasingAndResumingAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		h.open(t)
		for range dbtest.Loops(5, 200) {
			started := h.start(t)
			token := h.link(t, started.Caller())
			race(2, func(i int) {
				if i == 0 {
					_, err := h.RedeemResumeLink(t.Context(), token)
					if err != nil && !errors.Is(err, signin.ErrLink) {
						t.Error(err)
					}
				} else if err := h.Erase(t.Context(), system, h.brand, started.Customer.ID); err != nil {
					t.Error(err)
				}
			})
		}
		var left int64
		h.in(t, func(tx *gorm.DB) error { return tx.Table("devices").Count(&left).Error })
		if left != 0 {
			t.Errorf("%d devices are left", left)
		}
	})
}

func TestSessionsHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		owner := h.open(t)
		started, ended := h.start(t), h.start(t)
		token := h.link(t, started.Caller())
		h.link(t, started.Caller())
		key, _, err := h.CreateIdentityKey(ctx, owner, h.brand, "shop")
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"StartDevice", func() error { _, err := h.StartDevice(ctx, h.brand, "en"); return err }},
			{"EndDevice", func() error { return h.EndDevice(ctx, ended.Token) }},
			{"NewResumeLink", func() error { _, err := h.NewResumeLink(ctx, started.Caller()); return err }},
			{"RedeemResumeLink", func() error { _, err := h.RedeemResumeLink(ctx, token); return err }},
			{"RevokeResumeLinks", func() error { return h.RevokeResumeLinks(ctx, started.Caller()) }},
			{"CreateIdentityKey", func() error { _, _, err := h.CreateIdentityKey(ctx, owner, h.brand, "app"); return err }},
			{"RevokeIdentityKey", func() error { return h.RevokeIdentityKey(ctx, owner, h.brand, key.ID) }},
		} {
			if n := dbtest.Halfway(t, db, step.do); n < 3 {
				t.Errorf("%s: only %d statements seen", step.name, n)
			}
		}
	})
}
