package stream_test

import (
	"testing"

	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// Permission is looked up for each event at the moment it is sent: a member who
// is removed hears nothing more, nor what they missed before that, and a key
// that was revoked as little.
func TestPermissionIsAskedForEachEvent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		neighbour := m.Neighbour()
		k, _, err := m.Access.CreateKey(t.Context(), m.Owner, m.Brand, access.NewKey{Name: "shop", Scopes: []access.Scope{access.QuestionsRead}})
		must(t, err)
		blind, _, err := m.Access.CreateKey(t.Context(), m.Owner, m.Brand, access.NewKey{Name: "other", Scopes: []access.Scope{access.ProgramsRead}})
		must(t, err)
		key := access.KeyCaller(m.Brand, k.ID)
		q := m.Ask(m.Customer("Dana"), "My box is dead")
		n := open(t, m, nil)
		agent, start := n.listen(t, m.Agent, "")
		shop, _ := n.listen(t, key, "")
		owner, _ := n.listen(t, m.Owner, "")
		nobody, _ := n.listen(t, neighbour.Owner, "")
		other, _ := n.listen(t, access.KeyCaller(m.Brand, blind.ID), "")
		operator, _ := n.listen(t, m.Operator, "")

		happen(t, m, q.ID, question.EventMessage)
		for _, c := range []*client{agent, shop, owner} {
			c.hear("question.message")
		}
		must(t, m.Access.RemoveMember(t.Context(), m.Owner, m.Brand, m.Agent.Person, access.Agent))
		must(t, m.Access.RevokeKey(t.Context(), m.Owner, m.Brand, k.ID))
		happen(t, m, q.ID, question.EventNudged)
		owner.hear("question.nudged")
		late, _ := n.listen(t, m.Agent, start)
		lateKey, _ := n.listen(t, key, start)
		n.settle(t, 8)
		must(t, m.Access.AddMember(t.Context(), m.Owner, m.Brand, m.Agent.Person, access.Viewer))
		happen(t, m, q.ID, question.EventReopened)
		wantNames(t, "the former agent", agent.hear("question.reopened"), "question.reopened")
		wantNames(t, "who came back without a role", late.hear("question.reopened"), "question.reopened")
		n.hub.Shutdown()
		for who, c := range map[string]*client{"key": shop, "late key": lateKey, "neighbour": nobody, "key without the scope": other, "operator": operator} {
			for _, f := range c.over() {
				if f.name != "" {
					t.Errorf("%s heard %+v", who, f)
				}
			}
		}
	})
}

// An expert whose turn is over hears no more of the question, not even what was
// said while they had it.
func TestTurnThatIsOverIsSilent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		ada, dana := m.Expert("ada"), m.Customer("Dana")
		q := m.Ask(dana, "My box is dead")
		a := m.Accept(ada)
		n := open(t, m, nil)
		expert, start := n.listen(t, ada, "")
		must(t, m.Questions.Say(t.Context(), dana, q.ID, "It is blue."))
		wantNames(t, "the expert", expert.hear("question.message"), "question.message")
		must(t, m.Questions.HandBack(t.Context(), ada, a.ID, "no_time", "It is blue."))
		m.RunDue()
		must(t, m.Questions.Say(t.Context(), dana, q.ID, "Are you there?"))
		late, _ := n.listen(t, ada, start)
		customer, _ := n.listen(t, dana, start)
		n.settle(t, 3)
		wantNames(t, "the customer", customer.hear("question.escalated"), "question.message", "question.waiting", "question.escalated")
		customer.hear("question.message")
		wantNames(t, "the former expert", expert.hear("question.handed_back"), "question.handed_back")
		wantNames(t, "the former expert, coming back", late.hear("question.handed_back"), "question.handed_back")
		n.hub.Shutdown()
		for _, f := range append(expert.over(), late.over()...) {
			if f.name != "" {
				t.Errorf("the former expert heard %+v", f)
			}
		}
	})
}
