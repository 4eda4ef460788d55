package question_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/matching"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

func (s *scene) brandReceipt() question.Receipt {
	s.t.Helper()
	receipt, err := s.Questions.BrandReceipt(s.Ctx(), s.Owner, s.Brand, s.q)
	s.must("read the brand's receipt", err)
	return receipt
}

func (s *scene) expertReceipt(caller access.Caller) question.Receipt {
	s.t.Helper()
	receipt, err := s.Questions.ExpertReceipt(s.Ctx(), caller, s.q)
	s.must("read the expert's receipt", err)
	return receipt
}

func (s *scene) customerReceipt() question.Receipt {
	s.t.Helper()
	receipt, err := s.Questions.CustomerReceipt(s.Ctx(), s.dana, s.q)
	s.must("read the customer's receipt", err)
	return receipt
}

// addsUp fails the test unless the brand's receipt accounts for every cent: by
// its own sum, and by the turns on it.
func (s *scene) addsUp(want question.MoneyReceipt) {
	s.t.Helper()
	receipt := s.brandReceipt()
	if receipt.Money == nil {
		s.t.Fatalf("no money on the receipt of a %s question", receipt.State)
	}
	got := *receipt.Money
	if want.Currency = "EUR"; got != want {
		s.t.Errorf("money %+v, want %+v", got, want)
	}
	var paid int64
	for _, turn := range receipt.Turns {
		if turn.Reward != nil && turn.TakenBack == nil && turn.State != question.Refused && turn.State != question.Working && turn.State != question.Delivered {
			paid += turn.Reward.Minor
		}
	}
	if paid != got.Experts {
		s.t.Errorf("the turns say %d was earned, the money says %d", paid, got.Experts)
	}
}

// A reward that was taken back is the budget's again; who earned it and the brand
// read when, customers do not.
func TestRewardTakenBackOnTheReceipt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Resolved)
		r.must("release and take back", r.write(func(tx *gorm.DB) error {
			if err := r.Questions.ReleaseTx(r.Ctx(), tx, s.turn, ""); err != nil {
				return err
			}
			return payouts.ClawBackTx(r.Ctx(), tx, r.Clock.Now(), uuid.UUID(s.turn), uuid.New())
		}))
		held := r.authorised(s.q)
		s.addsUp(question.MoneyReceipt{Held: held, Returned: held})
		if c := s.customerReceipt(); c.Turns[1].Reward != nil || c.Turns[1].TakenBack != nil {
			t.Errorf("the customer reads %+v", c.Turns[1])
		}
		if turns := s.brandReceipt().Turns; turns[1].TakenBack == nil || !turns[1].TakenBack.Equal(r.Clock.Now()) || turns[0].TakenBack != nil {
			t.Errorf("the brand reads %+v", turns)
		}
		r.Balanced()
	})
}

// The money adds up at every stop of long ways through the map. A question of
// 2.50 holds 3.00, one that was handed back before 3.50.
func TestTheReceiptsMoneyAddsUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) { p.Routing.WaveSizes = []int{4} })
		r.Expert("dmitri") // is asked when everybody else was
		t.Run("resolved", func(t *testing.T) {
			r := r.on(t)
			s := r.stage(question.Answered)
			s.addsUp(question.MoneyReceipt{Held: 650, Returned: 300, StillHeld: 350})
			r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, s.q))
			s.addsUp(question.MoneyReceipt{Held: 650, Experts: 250, Fees: 50, Returned: 350})
		})
		t.Run("handoff confirmed", func(t *testing.T) {
			r := r.on(t)
			s := r.stage(question.Answered)
			r.must("confirm", r.Questions.ConfirmHandoff(r.Ctx(), r.second, s.turn, s.handed))
			r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, s.q))
			s.addsUp(question.MoneyReceipt{Held: 650, Experts: 300, Fees: 50, Returned: 300})
		})
		t.Run("reopened twice", func(t *testing.T) {
			r := r.on(t)
			s := r.stage(question.Answered)
			r.must("reopen", r.Questions.Reopen(r.Ctx(), r.dana, s.q, ""))
			r.RunDue()
			s.addsUp(question.MoneyReceipt{Held: 1000, Experts: 250, Fees: 50, Returned: 350, StillHeld: 350})
			r.work(s.q, r.rival)
			r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, s.q))
			r.must("reopen again", r.Questions.Reopen(r.Ctx(), r.dana, s.q, ""))
			r.After(time.Hour)
			s.addsUp(question.MoneyReceipt{Held: r.authorised(s.q), Experts: 500, Fees: 100, Returned: r.authorised(s.q) - 600})
		})
		t.Run("escalated", func(t *testing.T) {
			r := r.on(t)
			s := r.stage(question.Escalated)
			s.addsUp(question.MoneyReceipt{Held: 650, Returned: 650})
		})
		t.Run("refused", func(t *testing.T) {
			r := r.on(t)
			s := r.stage(question.Resolved)
			contested(s)
			s.addsUp(question.MoneyReceipt{Held: 650, Experts: 250, Fees: 50, Returned: 350})
			r.must("refuse", r.write(func(tx *gorm.DB) error {
				return r.Questions.RefuseTx(r.Ctx(), tx, s.turn, uuid.New(), "wrong")
			}))
			s.addsUp(question.MoneyReceipt{Held: 650, Returned: 650})
		})
		r.Balanced()
	})
}

// authorised is what all holds of a question came to when they were made.
func (r *room) authorised(id question.ID) (sum int64) {
	r.t.Helper()
	r.read(func(tx *gorm.DB) error {
		return tx.Raw("SELECT CAST(SUM(authorised_minor) AS bigint) FROM holds WHERE question_id = ?", id).Scan(&sum).Error
	})
	return sum
}

// Everybody's receipt shows what is theirs and nothing else.
func TestThreeViewsOfOneReceipt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Resolved)
		for attempt, what := range map[int]event.Kind{1: "quality.of_the_first", 2: "quality.of_the_second"} {
			r.must("check", r.write(func(tx *gorm.DB) error {
				e := event.Event{Brand: r.Brand, Kind: what, Subject: event.Subject(s.q), At: r.Clock.Now()}
				return r.Events.AppendTx(r.Ctx(), tx, e, question.Detail{Attempt: attempt, Reason: "pass"})
			}))
		}
		brand, customer := s.brandReceipt(), s.customerReceipt()
		first, second := s.expertReceipt(r.first), s.expertReceipt(r.second)
		if len(brand.Turns) != 2 || brand.Money == nil || len(brand.Checks) != 2 || !brand.Sandbox {
			t.Errorf("the brand's: %+v", brand)
		}
		if brand.Turns[0].Reward != nil || brand.Turns[1].Reward.Minor != 250 {
			t.Errorf("the brand sees pay %v and %v", brand.Turns[0].Reward, brand.Turns[1].Reward)
		}
		if len(customer.Turns) != 2 || customer.Money == nil || *customer.Money != *brand.Money || len(customer.Undo) != 1 || customer.Undo[0].How != "reopen" {
			t.Errorf("the customer's: %+v", customer)
		}
		for _, turn := range customer.Turns {
			if turn.ReleaseAt != nil || turn.SettledAt != nil {
				t.Errorf("the customer sees what becomes of pay: %+v", turn)
			}
		}
		if customer.Turns[0].Reward != nil || customer.Turns[1].Reward == nil || customer.Turns[1].Reward.Minor != 250 {
			t.Errorf("the customer sees that %v and %v were earned", customer.Turns[0].Reward, customer.Turns[1].Reward)
		}
		if len(first.Turns) != 1 || first.Turns[0].Attempt != 1 || first.Money != nil || len(first.Checks) != 1 || first.Checks[0].What != "of_the_first" {
			t.Errorf("the first expert's: %+v", first)
		}
		if len(second.Turns) != 1 || second.Turns[0].Attempt != 2 || second.Turns[0].Reward.Minor != 250 || len(second.Undo) != 0 || second.Turns[0].Why == nil {
			t.Errorf("the second expert's: %+v", second)
		}
		s.mentions(first, "bogdan", "chiara")
		s.mentions(second, "ayse", "chiara")
		s.mentions(customer, "Whitlow")
		s.mentions(brand, "Whitlow")
		if _, err := r.Questions.ExpertReceipt(r.Ctx(), r.rival, s.q); verdict(err) != "none" {
			t.Errorf("an expert without a turn: %v", err)
		}
		if brand.Turns[1].Asked != 2 || brand.Turns[1].Of != 2 || brand.Turns[0].Asked != 3 {
			t.Errorf("asked %d of %d, and %d", brand.Turns[1].Asked, brand.Turns[1].Of, brand.Turns[0].Asked)
		}
		r.After(question.ReopenWithin + time.Second)
		if undo := s.customerReceipt().Undo; len(undo) != 0 {
			t.Errorf("a way back that is closed: %+v", undo)
		}
	})
}

// A customer reads of money at the end, as it is in the ledger, and never what
// is argued about pay.
func TestWhatTheCustomerReadsOfMoney(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Answered)
		if c := s.customerReceipt(); c.Money != nil || c.Turns[1].Reward != nil {
			t.Errorf("before the end: %+v", c)
		}
		r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, s.q))
		if c := s.customerReceipt(); c.Money == nil || c.Money.Experts != 250 || c.Money.Fees != 50 || c.Turns[1].Reward == nil {
			t.Errorf("at the end: %+v", c)
		}
		contested(s)
		if c := s.customerReceipt(); c.Turns[1].Reward != nil || c.Turns[1].State != question.Delivered || c.Money.Experts != 250 {
			t.Errorf("while pay is contested: %+v", c)
		}
		r.must("refuse", r.write(func(tx *gorm.DB) error {
			return r.Questions.RefuseTx(r.Ctx(), tx, s.turn, uuid.New(), "wrong")
		}))
		c := s.customerReceipt()
		if c.Turns[1].Reward != nil || c.Turns[1].State != question.Delivered || c.Money.Experts != 0 || c.Money.Returned != c.Money.Held {
			t.Errorf("after pay was refused: %+v", c)
		}
		s.mentions(c, "refus", "wrong", "contest")
	})
}

// mentions fails the test when the receipt holds one of the words.
func (s *scene) mentions(receipt question.Receipt, words ...string) {
	s.t.Helper()
	text, err := json.Marshal(receipt)
	s.must("write a receipt", err)
	for _, word := range words {
		if strings.Contains(string(text), word) {
			s.t.Errorf("the %s's receipt mentions %s: %s", receipt.View, word, text)
		}
	}
}

// Every decision gives the same ranking again; one that was tampered with does
// not.
func TestDecisionsReplay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		for range 3 { // so that there is experience to rank by
			s := r.stage(question.Resolved)
			r.replays(s.q, 2)
		}
		s := r.stage(question.Offered)
		r.replays(s.q, 2)
		records, err := r.Questions.Decisions(r.Ctx(), r.Manager, r.Brand, s.q)
		r.must("read the decisions", err)
		if records[0].Offers != 3 || records[0].Pool != 3 || len(records[0].Ranking.Candidates) != 3 || records[1].Excluded["asked_before"] != 1 {
			t.Errorf("%+v", records)
		}
		for name, tamper := range map[string]func(d *question.DecisionRecord){
			"a feature": func(d *question.DecisionRecord) {
				i := slices.IndexFunc(d.Ranking.Factors, func(f matching.Factor) bool { return f.Weight != 0 })
				d.Ranking.Candidates[0].Features[i] += 0.5
			},
			"a weight": func(d *question.DecisionRecord) { d.Ranking.Factors[0].Weight++ },
			"a total":  func(d *question.DecisionRecord) { d.Ranking.Candidates[0].Total += 1e-9 },
			"the order": func(d *question.DecisionRecord) {
				c := d.Ranking.Candidates
				c[0], c[1] = c[1], c[0]
			},
		} {
			var d question.DecisionRecord
			original, err := json.Marshal(records[0])
			r.must("write a record", err)
			r.must("read it back", json.Unmarshal(original, &d))
			tamper(&d)
			changed, err := json.Marshal(d)
			r.must("write a record", err)
			set := "UPDATE decisions SET record = ? WHERE question_id = ? AND attempt = 1"
			r.must("tamper", r.rawUpdate(set, string(changed), s.q))
			if _, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, s.q); verdict(err) != "conflict" || !strings.Contains(err.Error(), question.ErrReplayDiffers.Error()) {
				t.Errorf("%s was changed, and the replay says %v", name, err)
			}
			r.must("restore", r.rawUpdate(set, string(original), s.q))
		}
		r.replays(s.q, 2)
	})
}

func (r *room) replays(id question.ID, want int) {
	r.t.Helper()
	if n, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, id); err != nil || n != want {
		r.t.Errorf("replayed %d decisions, %v; want %d", n, err, want)
	}
}

// Who was suspended after being asked takes on nothing new.
func TestTheSuspendedTakeNothingOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Offered)
		var enrolled expert.Enrolment
		r.read(func(tx *gorm.DB) (err error) {
			enrolled, _, err = expert.EnrolmentTx(r.Ctx(), tx, r.Program.ID, r.second.Person)
			return err
		})
		r.must("suspend", r.Conduct.Suspend(r.Ctx(), r.Manager, enrolled.ID, "conduct", "Rude to customers."))
		dbtest.Unchanged(t, db, func() {
			if err := accept(s); verdict(err) != "gone" {
				t.Errorf("a suspended expert accepts: %v", err)
			}
		})
	})
}
