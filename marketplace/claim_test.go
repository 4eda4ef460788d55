package marketplace_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

var claimedAt = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

type made string

func (m made) String() string { return string(m) }

// do runs one claimed request that makes "thing" and counts how often it did.
func do(t *testing.T, store *marketplace.Store, c marketplace.Claim, work func()) error {
	t.Helper()
	c.At = claimedAt
	ctx := marketplace.WithClaim(t.Context(), &c)
	return store.InTx(ctx, marketplace.AllBrands, func(*gorm.DB) error {
		work()
		marketplace.Made(ctx, made("thing"))
		return nil
	})
}

func TestClaimIsTakenOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		store, done := marketplace.NewStore(db.Write, db.Read), 0
		count := func() { done++ }
		claim := marketplace.Claim{Scope: "me POST /things", Key: "k", Fingerprint: []byte("a")}
		if err := do(t, store, claim, count); err != nil {
			t.Fatal(err)
		}
		var repeated *marketplace.RepeatedError
		if err := do(t, store, claim, count); !errors.As(err, &repeated) || repeated.Result != "thing" {
			t.Errorf("a repeat: %v", err)
		}
		other := claim
		other.Fingerprint = []byte("b")
		if err := do(t, store, other, count); !errors.Is(err, marketplace.ErrKeyReused) {
			t.Errorf("the key with another body: %v", err)
		}
		other.Scope = "you POST /things"
		if err := do(t, store, other, count); err != nil {
			t.Errorf("the key of somebody else: %v", err)
		}
		if done != 2 {
			t.Errorf("the work was done %d times", done)
		}
	})
}

func TestClaimGoesWithItsWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		store := marketplace.NewStore(db.Write, db.Read)
		claim := &marketplace.Claim{Scope: "s", Key: "k", Fingerprint: []byte("a"), At: claimedAt}
		ctx, broken := marketplace.WithClaim(t.Context(), claim), errors.New("broken")
		err := store.InTx(ctx, marketplace.AllBrands, func(*gorm.DB) error { return broken })
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if err := do(t, store, *claim, func() {}); err != nil {
			t.Errorf("after work that was not kept: %v", err)
		}
		// Only the first transaction of a request takes the claim.
		again := &marketplace.Claim{Scope: "s", Key: "second", Fingerprint: []byte("a"), At: claimedAt}
		ctx = marketplace.WithClaim(t.Context(), again)
		for range 2 {
			if err := store.InTx(ctx, marketplace.AllBrands, func(*gorm.DB) error { return nil }); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestClaimHasOneWinner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		store := marketplace.NewStore(db.Write, db.Read)
		var wg sync.WaitGroup
		var mu sync.Mutex
		done := 0
		for range 16 {
			wg.Go(func() {
				err := do(t, store, marketplace.Claim{Scope: "s", Key: "k", Fingerprint: []byte("a")}, func() {
					mu.Lock()
					done++
					mu.Unlock()
				})
				if err != nil && !errors.Is(err, marketplace.ErrRepeated) && !errors.Is(err, marketplace.ErrInFlight) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if done != 1 {
			t.Errorf("the work was done %d times", done)
		}
	})
}

func TestClaimsAreForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		store := marketplace.NewStore(db.Write, db.Read)
		for _, key := range []string{"a", "b", "c"} {
			if err := do(t, store, marketplace.Claim{Scope: "s", Key: key, Fingerprint: []byte("a")}, func() {}); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			after       time.Duration
			limit, want int
		}{{marketplace.ClaimLife, 10, 0}, {marketplace.ClaimLife + 1e6, 2, 2}, {marketplace.ClaimLife + 1e6, 2, 1}} {
			n, err := store.ForgetClaims(context.Background(), claimedAt.Add(c.after), c.limit)
			if err != nil || n != c.want {
				t.Errorf("after %v: forgot %d, %v; want %d", c.after, n, err, c.want)
			}
		}
	})
}

func TestPlaceIsReadBack(t *testing.T) {
	place := marketplace.Place{At: claimedAt, ID: marketplace.NewID[made]()}
	got, err := marketplace.ParsePlace(place.String())
	if err != nil || got != place {
		t.Errorf("got %v, %v; want %v", got, err, place)
	}
	if got, err := marketplace.ParsePlace(""); err != nil || !got.IsZero() {
		t.Errorf("the beginning: %v, %v", got, err)
	}
	for _, bad := range []string{"x", "====", place.String() + "A", "__________________________________8", "\x00"} {
		if _, err := marketplace.ParsePlace(bad); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
