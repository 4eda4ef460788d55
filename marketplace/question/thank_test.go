package question_test

import (
	"errors"
	"strings"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// thanks is a bonus of so much for the scene's second attempt.
func (s *scene) thank(caller access.Caller, attempt int, minor int64, reason string) (question.Thanks, error) {
	return s.Questions.Thank(s.Ctx(), caller, s.Brand, s.q, attempt, minor, reason)
}

func (s *scene) available(x access.Caller) (minor int64) {
	s.t.Helper()
	list, err := s.Earnings.Earnings(s.Ctx(), x)
	s.must("read earnings", err)
	for _, e := range list {
		minor += e.Available
	}
	return minor
}

// A brand thanks with a bonus that is there at once, is told of on the receipts,
// and changes nothing of the reward.
func TestABrandThanks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newRoom(t, db).stage(question.Answered)
		s.must("resolve", s.Questions.Resolve(s.Ctx(), s.dana, s.q))
		before := s.turns(s.q)
		given, err := s.thank(s.Manager, 2, 150, "Well seen, and kind to Dana Whitlow.")
		s.must("thank", err)
		if strings.Contains(given.Reason, "Whitlow") || given.AmountMinor != 150 || s.available(s.second) != 150 {
			t.Errorf("given %+v, %d is available", given, s.available(s.second))
		}
		after := s.turns(s.q)
		if after[1].RewardMinor != before[1].RewardMinor || after[1].State != before[1].State || s.happened(s.q, question.EventThanked) != 1 {
			t.Errorf("the turn was %+v, is %+v", before[1], after[1])
		}
		s.Balanced()
		brand, err := s.Questions.BrandReceipt(s.Ctx(), s.Manager, s.Brand, s.q)
		s.must("read the brand's", err)
		own, err := s.Questions.ExpertReceipt(s.Ctx(), s.second, s.q)
		s.must("read the expert's", err)
		theirs, err := s.Questions.CustomerReceipt(s.Ctx(), s.dana, s.q)
		s.must("read the customer's", err)
		for view, turn := range map[question.View]question.TurnReceipt{
			question.ViewBrand: brand.Turns[1], question.ViewExpert: own.Turns[0], question.ViewCustomer: theirs.Turns[1],
		} {
			if len(turn.Thanks) != 1 || turn.Thanks[0].Amount.Minor != 150 || (turn.Thanks[0].Reason == "") != (view == question.ViewCustomer) {
				t.Errorf("on the %s's receipt: %+v", view, turn.Thanks)
			}
		}
		if len(brand.Turns[0].Thanks) != 0 {
			t.Errorf("another's turn has %+v", brand.Turns[0].Thanks)
		}
		again, err := s.Questions.ThanksOf(s.Ctx(), s.Manager, s.Brand, given.ID)
		if err != nil || again.Reason != given.Reason {
			t.Errorf("read again: %+v, %v", again, err)
		}
		s.must("erase", s.Customers.Erase(s.Ctx(), s.Owner, s.Brand, s.dana.Customer))
		if n := s.count("thanks", "reason <> ''"); n != 0 {
			t.Errorf("%d reasons are left of who was erased", n)
		}
	})
}

func TestThanksAreRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newRoom(t, db, func(p *program.Policies) { p.Reward.BaseMinor = 20_000 }).stage(question.Answered)
		books := s.Snapshot()
		for name, try := range map[string]func() error{
			"invalid: nothing":          func() error { _, err := s.thank(s.Manager, 2, 0, "x"); return err },
			"invalid: less":             func() error { _, err := s.thank(s.Manager, 2, -1, "x"); return err },
			"invalid: too much":         func() error { _, err := s.thank(s.Manager, 2, 1<<62, "x"); return err },
			"invalid: without a reason": func() error { _, err := s.thank(s.Manager, 2, 100, ""); return err },
			"not found: no attempt":     func() error { _, err := s.thank(s.Manager, 3, 100, "x"); return err },
			"state: handed back":        func() error { _, err := s.thank(s.Manager, 1, 100, "x"); return err },
			"forbidden: an agent":       func() error { _, err := s.thank(s.Agent, 2, 100, "x"); return err },
			"forbidden: an expert":      func() error { _, err := s.thank(s.second, 2, 100, "x"); return err },
			"forbidden: the system":     func() error { _, err := s.thank(access.SystemCaller("test"), 2, 100, "x"); return err },
			"no money":                  func() error { _, err := s.thank(s.Manager, 2, s.turns(s.q)[1].RewardMinor*100, "x"); return err },
		} {
			err := try()
			ok := map[string]bool{
				"invalid": errors.Is(err, marketplace.ErrInvalid), "not found": errors.Is(err, marketplace.ErrNotFound),
				"state": errors.As(err, new(*question.TransitionError)), "forbidden": errors.Is(err, marketplace.ErrForbidden),
				"no money": errors.Is(err, payouts.ErrInsufficientFunds),
			}
			if kind, _, _ := strings.Cut(name, ":"); !ok[kind] {
				t.Errorf("%s: %v", name, err)
			}
		}
		if s.Snapshot() != books {
			t.Error("a refusal left something")
		}
	})
}

func TestThanksFailWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newRoom(t, db).stage(question.Answered)
		dbtest.Halfway(t, db, func() error { _, err := s.thank(s.Manager, 2, 150, "Well seen."); return err })
	})
}

// The same pay whatever is advised: the words of an answer, what its customer
// says of them, and how it is judged decide nothing of an amount.
func TestPayDoesNotFollowTheAdvice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) {
			p.Reward.Busy = program.BusyPolicy{QueueBP: 2000, MostBP: 5000}
			p.Reward.Floor.HourlyMinor = 9000
		})
		pays := map[int64]int{}
		for _, answer := range []string{
			"Buy the new one, it is worth every cent.", "Do not buy anything: turn it off and on.", "No.", strings.Repeat("At length. ", 200),
		} {
			q := r.Ask(r.dana, "It hums")
			s := &scene{room: r, q: q.ID}
			a, err := r.Questions.Accept(r.Ctx(), r.second, s.offerTo(r.second))
			r.must("accept", err)
			r.must("answer", r.Questions.Answer(r.Ctx(), r.second, a.ID, answer))
			r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, q.ID))
			turn := r.turns(q.ID)[0]
			if turn.RewardMinor != a.RewardMinor || turn.FeeMinor != a.FeeMinor {
				t.Errorf("accepted for %d, earned %d", a.RewardMinor, turn.RewardMinor)
			}
			pays[turn.RewardMinor]++
		}
		if len(pays) != 1 {
			t.Errorf("answers pay %v", pays)
		}
		r.Balanced()
	})
}
