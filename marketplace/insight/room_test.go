package insight_test

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// room is a market with one expert and one customer.
type room struct {
	*markettest.Market
	expert, dana access.Caller
}

func each(t *testing.T, fn func(t *testing.T, r *room)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.NewWith(t, db, func(p *program.Policies) { p.Review.SampleBP = 0 })
		fn(t, &room{Market: m, expert: m.Expert("ayse"), dana: m.Customer("Dana Whitlow")})
	})
}

func (r *room) ok(doing string, err error) {
	r.T.Helper()
	if err != nil {
		r.T.Fatalf("%s: %v", doing, err)
	}
}

// ask asks on a topic, or on none, and has it routed.
func (r *room) ask(topic string) question.ID {
	r.T.Helper()
	q, err := r.Questions.Ask(r.Ctx(), r.dana, question.Ask{Program: r.Program.ID, Topic: topic, Title: "My box is dead", Body: "Since yesterday."})
	r.ok("ask", err)
	r.RunDue()
	return q.ID
}

// answer has the expert accept and answer after so long.
func (r *room) answer(after time.Duration) question.Assignment {
	r.T.Helper()
	a := r.Accept(r.expert)
	r.Clock.Advance(after)
	r.Answer(r.expert, a)
	return a
}

func (r *room) resolve(id question.ID) {
	r.T.Helper()
	r.ok("resolve", r.Questions.Resolve(r.Ctx(), r.dana, id))
	r.RunDue()
}

func (r *room) say(id question.ID, csat int) {
	r.T.Helper()
	f := quality.Feedback{Solved: csat > 2, CSAT: csat}
	if csat < 3 {
		f.Reason = quality.ReasonUnclear
	}
	r.ok("give feedback", r.Quality.Give(r.Ctx(), r.dana, id, f))
}

func (r *room) figures(asked insight.Asked) insight.Figures {
	r.T.Helper()
	f, err := r.Insight.ProgramFigures(r.Ctx(), r.Manager, r.Program.ID, asked)
	r.ok("compute figures", err)
	return f
}

// exec runs a statement past every rule of ours.
func (r *room) exec(statement string, args ...any) {
	r.T.Helper()
	r.ok("write", r.Store.InTx(r.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error { return tx.Exec(statement, args...).Error }))
}

// verdict sorts an answer.
func verdict(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, marketplace.ErrNotFound):
		return "none"
	case errors.Is(err, marketplace.ErrForbidden):
		return "forbidden"
	case errors.Is(err, marketplace.ErrInvalid):
		return "invalid"
	}
	return "unexpected: " + err.Error()
}
