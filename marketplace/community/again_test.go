package community_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A transaction that is run again leaves nothing of the run before in what it
// answers or keeps.
func TestRunAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		r := &room{Market: m, t: t, program: m.Program.ID}
		for i := range 4 {
			r.experts = append(r.experts, m.Expert(fmt.Sprint("expert-", i)))
		}
		unquote := strings.NewReplacer(`"`, "", "`", "")
		var fail atomic.Pointer[string] // part of the statement that has it run again, once
		db.Watch(func(_ context.Context, s sqldb.Sent, send func() error) error {
			if part := fail.Load(); part != nil && strings.Contains(unquote.Replace(s.SQL), *part) && fail.CompareAndSwap(part, nil) {
				return marketplace.ErrAgain
			}
			return send()
		})
		again := func(part string, do func()) {
			t.Helper()
			fail.Store(&part)
			do()
			if fail.Load() != nil {
				t.Fatalf("no statement has %s", part)
			}
		}
		ctx := t.Context()
		again("UPDATE room_proposals", func() {
			p, err := r.Community.Propose(ctx, r.experts[0], r.program, "Pay nights", "They are long.")
			r.must(err)
			if p.Support != 1 {
				t.Errorf("answered: one author, %d votes", p.Support)
			}
			v, err := r.Community.ProposalOf(ctx, r.experts[0], r.program, p.ID)
			if err != nil || v.Proposal.Support != 1 {
				t.Errorf("kept: %+v, %v", v, err)
			}
			for _, by := range r.experts[1:3] {
				r.must(r.Community.Support(ctx, by, r.program, p.ID, true))
			}
		})
		r.After(15 * 24 * time.Hour)
		again("room_elections", func() { // after the overdue ones were read
			v, err := r.Community.Voice(ctx, r.program)
			if err != nil || len(v.Overdue) != 1 {
				t.Errorf("one is overdue: %+v, %v", v, err)
			}
		})
	})
}
