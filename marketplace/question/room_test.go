package question_test

import (
	"errors"
	"slices"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/sqldb"
)

// room is a market with a customer and three experts, all asked at once.
type room struct {
	*markettest.Market
	t                    testing.TB
	dana                 access.Caller
	first, second, rival access.Caller
	imported             int
}

func newRoom(t testing.TB, db *sqldb.DB, edits ...func(*program.Policies)) *room {
	t.Helper()
	m := markettest.NewWith(t, db, func(p *program.Policies) {
		p.Routing.WaveSizes = []int{3}
		p.Review.SampleBP = 0
		for _, edit := range edits {
			edit(p)
		}
	})
	return &room{
		Market: m, t: t, dana: m.Customer("Dana Whitlow"),
		first: m.Expert("ayse"), second: m.Expert("bogdan"), rival: m.Expert("chiara"),
	}
}

// on is the room in a subtest.
func (r *room) on(t testing.TB) *room {
	market, inner := *r.Market, *r
	market.T, inner.Market, inner.t = t, &market, t
	return &inner
}

// scene is a question that was handed back once, with what callers need to act
// on it. In its second attempt second works and rival's offer came to nothing.
type scene struct {
	*room
	q            question.ID
	handed, turn question.AssignmentID
	offer, late  question.OfferID // of second and of rival
	picture      question.PictureID
}

// stage brings a new question to a state, through the services alone.
func (r *room) stage(to question.State) *scene {
	r.t.Helper()
	s := &scene{room: r, q: r.Ask(r.dana, "The picture turns blurry").ID}
	s.offer, s.late = s.offerTo(r.second), s.offerTo(r.rival)
	a, err := r.Questions.Accept(r.Ctx(), r.first, s.offerTo(r.first))
	r.must("accept", err)
	s.handed = a.ID
	r.must("hand back", r.Questions.HandBack(r.Ctx(), r.first, a.ID, "wrong_topic", "They have tried another cable."))
	if to == question.Asked {
		return s
	}
	r.RunDue()
	s.offer, s.late = s.offerTo(r.second), s.offerTo(r.rival)
	if to == question.Offered {
		return s
	}
	a, err = r.Questions.Accept(r.Ctx(), r.second, s.offer)
	r.must("accept again", err)
	s.turn = a.ID
	switch to {
	case question.Answered, question.Resolved:
		s.Answer(r.second, a)
	case question.Escalated:
		r.must("escalate", r.Questions.Escalate(r.Ctx(), r.dana, s.q))
	case question.Withdrawn:
		r.must("withdraw", r.Questions.Withdraw(r.Ctx(), r.dana, s.q))
	}
	if to == question.Resolved {
		r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, s.q))
	}
	if q := r.load(s.q); q.State != to {
		r.t.Fatalf("staged %s, got %s", to, q.State)
	}
	return s
}

// offerTo is the expert's open offer of the scene's question.
func (s *scene) offerTo(caller access.Caller) question.OfferID {
	s.t.Helper()
	offers, err := s.Questions.OpenOffers(s.Ctx(), caller)
	s.must("list offers", err)
	i := slices.IndexFunc(offers, func(o question.OfferView) bool { return o.Question == s.q })
	if i < 0 {
		s.t.Fatalf("no open offer of question %s", s.q)
	}
	return offers[i].ID
}

func (r *room) must(doing string, err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatalf("%s: %v", doing, err)
	}
}

// read runs fn in one reading transaction that sees everything.
func (r *room) read(fn func(tx *gorm.DB) error) {
	r.t.Helper()
	r.must("read", r.Store.Read(r.Ctx(), marketplace.AllBrands, fn))
}

// write runs fn in one transaction that sees everything.
func (r *room) write(fn func(tx *gorm.DB) error) error {
	return r.Store.InTx(r.Ctx(), marketplace.AllBrands, fn)
}

func (r *room) load(id question.ID) (q question.Question) {
	r.t.Helper()
	r.read(func(tx *gorm.DB) (err error) {
		q, err = question.QuestionTx(r.Ctx(), tx, id)
		return err
	})
	return q
}

func (r *room) turns(id question.ID) (list []question.Assignment) {
	r.t.Helper()
	r.read(func(tx *gorm.DB) (err error) {
		list, err = question.AssignmentsTx(r.Ctx(), tx, id)
		return err
	})
	return list
}

// count gives the number of rows of a table that fit.
func (r *room) count(table, where string, args ...any) (n int64) {
	r.t.Helper()
	r.read(func(tx *gorm.DB) error { return tx.Table(table).Where(where, args...).Count(&n).Error })
	return n
}

// verdict sorts an answer: ok, none (not found), gone (the offer), moved (the
// state map forbids it), conflict, forbidden, invalid, or what nobody expects.
func verdict(err error) string {
	var moved *question.TransitionError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &moved):
		return "moved"
	case errors.Is(err, question.ErrOfferGone):
		return "gone"
	case errors.Is(err, marketplace.ErrNotFound):
		return "none"
	case errors.Is(err, marketplace.ErrForbidden):
		return "forbidden"
	case errors.Is(err, marketplace.ErrInvalid):
		return "invalid"
	case errors.Is(err, marketplace.ErrConflict):
		return "conflict"
	}
	return "unexpected: " + err.Error()
}

// rawUpdate runs one statement past every rule of ours.
func (r *room) rawUpdate(statement string, args ...any) error {
	return r.write(func(tx *gorm.DB) error { return tx.Exec(statement, args...).Error })
}
