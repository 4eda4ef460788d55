package earnings_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/earnings"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/payouts"
)

// takeBack has two operators decide to take ten euros back that the expert had
// available, with ten more; third is another operator.
func (b *bench) takeBack() (id earnings.ActID, third access.Caller) {
	b.T.Helper()
	work := b.earn(2)
	b.After(2 * week)
	return b.decideAgainst(work[0]), b.operator("Thea Third", "thea@example.com")
}

func (b *bench) decideAgainst(reward uuid.UUID) earnings.ActID {
	b.T.Helper()
	id, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, earnings.NewAct{Kind: earnings.ActClawBack, Subject: reward, Ground: earnings.GroundPaidTwice, Reason: why})
	b.ok("ask to take pay back", err)
	b.ok("agree", b.Earnings.AgreeToAct(b.Ctx(), b.second(), id))
	return id
}

func (b *bench) operator(name, email string) access.Caller {
	b.T.Helper()
	var p access.Person
	b.ok("create an operator", b.Store.InTx(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		p, err = b.Access.EnsureOperatorTx(b.Ctx(), tx, access.SystemCaller("test"), access.NewPerson{Name: name, Email: email})
		return err
	}))
	return access.PersonCaller(p.ID)
}

// own is the one decision against the expert's pay.
func (b *bench) own() earnings.TakeBackView {
	b.T.Helper()
	list, err := b.Earnings.MyTakeBacks(b.Ctx(), b.expert, marketplace.Page{})
	if err != nil || len(list.Items) != 1 {
		b.T.Fatalf("what is taken back: %+v, %v", list.Items, err)
	}
	return list.Items[0]
}

func (b *bench) told(subject string) {
	b.T.Helper()
	for _, mail := range b.Mails() {
		if strings.Contains(mail, subject) {
			return
		}
	}
	b.T.Errorf("nobody was written %q", subject)
}

// Until its expert can no longer appeal, pay that two have decided to take back is
// theirs and not paid out; what else they have is. Then it is taken back.
func TestPayIsTakenBackWhenNobodyAppeals(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id, _ := b.takeBack()
		if got := b.own(); got.TakeBack.ID != id || got.TakeBack.State != earnings.TakeBackOpen || got.Ground != earnings.GroundPaidTwice || got.Evidence != why || got.AmountMinor != 1000 {
			t.Errorf("%+v", got)
		}
		b.RunDue()
		b.told("Pay of yours is to be taken back")
		if got := b.terms(); got.Available != 2000 || got.SetAside != 1000 {
			t.Errorf("%+v", got)
		}
		_, err := b.Earnings.OpenAccount(b.Ctx(), b.expert)
		b.ok("open an account", err)
		paid, err := b.Earnings.RequestPayout(b.Ctx(), b.expert, uuid.New())
		if err != nil || len(paid) != 1 || paid[0].AmountMinor != 1000 {
			t.Errorf("paid %+v, %v", paid, err)
		}
		if _, err := b.Earnings.RequestPayout(b.Ctx(), b.expert, uuid.New()); !errors.Is(err, payouts.ErrBelowMinimum) {
			t.Errorf("what is set aside is paid: %v", err)
		}
		b.Balanced()
		b.After(b.Program.Policies.Review.AppealWindow)
		if got := b.own(); got.TakeBack.State != earnings.TakeBackFinal || got.TakeBack.EndedAt == nil {
			t.Errorf("%+v", got)
		}
		if got := b.terms(); got.Available != 0 || got.SetAside != 0 || got.Owed != 0 {
			t.Errorf("%+v", got)
		}
		b.told("Pay of yours was taken back")
		a, err := b.Earnings.Act(b.Ctx(), b.Operator, id)
		if err != nil || a.Outcome != earnings.TakeBackFinal || a.Posting == "" {
			t.Errorf("%+v, %v", a, err)
		}
		if err := b.Earnings.AppealTakeBack(b.Ctx(), b.expert, id, "Too late."); !errors.Is(err, earnings.ErrNoAppeal) {
			t.Errorf("appealed too late: %v", err)
		}
		b.Balanced()
	})
}

// An appeal that is upheld, or that nobody decides in time, leaves the pay with its
// expert for good; rejected by a third human, the pay is taken back.
func TestAppealsAgainstTakingPayBack(t *testing.T) {
	ends := map[earnings.TakeBackState]struct {
		subject string
		left    int64
	}{
		earnings.TakeBackOverturned: {"Your appeal was upheld", 2000},
		earnings.TakeBackLapsed:     {"Your appeal counts as upheld", 2000},
		earnings.TakeBackFinal:      {"Your appeal was rejected", 1000},
	}
	for end, want := range ends {
		t.Run(string(end), func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				id, third := b.takeBack()
				b.ok("appeal", b.Earnings.AppealTakeBack(b.Ctx(), b.expert, id, "They are two questions. Call me at +44 7700 900123."))
				if got := b.own(); got.TakeBack.State != earnings.TakeBackAppealed || strings.Contains(got.TakeBack.Statement, "900123") || !strings.Contains(got.TakeBack.Statement, "two questions") {
					t.Errorf("%+v", got)
				}
				if end == earnings.TakeBackLapsed {
					b.After(b.Program.Policies.Review.DecideAppealWithin)
				} else {
					b.ok("decide", b.Earnings.DecideTakeBack(b.Ctx(), third, id, end == earnings.TakeBackOverturned, "I have read both."))
				}
				b.RunDue()
				if got := b.own().TakeBack; got.State != end || (got.DecidedBy == nil) != (end == earnings.TakeBackLapsed) {
					t.Errorf("%+v", got)
				}
				if got := b.terms(); got.Available != want.left || got.SetAside != 0 {
					t.Errorf("%+v", got)
				}
				b.told(want.subject)
				if err := b.Earnings.DecideTakeBack(b.Ctx(), third, id, true, "Again."); !errors.Is(err, earnings.ErrNoAppeal) {
					t.Errorf("decided twice: %v", err)
				}
				b.After(8 * week)
				if got := b.own().TakeBack; got.State != end {
					t.Errorf("later: %+v", got)
				}
				dbtest.Unchanged(t, b.DB, func() {
					if _, err := b.ask(b.Operator, b.own().TakeBack.RewardID); !errors.Is(err, payouts.ErrDecided) {
						t.Errorf("the same pay is decided against twice: %v", err)
					}
				})
				b.Balanced()
			})
		})
	}
}

// Who decided, or is concerned, does not decide the appeal, and nobody else appeals.
func TestTakeBacksAreRefused(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id, third := b.takeBack()
		otto := b.second()
		other := b.Expert("olga")
		dbtest.Unchanged(t, b.DB, func() {
			for name, err := range map[string]error{
				"before an appeal": b.Earnings.DecideTakeBack(b.Ctx(), third, id, true, "So."),
				"no words":         b.Earnings.AppealTakeBack(b.Ctx(), b.expert, id, ""),
				"somebody else's":  b.Earnings.AppealTakeBack(b.Ctx(), other, id, "It is mine."),
				"the system's":     b.Earnings.AppealTakeBack(b.Ctx(), access.SystemCaller("x"), id, "It is mine."),
				"none":             b.Earnings.AppealTakeBack(b.Ctx(), b.expert, earnings.ActID{}, "It is mine."),
			} {
				if !errors.Is(err, earnings.ErrNoAppeal) && !errors.Is(err, marketplace.ErrInvalid) && !errors.Is(err, marketplace.ErrNotFound) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
		b.ok("appeal", b.Earnings.AppealTakeBack(b.Ctx(), b.expert, id, "They are two questions."))
		dbtest.Unchanged(t, b.DB, func() {
			for name, by := range map[string]access.Caller{"who asked": b.Operator, "who agreed": otto} {
				if err := b.Earnings.DecideTakeBack(b.Ctx(), by, id, false, "So."); !errors.Is(err, earnings.ErrSameHuman) {
					t.Errorf("%s: %v", name, err)
				}
				if list, err := b.Earnings.TakeBackAppeals(b.Ctx(), by, marketplace.Page{}); err != nil || len(list.Items) != 0 {
					t.Errorf("%s is asked: %+v, %v", name, list.Items, err)
				}
			}
			for name, by := range map[string]access.Caller{"the owner": b.Owner, "the expert": b.expert, "the system": access.SystemCaller("x")} {
				_, err := b.Earnings.TakeBackAppeals(b.Ctx(), by, marketplace.Page{})
				if err2 := b.Earnings.DecideTakeBack(b.Ctx(), by, id, false, "So."); !errors.Is(err2, marketplace.ErrForbidden) || !errors.Is(err, marketplace.ErrForbidden) {
					t.Errorf("%s: %v, %v", name, err, err2)
				}
			}
			if err := b.Earnings.DecideTakeBack(b.Ctx(), third, id, false, ""); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("without a reason: %v", err)
			}
			if err := b.Earnings.AppealTakeBack(b.Ctx(), b.expert, id, "Again."); !errors.Is(err, earnings.ErrNoAppeal) {
				t.Errorf("appealed twice: %v", err)
			}
		})
		if list, err := b.Earnings.TakeBackAppeals(b.Ctx(), third, marketplace.Page{}); err != nil || len(list.Items) != 1 || list.Items[0].TakeBack.ID != id {
			t.Errorf("who may decide is shown %+v, %v", list.Items, err)
		}
	})
}

func TestTakeBacksAreListed(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		work := b.earn(4)
		b.After(2 * week)
		third := b.operator("Thea Third", "thea@example.com")
		ids := make([]earnings.ActID, len(work))
		for i, reward := range work {
			id, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, earnings.NewAct{Kind: earnings.ActClawBack, Subject: reward, Ground: earnings.GroundCopied, Reason: why})
			b.ok("ask", err)
			b.ok("agree", b.Earnings.AgreeToAct(b.Ctx(), third, id))
			b.ok("appeal", b.Earnings.AppealTakeBack(b.Ctx(), b.expert, id, "It is mine."))
			ids[i] = id
		}
		id := func(v earnings.TakeBackView) earnings.ActID { return v.TakeBack.ID }
		other := b.operator("Finn Fourth", "finn@example.com")
		markettest.Paged(t, func(p marketplace.Page) (marketplace.Listing[earnings.TakeBackView], error) {
			return b.Earnings.TakeBackAppeals(b.Ctx(), other, p)
		}, id, ids...)
		markettest.Paged(t, func(p marketplace.Page) (marketplace.Listing[earnings.TakeBackView], error) {
			return b.Earnings.MyTakeBacks(b.Ctx(), b.expert, p)
		}, id, ids...)
		acts, err := b.Earnings.Acts(b.Ctx(), b.Operator, earnings.ActDone, marketplace.Page{})
		if err != nil || len(acts.Items) != 4 || acts.Items[0].Outcome != earnings.TakeBackAppealed || acts.Items[0].Ground != earnings.GroundCopied {
			t.Errorf("%+v, %v", acts.Items, err)
		}
	})
}

// ask is for pay to be taken back.
func (b *bench) ask(by access.Caller, reward uuid.UUID) (earnings.ActID, error) {
	return b.Earnings.AskForAct(b.Ctx(), by, earnings.NewAct{Kind: earnings.ActClawBack, Subject: reward, Ground: earnings.GroundFraud, Reason: why})
}

// An operator who is an expert too decides nothing about their own pay.
func TestNobodyTakesTheirOwnPayBack(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		work := b.earn(1)
		b.After(2 * week)
		b.ok("make the expert an operator", b.DB.Write.Exec("UPDATE persons SET operator = ? WHERE id = ?", true, b.expert.Person).Error)
		id, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, earnings.NewAct{Kind: earnings.ActClawBack, Subject: work[0], Ground: earnings.GroundFraud, Reason: why})
		b.ok("ask", err)
		dbtest.Unchanged(t, b.DB, func() {
			if err := b.Earnings.AgreeToAct(b.Ctx(), b.expert, id); !errors.Is(err, earnings.ErrSameHuman) {
				t.Errorf("agreed about their own pay: %v", err)
			}
			if _, err := b.ask(b.expert, work[0]); !errors.Is(err, earnings.ErrSameHuman) {
				t.Errorf("asked about their own pay: %v", err)
			}
		})
	})
}

func TestTakeBacksFailHalfway(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		work := b.earn(3)
		b.After(2 * week)
		third := b.operator("Thea Third", "thea@example.com")
		ids := []earnings.ActID{b.decideAgainst(work[0])}
		for i := 1; i < 3; i++ {
			id, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, earnings.NewAct{Kind: earnings.ActClawBack, Subject: work[i], Ground: earnings.GroundFraud, Reason: why})
			b.ok("ask", err)
			ids = append(ids, id)
			if n := dbtest.Halfway(t, b.DB, func() error { return b.Earnings.AgreeToAct(b.Ctx(), third, id) }); n < 5 {
				t.Errorf("%d statements", n)
			}
		}
		for _, id := range ids {
			dbtest.Halfway(t, b.DB, func() error { return b.Earnings.AppealTakeBack(b.Ctx(), b.expert, id, "They are two questions.") })
		}
		dbtest.Halfway(t, b.DB, func() error { return b.Earnings.DecideTakeBack(b.Ctx(), third, ids[0], false, "I have read both.") })
		fourth := b.operator("Finn Fourth", "finn@example.com")
		dbtest.Halfway(t, b.DB, func() error { return b.Earnings.DecideTakeBack(b.Ctx(), fourth, ids[1], true, "I have read both.") })
		b.Balanced()
		b.After(b.Program.Policies.Review.DecideAppealWithin)
		if got := b.terms(); got.Available != 2000 || got.SetAside != 0 {
			t.Errorf("%+v", got)
		}
		b.Balanced()
	})
}

// Of sixteen decisions of an appeal at once one counts, and the money goes one way.
func TestOneDecidesTheAppeal(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id, third := b.takeBack()
		b.ok("appeal", b.Earnings.AppealTakeBack(b.Ctx(), b.expert, id, "They are two questions."))
		errs := make([]error, 16)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = b.Earnings.DecideTakeBack(b.Ctx(), third, id, i%2 == 0, "I have read both.") })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, earnings.ErrNoAppeal) {
				t.Errorf("%v", err)
			}
		}
		left := map[earnings.TakeBackState]int64{earnings.TakeBackOverturned: 2000, earnings.TakeBackFinal: 1000}
		if got, state := b.terms(), b.own().TakeBack.State; won != 1 || got.Available != left[state] || got.SetAside != 0 {
			t.Errorf("%d decided, it is %s: %+v", won, state, got)
		}
		b.Balanced()
	})
}
