package limit_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/limit"
)

var (
	start  = time.Date(2026, 3, 1, 9, 0, 10, 0, time.UTC)
	policy = limit.Policy{Name: "test", Limit: 25, Window: time.Minute}
)

// allowed makes n requests and counts those that are within the limit.
func allowed(t *testing.T, l *limit.Limiter, key string, n int) int {
	t.Helper()
	count := 0
	for range n {
		v, err := l.Take(context.Background(), policy, key)
		if err != nil {
			t.Fatal(err)
		}
		if v.Allowed {
			count++
		}
	}
	return count
}

func TestOneProcessKeepsTheLimit(t *testing.T) {
	clock := marketplace.NewManualClock(start)
	l := limit.New(nil, clock)
	if got := allowed(t, l, "a", 40); got != policy.Limit {
		t.Errorf("%d of 40 were allowed, want %d", got, policy.Limit)
	}
	if got := allowed(t, l, "b", 1); got != 1 {
		t.Error("somebody else's limit was used up too")
	}
	v, err := l.Take(t.Context(), policy, "a")
	if err != nil || v.Remaining != 0 || v.Reset != 50*time.Second {
		t.Errorf("got %+v, %v", v, err)
	}
	clock.Advance(v.Reset)
	if v, err = l.Take(t.Context(), policy, "a"); err != nil || !v.Allowed || v.Remaining != policy.Limit-1 {
		t.Errorf("in the next window: %+v, %v", v, err)
	}
}

func TestProcessesShareTheLimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		clock := marketplace.NewManualClock(start)
		store := marketplace.NewStore(db.Write, db.Read)
		var wg sync.WaitGroup
		counts := make([]int, 4)
		for i := range counts {
			l := limit.New(store, clock)
			wg.Go(func() { counts[i] = allowed(t, l, "a", 20) })
		}
		wg.Wait()
		total := 0
		for _, n := range counts {
			total += n
		}
		if total != policy.Limit {
			t.Errorf("%v were allowed, in all %d, want %d", counts, total, policy.Limit)
		}
		for _, c := range []struct {
			after time.Duration
			want  int
		}{{23 * time.Hour, 0}, {25 * time.Hour, 1}} {
			if n, err := limit.Forget(t.Context(), store, start.Add(c.after), 100); err != nil || n != c.want {
				t.Errorf("after %v: forgot %d, %v; want %d", c.after, n, err, c.want)
			}
		}
	})
}

// Each of several processes, or one after the other of some that end, lets through
// who has made few requests yet, though more than it gives by itself.
func TestManyProcessesTakeLittleEach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		store, clock := marketplace.NewStore(db.Write, db.Read), marketplace.NewManualClock(start)
		most := limit.Policy{Name: "test", Limit: 600, Window: time.Minute}
		for i := range 8 {
			l := limit.New(store, clock)
			for range most.Limit/100 + 1 {
				if v, err := l.Take(t.Context(), most, "a"); err != nil || !v.Allowed {
					t.Fatalf("at process %d: %+v, %v", i+1, v, err)
				}
			}
		}
	})
}

// What each process gives by itself is told when it gives more, so that a limit
// is exceeded by no more than a hundredth for each of the others.
func TestFewRequestsCostNoStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		store, clock := marketplace.NewStore(db.Write, db.Read), marketplace.NewManualClock(start)
		most := limit.Policy{Name: "test", Limit: 300, Window: time.Minute}
		told := func() (used int) {
			t.Helper()
			if err := db.Write.Raw("SELECT COALESCE(SUM(used), 0) FROM rate_windows").Scan(&used).Error; err != nil {
				t.Fatal(err)
			}
			return used
		}
		take := func(l *limit.Limiter, n int) (count int) {
			t.Helper()
			for range n {
				v, err := l.Take(t.Context(), most, "a")
				if err != nil {
					t.Fatal(err)
				}
				if v.Allowed {
					count++
				}
			}
			return count
		}
		a, b := limit.New(store, clock), limit.New(store, clock)
		if n := take(a, 3) + take(b, 3); n != 6 || told() != 0 {
			t.Errorf("of six requests %d were allowed, and %d told", n, told())
		}
		if n := take(a, 1); n != 1 || told() < 4 {
			t.Errorf("the fourth of one process: %d allowed, %d told", n, told())
		}
		if n := 4 + take(a, 400); n > 300 {
			t.Errorf("one process allowed %d of %d", n, most.Limit)
		}
		if n := take(b, 400); n != 0 || told() < 300 {
			t.Errorf("the other allowed %d more than its own three, %d are told", n, told())
		}
	})
}
