package stream_test

import (
	"encoding/json"
	"testing"

	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/stream"
)

// Everybody hears of a question what is theirs, by its public name, and nobody
// of what is another's.
func TestEachHearsTheirOwnPart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.NewWith(t, db, func(p *program.Policies) {
			p.Routing.WaveSizes, p.Review.SampleBP = []int{2}, 0
		})
		winner, loser, idle := m.Expert("winner"), m.Expert("loser"), access.PersonCaller(m.Person("Ida Idle"))
		dana, other := m.Customer("Dana"), m.Customer("Eve")
		n := open(t, m, nil)
		ears := map[string]*client{}
		for who, caller := range map[string]access.Caller{"dana": dana, "eve": other, "winner": winner, "loser": loser, "owner": m.Owner, "stranger": idle} {
			ears[who], _ = n.listen(t, caller, "")
		}
		q := m.Ask(dana, "My box is dead")
		a := m.Accept(winner)
		m.Answer(winner, a)
		must(t, m.Questions.Resolve(t.Context(), dana, q.ID))
		last := m.Ask(other, "Mine too") // everybody's last: eve's, the owner's, and the offers made
		wantNames(t, "dana", ears["dana"].hear("question.resolved"), "question.asked", "question.offered", "question.accepted", "question.answered", "question.resolved")
		wantNames(t, "winner", append(ears["winner"].hear("assignment.earned"), ears["winner"].hear("offer.created")...),
			"offer.created", "question.accepted", "question.answered", "assignment.earned", "question.resolved", "offer.created")
		wantNames(t, "loser", append(ears["loser"].hear("offer.gone"), ears["loser"].hear("offer.created")...), "offer.created", "offer.gone", "offer.created")
		wantNames(t, "owner", append(ears["owner"].hear("question.resolved"), ears["owner"].hear("question.offered")...),
			"question.asked", "question.offered", "question.accepted", "question.answered", "assignment.earned", "question.resolved", "question.asked", "question.offered")
		wantNames(t, "eve", ears["eve"].hear("question.offered"), "question.asked", "question.offered")
		n.hub.Shutdown()
		for who, c := range ears {
			for _, f := range c.over() {
				if f.name != "" {
					t.Errorf("%s heard %+v besides, after question %s", who, f, last.ID)
				}
			}
		}
	})
}

// What a notice holds is written down in the documentation.
func TestNoticeIsThin(t *testing.T) {
	db := dbtest.Open(t, "sqlite")
	m := markettest.New(t, db)
	ada, dana := m.Expert("ada"), m.Customer("Dana")
	n := open(t, m, nil)
	asker, _ := n.listen(t, dana, "")
	expert, _ := n.listen(t, ada, "")
	q := m.Ask(dana, "My box is dead")
	offer := m.Offer(ada)
	var got, made stream.Data
	must(t, json.Unmarshal([]byte(asker.frame().data), &got))
	want := stream.Data{Type: "question.asked", Object: "question", ID: got.ID, Brand: m.Brand, Question: q.ID, At: q.AskedAt}
	if got != want || [16]byte(got.ID) != [16]byte(q.ID) {
		t.Errorf("the customer heard %+v, want %+v", got, want)
	}
	must(t, json.Unmarshal([]byte(expert.frame().data), &made))
	if made.Type != "offer.created" || made.Object != "offer" || [16]byte(made.ID) != [16]byte(offer.ID) || made.Question != q.ID {
		t.Errorf("the expert heard %+v", made)
	}
	if asker.head.Header.Get("X-Request-Id") != "r1" || asker.head.Header.Get("Content-Type") != "text/event-stream" ||
		asker.head.Header.Get("Cache-Control") != "no-store" || asker.head.Header.Get("X-Accel-Buffering") != "no" || !asker.head.Close {
		t.Errorf("the head is %v", asker.head.Header)
	}
}
