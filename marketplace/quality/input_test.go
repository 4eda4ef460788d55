package quality_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestBadInputChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		appealed, f := b.appealed()
		a := b.earned()
		r := b.review(a.ID)
		b.ok("give", b.GiveReview(b.Reviewer, r.ID))
		stranger, system := access.PersonCaller(b.Person("Stranger")), access.SystemCaller("sweep")
		elsewhere, boss := b.otherBrand()
		long := strings.Repeat("x", 5000)
		decide := func(c access.Caller, brand marketplace.BrandID, id quality.ReviewID, v quality.Verdict) error {
			return b.Quality.Decide(ctx, c, brand, id, v)
		}
		refuse := func(c access.Caller, brand marketplace.BrandID, id question.AssignmentID, reason quality.RefusalReason, evidence string) error {
			_, err := b.Quality.Refuse(ctx, c, brand, id, reason, evidence)
			return err
		}
		appeal := func(c access.Caller, id quality.RefusalID, text string) error {
			return b.Quality.Appeal(ctx, c, id, text)
		}
		end := func(c access.Caller, brand marketplace.BrandID, id quality.RefusalID, text string) error {
			return b.Quality.DecideAppeal(ctx, c, brand, id, false, text)
		}
		give := func(c access.Caller, id question.ID, g quality.Feedback) error { return b.Quality.Give(ctx, c, id, g) }
		noReview, noTurn := marketplace.NewID[quality.Review](), marketplace.NewID[question.Assignment]()
		noRefusal, noQuestion := marketplace.NewID[quality.Refusal](), marketplace.NewID[question.Question]()
		invalid, missing, forbidden := marketplace.ErrInvalid, marketplace.ErrNotFound, marketplace.ErrForbidden
		wrong := quality.RefuseWrong
		for _, c := range []struct {
			name string
			err  func() error
			want error
		}{
			{"decide: stranger", func() error { return decide(stranger, b.Brand, r.ID, pass()) }, forbidden},
			{"decide: agent", func() error { return decide(b.Agent, b.Brand, r.ID, pass()) }, forbidden},
			{"decide: system", func() error { return decide(system, b.Brand, r.ID, pass()) }, forbidden},
			{"decide: customer", func() error { return decide(b.Customer, b.Brand, r.ID, pass()) }, forbidden},
			{"decide: nobody", func() error { return decide(access.Caller{}, b.Brand, r.ID, pass()) }, forbidden},
			{"decide: not given", func() error { return decide(b.Owner, b.Brand, r.ID, pass()) }, quality.ErrNotGiven},
			{"decide: unknown", func() error { return decide(b.Reviewer, b.Brand, noReview, pass()) }, missing},
			{"decide: zero id", func() error { return decide(b.Reviewer, b.Brand, quality.ReviewID{}, pass()) }, missing},
			{"decide: no brand", func() error { return decide(b.Reviewer, marketplace.BrandID{}, r.ID, pass()) }, invalid},
			{"decide: all brands", func() error { return decide(b.Reviewer, marketplace.AllBrands, r.ID, pass()) }, invalid},
			{"decide: another brand's", func() error { return decide(boss, elsewhere, r.ID, pass()) }, missing},
			{"decide: in another brand", func() error { return decide(b.Reviewer, elsewhere, r.ID, pass()) }, forbidden},
			{"decide: no scores", func() error { return decide(b.Reviewer, b.Brand, r.ID, quality.Verdict{Pass: true}) }, invalid},
			{"refuse: reviewer", func() error { return refuse(b.Reviewer, b.Brand, a.ID, wrong, "x") }, forbidden},
			{"refuse: system", func() error { return refuse(system, b.Brand, a.ID, wrong, "x") }, forbidden},
			{"refuse: operator", func() error { return refuse(b.Operator, b.Brand, a.ID, wrong, "x") }, forbidden},
			{"refuse: unknown", func() error { return refuse(b.Manager, b.Brand, noTurn, wrong, "x") }, missing},
			{"refuse: another brand's", func() error { return refuse(boss, elsewhere, a.ID, wrong, "x") }, missing},
			{"refuse: no reason", func() error { return refuse(b.Manager, b.Brand, a.ID, "", "x") }, invalid},
			{"refuse: own reason", func() error { return refuse(b.Manager, b.Brand, a.ID, "mood", "x") }, invalid},
			{"refuse: no evidence", func() error { return refuse(b.Manager, b.Brand, a.ID, wrong, "") }, invalid},
			{"refuse: long evidence", func() error { return refuse(b.Manager, b.Brand, a.ID, wrong, long) }, invalid},
			{"refuse: not UTF-8", func() error { return refuse(b.Manager, b.Brand, a.ID, wrong, "\xff") }, invalid},
			{"appeal: somebody else", func() error { return appeal(b.Manager, f.ID, "x") }, missing},
			{"appeal: system", func() error { return appeal(system, f.ID, "x") }, missing},
			{"appeal: unknown", func() error { return appeal(b.Expert, noRefusal, "x") }, missing},
			{"appeal: empty", func() error { return appeal(b.Expert, f.ID, "") }, invalid},
			{"appeal: NUL", func() error { return appeal(b.Expert, f.ID, "\x00") }, invalid},
			{"end: reviewer", func() error { return end(b.Reviewer, b.Brand, f.ID, "x") }, forbidden},
			{"end: system", func() error { return end(system, b.Brand, f.ID, "x") }, forbidden},
			{"end: unknown", func() error { return end(b.Second, b.Brand, noRefusal, "x") }, missing},
			{"end: another brand's", func() error { return end(boss, elsewhere, f.ID, "x") }, missing},
			{"end: no reason", func() error { return end(b.Second, b.Brand, f.ID, "") }, invalid},
			{"end: long", func() error { return end(b.Second, b.Brand, f.ID, long) }, invalid},
			{"give: unknown", func() error { return give(b.Customer, noQuestion, quality.Feedback{}) }, missing},
			{"give: CSAT", func() error { return give(b.Customer, a.QuestionID, quality.Feedback{CSAT: 9}) }, invalid},
			{"give: reason", func() error { return give(b.Customer, a.QuestionID, quality.Feedback{CSAT: 1}) }, invalid},
			{"give: not UTF-8", func() error { return give(b.Customer, a.QuestionID, quality.Feedback{Comment: "\xff"}) }, invalid},
		} {
			dbtest.Unchanged(t, b.DB, func() { b.want(c.name, c.err(), c.want) })
		}
		b.wantState(appealed.ID, question.Contested)
		b.wantState(a.ID, question.Earned)
	})
}

// otherBrand is a brand of its own, and its owner.
func (b *bench) otherBrand() (marketplace.BrandID, access.Caller) {
	b.T.Helper()
	owner := b.Person("Other Owner")
	brand, err := b.Programs.CreateBrand(ctx, b.Operator, "Elsewhere", owner)
	b.ok("create a brand", err)
	return brand.ID, access.PersonCaller(owner)
}

func TestBrandsAreApart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a, _ := b.appealed()
		b.ok("give", b.Quality.Give(ctx, b.Customer, a.QuestionID, quality.Feedback{Solved: true}))
		elsewhere, boss := b.otherBrand()
		reviews, err := b.Quality.NextReview(ctx, boss, elsewhere)
		appeals, err2 := b.Quality.OpenAppeals(ctx, boss, elsewhere, marketplace.Page{})
		proposals, err3 := b.Quality.Proposals(ctx, boss, elsewhere, marketplace.Page{})
		if err := errors.Join(err, err2, err3); err != nil || reviews != nil || len(appeals.Items)+len(proposals.Items) != 0 {
			t.Errorf("another brand reads %v %v %v, %v", reviews, appeals, proposals, err)
		}
		_, err = b.Quality.NextReview(ctx, boss, b.Brand)
		b.want("another's open reviews", err, marketplace.ErrForbidden)
		if b.DB.Dialect != "postgres" {
			return
		}
		for _, table := range []string{"feedback", "reviews", "refusals"} {
			var seen, own int64
			count := func(n *int64) func(tx *gorm.DB) error {
				return func(tx *gorm.DB) error { return tx.Raw("SELECT COUNT(*) FROM " + table).Row().Scan(n) }
			}
			b.ok("count", b.Store.Read(ctx, elsewhere, count(&seen)))
			b.ok("count", b.Store.Read(ctx, b.Brand, count(&own)))
			if seen != 0 || own == 0 {
				t.Errorf("%s: another brand sees %d rows of %d", table, seen, own)
			}
		}
	})
}

// What must never be read by who judges: the customer's data, the expert's
// name, and what the work pays.
var planted = []string{
	"Dana", "Whitlow", "dana.whitlow@example.org", "+49 30 901820", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00",
	"203.0.113.7", "Lavender", "lavender", "250", "sam-q",
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func TestJudgesReadBlind(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.ok("set availability", b.Experts.SetAvailability(ctx, b.Expert, false))
		b.Expert = b.Market.Expert("sam-q")
		b.ok("rename", b.Access.Rename(ctx, b.Expert, b.Expert.Person, "Lavender"))
		_, err := b.Questions.Ask(ctx, b.Customer, question.Ask{
			Program: b.Program.ID, Title: "Dana Whitlow asks: box restarts", Context: "account: dana.whitlow@example.org",
			Body: "I am Dana Whitlow, call +49 30 901820. Paid by 4111 1111 1111 1111, refund to DE89 3704 0044 0532 0130 00, from 203.0.113.7.",
		})
		b.ok("ask", err)
		b.RunDue()
		a := b.Accept(b.Expert)
		b.ok("answer", b.Questions.Answer(ctx, b.Expert, a.ID, "Dear Dana, hold the button. yours, lavender"))
		b.ok("resolve", b.Questions.Resolve(ctx, b.Customer, a.QuestionID))
		b.RunDue()
		known := []string{b.Expert.Person.String(), b.Customer.Customer.String(), a.OfferID.String()}
		blind := func(what string, list any, n int, err error) {
			t.Helper()
			text, jsonErr := json.Marshal(list)
			b.ok(what, errors.Join(err, jsonErr))
			text = anyID.ReplaceAllFunc(text, func(id []byte) []byte { // an id may have a planted number in it
				if slices.Contains(known, string(id)) {
					return id
				}
				return nil
			})
			for _, p := range append(slices.Clone(planted), known...) {
				if strings.Contains(strings.ReplaceAll(string(text), "T09:", ""), p) {
					t.Errorf("%s show %q: %s", what, p, text)
				}
			}
			if n != 1 || !strings.Contains(string(text), "hold the button") {
				t.Errorf("%s: %s", what, text)
			}
		}
		b.ok("give", b.GiveReview(b.Reviewer, b.review(a.ID).ID))
		reviews, err := b.Quality.ReviewsInHand(ctx, b.Reviewer, b.Brand)
		blind("the review in hand", reviews, len(reviews), err)
		v := fail()
		v.Note = "He tells Dana Whitlow (dana.whitlow@example.org) to hold it."
		b.ok("decide", b.Decide(b.Reviewer, b.review(a.ID).ID, v))
		proposals, err := b.Quality.Proposals(ctx, b.Manager, b.Brand, marketplace.Page{})
		blind("proposals", proposals, len(proposals.Items), err)
		f, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "Dana Whitlow called from +49 30 901820.")
		b.ok("refuse", err)
		b.ok("appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "Dana Whitlow wrote that it helped."))
		appeals, err := b.Quality.OpenAppeals(ctx, b.Second, b.Brand, marketplace.Page{})
		blind("open appeals", appeals, len(appeals.Items), err)
		mine, err := b.Quality.MyRefusals(ctx, b.Expert, marketplace.Page{})
		b.ok("my refusals", err)
		for _, p := range planted[:7] {
			if strings.Contains(fmt.Sprintf("%+v", mine), p) {
				t.Errorf("the expert reads %q: %+v", p, mine)
			}
		}
	})
}

func TestHalfwayKeepsNothing(t *testing.T) {
	t.Parallel()
	paid := func(p *program.Policies) { p.Reward.ReviewMinor = 40 }
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, paid)
		peer := b.peer("pia", access.Reviewer)
		halfway := func(what string, least int, do func() error) {
			t.Helper()
			if n := dbtest.Halfway(t, b.DB, do); n < least {
				t.Errorf("%s has %d statements", what, n)
			}
		}
		give := func(id question.ID, f quality.Feedback) func() error {
			return func() error { return b.Quality.Give(ctx, b.Customer, id, f) }
		}
		a := b.earned()
		halfway("give", 2, give(a.QuestionID, quality.Feedback{Solved: true, CSAT: 5, Comment: "Fine."}))
		halfway("change", 4, give(a.QuestionID, quality.Feedback{CSAT: 1, Reason: quality.ReasonWrong}))
		for _, v := range []quality.Verdict{fail(), pass()} {
			r := b.review(b.earned().ID)
			b.ok("give", b.GiveReview(peer, r.ID))
			halfway("decide", 9, func() error { return b.Quality.Decide(ctx, peer, b.Brand, r.ID, v) })
		}
		for _, upheld := range []bool{true, false} {
			a := b.earned()
			var f quality.Refusal
			halfway("refuse", 6, func() (err error) {
				f, err = b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "x")
				return err
			})
			halfway("appeal", 4, func() error { return b.Quality.Appeal(ctx, b.Expert, f.ID, "x") })
			halfway("decide appeal", 6, func() error { return b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, upheld, "x") })
		}
		b.After(60 * day)
		b.Balanced()
	})
}
