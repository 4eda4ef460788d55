package markettest

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"knowhow/marketplace"
	"knowhow/migrations/sqldb"
)

// Walk reads a list to its end, limit items at a time, and fails the test where
// a page is longer than asked for, or the list does not end.
func Walk[T any](t testing.TB, limit int, list func(marketplace.Page) (marketplace.Listing[T], error)) []T {
	t.Helper()
	var all []T
	page := marketplace.Page{Limit: limit}
	for range 1000 {
		got, err := list(page)
		if err != nil {
			t.Fatalf("read a page: %v", err)
		}
		if len(got.Items) > limit {
			t.Fatalf("a page of %d items, %d were asked for", len(got.Items), limit)
		}
		all = append(all, got.Items...)
		if got.Next.IsZero() {
			return all
		}
		if page.After, err = marketplace.ParsePlace(got.Next.String()); err != nil {
			t.Fatalf("read a cursor back: %v", err)
		}
	}
	t.Fatal("the list has no end")
	return nil
}

// Paged fails the test unless a list, read in pages of every size, gives each
// of want once and nothing else, in the same order each time. It needs more
// than two, or the pages prove nothing.
func Paged[T any, K comparable](t testing.TB, list func(marketplace.Page) (marketplace.Listing[T], error), key func(T) K, want ...K) {
	t.Helper()
	if len(want) < 3 {
		t.Fatalf("%d items are too few to be paged", len(want))
	}
	keys := func(limit int) (keys []K) {
		for _, item := range Walk(t, limit, list) {
			keys = append(keys, key(item))
		}
		return keys
	}
	whole := keys(marketplace.MaxPage)
	if len(whole) != len(want) {
		t.Errorf("the list has %d items, want %d", len(whole), len(want))
	}
	for _, k := range want {
		if !slices.Contains(whole, k) {
			t.Errorf("the list lacks %v", k)
		}
	}
	for limit := 1; limit <= len(want)+1; limit++ {
		if got := keys(limit); !slices.Equal(got, whole) {
			t.Errorf("in pages of %d: %v, as a whole: %v", limit, got, whole)
		}
	}
}

// Statements counts the statements that do runs for reading, less the one that
// names a transaction's brand.
func Statements(t testing.TB, db *sqldb.DB, do func()) int {
	t.Helper()
	var on atomic.Bool
	var n atomic.Int64
	db.Watch(func(_ context.Context, s sqldb.Sent, send func() error) error {
		if on.Load() && !strings.Contains(s.SQL, "set_config") {
			n.Add(1)
		}
		return send()
	})
	on.Store(true)
	do()
	on.Store(false)
	return int(n.Load())
}
