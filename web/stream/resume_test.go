package stream_test

import (
	"slices"
	"testing"
	"time"

	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A client that went away goes on where it was, or begins now.
func TestResumeGoesOnWhereItWas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		dana := m.Customer("Dana")
		q := m.Ask(dana, "My box is dead")
		n := open(t, m, nil)
		c, start := n.listen(t, dana, "")
		happen(t, m, q.ID, question.EventMessage, question.EventNudged)
		first := c.frame()
		if first.name != "question.message" || first.id == start {
			t.Fatalf("first comes %+v after %s", first, start)
		}
		_ = c.socket.Close()
		for range 120 { // more than a page
			happen(t, m, q.ID, question.EventMessage)
		}
		again, _ := n.listen(t, dana, first.id)
		late, _ := n.listen(t, dana, start)
		happen(t, m, q.ID, question.EventResolved)
		want := append([]string{"question.nudged"}, slices.Repeat([]string{"question.message"}, 120)...)
		want = append(want, "question.resolved")
		wantNames(t, "who came back", again.hear("question.resolved"), want...)
		wantNames(t, "who went back further", late.hear("question.resolved"), append([]string{"question.message"}, want...)...)
		fresh, now := n.listen(t, dana, "")
		for deadline := time.Now().Add(patience); now != lastID(t, m) && time.Now().Before(deadline); {
			fresh, now = n.listen(t, dana, "") // the hub may be a little behind
		}
		happen(t, m, q.ID, question.EventEscalated)
		wantNames(t, "who begins now", fresh.hear("question.escalated"), "question.escalated")
	})
}
