package question_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// stranger is a customer who came with nothing but a browser.
func (r *room) stranger() access.Caller {
	r.t.Helper()
	started, err := r.Customers.StartDevice(r.Ctx(), r.Brand, "en")
	r.must("start a device", err)
	return started.Caller()
}

// asks has the caller ask from a source.
func (r *room) asks(caller access.Caller, source string, edit ...func(*question.Ask)) (question.Question, error) {
	ask := question.Ask{Program: r.Program.ID, Title: "It hums", Source: []byte(source)}
	for _, e := range edit {
		e(&ask)
	}
	return r.Questions.Ask(r.Ctx(), caller, ask)
}

// wantCap is the cap that err is about, which ends at midnight.
func (r *room) wantCap(err error, want question.Cap) {
	r.t.Helper()
	var reached *question.CapError
	midnight := r.Clock.Now().Truncate(24 * time.Hour).Add(24 * time.Hour)
	if !errors.As(err, &reached) || reached.Cap != want || reached.RetryAfter() != midnight.Sub(r.Clock.Now()) || !errors.Is(err, question.ErrCapReached) {
		r.t.Errorf("got %v, want the cap by %s until midnight", err, want)
	}
}

func capped(customer, source, budgetBP int) func(*program.Policies) {
	return func(p *program.Policies) {
		p.Abuse = program.AbusePolicy{PerCustomer: customer, PerSource: source, BudgetShareBP: budgetBP}
	}
}

// A customer nobody vouches for asks so much a day and no more, until midnight;
// what is refused leaves nothing behind. One who is known has no cap.
func TestStrangersAskOnlySoMuchADay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, capped(2, 100, 10_000))
		sam := r.stranger()
		once := func(a *question.Ask) { a.Reference = "once" }
		first, err := r.asks(sam, "here", once)
		r.must("ask", err)
		again, err := r.asks(sam, "here", once) // a repeat counts for nothing
		if err != nil || again.ID != first.ID {
			t.Errorf("a repeat: %v, %v", again.ID, err)
		}
		_, err = r.asks(sam, "here")
		r.must("ask", err)
		dbtest.Unchanged(t, db, func() {
			_, err := r.asks(sam, "elsewhere")
			r.wantCap(err, question.CapCustomer)
		})
		if again, err = r.asks(sam, "here", once); err != nil || again.ID != first.ID {
			t.Errorf("a repeat over the cap: %v, %v", again.ID, err)
		}
		for range 4 {
			_, err := r.asks(r.dana, "here")
			r.must("ask, known", err)
		}
		_, err = r.asks(r.stranger(), "here")
		r.must("ask, another stranger", err)
		r.Clock.Set(r.Clock.Now().Truncate(24 * time.Hour).Add(24 * time.Hour))
		_, err = r.asks(sam, "here")
		r.must("ask the next day", err)
		r.RunDue()
		r.Balanced()
	})
}

func TestOneAddressAsksOnlySoMuchADay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, capped(100, 2, 10_000))
		for range 2 {
			_, err := r.asks(r.stranger(), "here")
			r.must("ask", err)
		}
		sam := r.stranger()
		dbtest.Unchanged(t, db, func() {
			_, err := r.asks(sam, "here")
			r.wantCap(err, question.CapSource)
		})
		for _, source := range []string{"elsewhere", "", "", ""} { // no address, no cap by it
			_, err := r.asks(sam, source)
			r.must("ask from "+source, err)
		}
		_, err := r.asks(r.dana, "here")
		r.must("ask, known", err)
	})
}

// All strangers together hold no more than their share of the budget; what
// costs the brand nothing is not counted.
func TestStrangersSpendOnlyAShareOfTheBudget(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		const share = 20 // of 5,000.00, so 10.00: three questions of 3.00
		r := newRoom(t, db, capped(100, 100, share))
		for range 3 {
			_, err := r.asks(r.stranger(), "")
			r.must("ask", err)
		}
		r.RunDue()
		sam := r.stranger()
		dbtest.Unchanged(t, db, func() {
			_, err := r.asks(sam, "")
			r.wantCap(err, question.CapBudget)
		})
		brandOnly := func(a *question.Ask) { a.Topic = "billing" }
		free, err := r.asks(sam, "", brandOnly)
		r.must("ask the brand's own team", err)
		r.must("send nothing to experts", r.Programs.SetRolloutShare(r.Ctx(), r.Owner, r.Program.ID, 0))
		_, err = r.asks(sam, "")
		r.must("ask outside the rollout", err)
		r.RunDue()
		if q := r.load(free.ID); q.State != question.Escalated || q.EndReason != question.ReasonBrandOnly {
			t.Errorf("the free question is %s, %s", q.State, q.EndReason)
		}
		if n := r.count("holds", "brand_id = ?", r.Brand); n != 3 {
			t.Errorf("%d holds, want 3", n)
		}
	})
}

// However small the share, one question a day fits in it, unless the brand gives
// none; and an empty budget can lose nothing.
func TestTheLeastAndTheMostOfABudget(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, capped(100, 100, 1))
		for _, c := range []struct {
			share int
			fits  int
		}{{1, 1}, {0, 0}} {
			p := r.Program.Policies
			p.Abuse.BudgetShareBP = c.share
			r.must("set policies", r.Programs.SetPolicies(r.Ctx(), r.Owner, r.Program.ID, p))
			for range c.fits {
				_, err := r.asks(r.stranger(), "")
				r.must("ask", err)
			}
			_, err := r.asks(r.stranger(), "")
			r.wantCap(err, question.CapBudget)
		}
		rest := payouts.Money{Minor: 4_999_00, Currency: "EUR"}
		r.must("return the budget", r.Programs.ReturnBudget(r.Ctx(), r.Owner, r.Program.ID, rest, "rest"))
		_, err := r.asks(r.stranger(), "")
		r.must("ask without budget", err)
	})
}

// Another attempt costs what a question does, so it counts like one.
func TestReopeningCounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, capped(2, 100, 10_000))
		sam := r.stranger()
		q := r.Ask(sam, "It hums")
		for i, expert := range []access.Caller{r.first, r.second} {
			offers, err := r.Questions.OpenOffers(r.Ctx(), expert)
			r.must("list offers", err)
			a, err := r.Questions.Accept(r.Ctx(), expert, offers[0].ID)
			r.must("accept", err)
			r.Answer(expert, a)
			if i == 0 {
				r.must("reopen", r.Questions.Reopen(r.Ctx(), sam, q.ID, "No."))
				r.RunDue()
			}
		}
		dbtest.Unchanged(t, db, func() { r.wantCap(r.Questions.Reopen(r.Ctx(), sam, q.ID, "No."), question.CapCustomer) })
		r.must("escalate", r.Questions.Escalate(r.Ctx(), sam, q.ID)) // free
		r.Balanced()
	})
}

// Of sixteen who ask at once as many come through as the caps allow, never more.
func TestSixteenAtOnceStayWithinTheCaps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy func(*program.Policies)
		source func(i int) string
		same   bool // the same customer
		want   int
	}{
		"one customer": {capped(3, 100, 10_000), func(int) string { return "" }, true, 3},
		"one address":  {capped(100, 4, 10_000), func(int) string { return "here" }, false, 4},
		"all together": {capped(100, 100, 30), func(i int) string { return fmt.Sprint(i) }, false, 5}, // 15.00 of 3.00 each
	} {
		dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
			r := newRoom(t, db, c.policy)
			askers := make([]access.Caller, 16)
			for i := range askers {
				if askers[i] = askers[0]; i == 0 || !c.same {
					askers[i] = r.stranger()
				}
			}
			var all sync.WaitGroup
			errs := make([]error, len(askers))
			for i, asker := range askers {
				all.Go(func() { _, errs[i] = r.asks(asker, c.source(i)) })
			}
			all.Wait()
			asked := 0
			for _, err := range errs {
				switch {
				case err == nil:
					asked++
				case !errors.Is(err, question.ErrCapReached):
					t.Errorf("%s: %v", name, err)
				}
			}
			if n := r.count("questions", "1 = 1"); asked != c.want || n != int64(c.want) {
				t.Errorf("%s: %d asked, %d on record, want %d", name, asked, n, c.want)
			}
		})
	}
}

func TestAStrangersWritesFailHalfway(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		sam := r.stranger()
		_, err := r.asks(r.dana, "") // the program is known from here on
		r.must("ask", err)
		statements := dbtest.Halfway(t, db, func() error {
			_, err := r.asks(sam, "here", func(a *question.Ask) { a.Topic = "box" })
			return err
		})
		if statements < 6 {
			t.Errorf("%d statements", statements)
		}
		if n := r.count("ask_caps", "used = CASE kind WHEN 'budget' THEN 300 ELSE 1 END"); n != 3 {
			t.Errorf("%d counts, want one of each", n)
		}
	})
}

// Counts are forgotten when their day is two days past, and not before.
func TestCountsAreForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		_, err := r.asks(r.stranger(), "here")
		r.must("ask", err)
		midnight := r.Clock.Now().Truncate(24 * time.Hour)
		for _, c := range []struct {
			at    time.Time
			limit int
			gone  int
		}{{midnight.Add(72*time.Hour - time.Second), 10, 0}, {midnight.Add(72 * time.Hour), 2, 2}, {midnight.Add(72 * time.Hour), 2, 1}} {
			r.Clock.Set(c.at)
			if n, err := r.Questions.ForgetCaps(r.Ctx(), c.limit); err != nil || n != c.gone {
				t.Errorf("%v: %d forgotten, %v; want %d", c.at, n, err, c.gone)
			}
		}
	})
}

// No count names who asked or from where, and those of two days cannot be told to
// be about the same.
func TestCountsNameNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		sam := r.stranger()
		for range 3 {
			_, err := r.asks(sam, "203.0.113.9")
			r.must("ask", err)
			r.Clock.Advance(24 * time.Hour)
		}
		var keys [][]byte
		r.read(func(tx *gorm.DB) error { return tx.Table("ask_caps").Distinct().Pluck("key", &keys).Error })
		if len(keys) != 9 {
			t.Errorf("%d keys, want 9", len(keys))
		}
		for _, key := range keys {
			if len(key) != 16 || bytes.Contains(key, []byte("203.")) || bytes.Equal(key, sam.Customer[:]) {
				t.Errorf("the key %q", key)
			}
		}
	})
}

func TestMigrationMirrorsTheCaps(t *testing.T) {
	for _, dialect := range []string{"postgres", "sqlite"} {
		sql, err := os.ReadFile("../../migrations/" + dialect + "/00039_caps.sql")
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("CHECK (kind IN ('%s', '%s', '%s'))", question.CapCustomer, question.CapSource, question.CapBudget)
		if !strings.Contains(string(sql), want) {
			t.Errorf("%s lacks %s", dialect, want)
		}
	}
}

// Over a cap is a conflict to whoever knows no more of it.
func TestCapErrorIs(t *testing.T) {
	err := fmt.Errorf("ask: %w", &question.CapError{Cap: question.CapSource, Ends: time.Hour})
	if !errors.Is(err, question.ErrCapReached) || !errors.Is(err, marketplace.ErrConflict) || errors.Is(err, marketplace.ErrInvalid) {
		t.Errorf("%v", err)
	}
}
