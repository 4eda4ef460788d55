package stream_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/stream"
)

// A whisper is heard by the one it is for, on all their connections, here and in
// other processes; it has no id, and who resumes does not hear of it.
func TestWhispers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		first, dana, eve := m.Expert("first"), m.Customer("Dana Whitlow"), m.Customer("Eve Adams")
		q := m.Ask(dana, "My box is dead")
		a := m.Accept(first)

		there := newNode(t, m.Store, m, nil)
		var mu sync.Mutex
		var said []string
		here := open(t, m, func(o *stream.Options) {
			o.Pass = func(text string) {
				mu.Lock()
				defer mu.Unlock()
				said = append(said, text)
				there.hub.Passed(text)
			}
		})
		one, from := here.listen(t, dana, "")
		two, _ := here.listen(t, dana, "")
		far, _ := there.listen(t, dana, "")
		other, _ := here.listen(t, eve, "")
		expert, _ := here.listen(t, first, "")
		here.settle(t, 4)
		there.settle(t, 1)

		typing, err := m.Questions.TypingAtWork(t.Context(), first, a.ID)
		must(t, err)
		read, err := m.Questions.ReadTo(t.Context(), dana, q.ID, 1)
		must(t, err)
		here.hub.Whisper(question.Whisper{}) // for nobody
		here.hub.Whisper(typing)
		here.hub.Whisper(read)
		for name, c := range map[string]*client{"one": one, "two": two, "far": far} {
			f := c.notice()
			var d stream.Data
			must(t, json.Unmarshal([]byte(f.data), &d))
			if f.id != "" || f.name != question.WhisperTyping || d.Type != f.name || d.Object != "question" || d.Question != q.ID ||
				d.Brand != m.Brand || !d.Assignment.IsZero() || !d.At.Equal(m.Clock.Now()) {
				t.Errorf("%s hears %+v", name, f)
			}
		}
		if f := expert.notice(); f.name != question.WhisperRead || !strings.Contains(f.data, a.ID.String()) {
			t.Errorf("the expert hears %+v", f)
		}
		if mu.Lock(); len(said) != 2 {
			t.Errorf("passed on were %q", said)
		}
		mu.Unlock()
		happen(t, m, q.ID, question.EventMessage)
		wantNames(t, "who was there", one.hear("question.message"), "question.message")
		again, _ := here.listen(t, dana, from)
		wantNames(t, "who resumes", again.hear("question.message"), "question.message")
		mine := m.Ask(eve, "Mine too")
		if f := other.notice(); f.name != "question.asked" || !strings.Contains(f.data, mine.ID.String()) {
			t.Errorf("the other customer hears %+v", f)
		}
	})
}

// notice is the next block that is one.
func (c *client) notice() frame {
	c.t.Helper()
	for {
		if f := c.frame(); f.name != "" {
			return f
		}
	}
}

// What is no whisper is nobody's, whoever says it.
func TestWhatIsNoWhisper(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "sqlite"))
	n, dana := open(t, m, nil), m.Customer("Dana Whitlow")
	c, _ := n.listen(t, dana, "")
	n.settle(t, 1)
	id := dana.Customer.String()
	for _, text := range []string{
		"", "x", "{}", "null", `{"k":"customer"}`, `{"k":"customer","id":"` + id, `{"k":"person","id":"` + id + `","n":{"Type":"question.typing"}}`,
		`{"k":"customer","id":"` + id + `","n":{"Type":"` + strings.Repeat("x", 3000) + `"}}`,
	} {
		n.hub.Passed(text)
	}
	q := m.Ask(dana, "My box is dead")
	if f := c.notice(); f.name != "question.asked" || !strings.Contains(f.data, q.ID.String()) {
		t.Errorf("the customer hears %+v", f)
	}
	n.hub.Whisper(question.Whisper{To: access.SystemCaller("test"), Notice: question.Notice{Type: "question.typing"}})
}
