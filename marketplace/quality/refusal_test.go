package quality_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

func TestRefusalStandsWhenNobodyAppeals(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a, f := b.refused()
		b.wantState(a.ID, question.Contested)
		if f.RefusedBy != b.Manager.Person || !f.AppealUntil.Equal(b.Clock.Now().Add(14*day)) {
			t.Errorf("the refusal is %+v", f)
		}
		b.After(14*day - time.Second)
		b.wantState(a.ID, question.Contested) // the money stays pending past release_at
		if got := b.reward(uuid.UUID(a.ID)).State; got != payouts.RewardPending {
			t.Errorf("the reward is %s", got)
		}
		b.After(time.Second)
		b.wantState(a.ID, question.Refused)
		r := b.reward(uuid.UUID(a.ID))
		if r.State != payouts.RewardRefused || *r.RefusalID != uuid.UUID(f.ID) {
			t.Errorf("the reward is %+v", r)
		}
		b.want("a late appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "Wait"), marketplace.ErrConflict)
		b.Balanced()
	})
}

func TestAppealIsDecidedByAnother(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for _, upheld := range []bool{true, false} {
			a, f := b.appealed()
			b.want("by who refused", b.Quality.DecideAppeal(ctx, b.Manager, b.Brand, f.ID, upheld, "Because."), quality.ErrSameHuman)
			list, err := b.Quality.OpenAppeals(ctx, b.Second, b.Brand, marketplace.Page{})
			if err != nil || len(list.Items) != 1 || list.Items[0].Refusal != f.ID || list.Items[0].Statement != "The customer named this model." {
				t.Errorf("open appeals: %+v, %v", list, err)
			}
			if list, err := b.Quality.OpenAppeals(ctx, b.Manager, b.Brand, marketplace.Page{}); err != nil || len(list.Items) != 0 {
				t.Errorf("who refused is shown %+v, %v", list, err)
			}
			b.ok("decide", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, upheld, "Because."))
			want, money, how := question.Refused, payouts.RewardRefused, "rejected"
			if upheld {
				want, money, how = question.Released, payouts.RewardReleased, "upheld"
			}
			b.wantState(a.ID, want)
			if got := b.reward(uuid.UUID(a.ID)).State; got != money {
				t.Errorf("upheld %v: the reward is %s", upheld, got)
			}
			if got := b.said(a.QuestionID); !slices.Equal(got, []string{"refused wrong", "appealed ", "appeal_decided " + how}) {
				t.Errorf("events: %v", got)
			}
		}
		b.After(60 * day)
		b.Balanced()
	})
}

func TestUndecidedAppealIsTheExperts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a := b.earned()
		_, before := b.evidence()
		b.ok("fail", b.Decide(b.Reviewer, b.review(a.ID).ID, fail()))
		f, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "It is another model.")
		b.ok("refuse", err)
		b.ok("appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "The customer named this model."))
		f = b.refusal(f.ID)
		_, failed := b.evidence()
		b.Clock.Set(*f.DecideBy)
		b.want("at the deadline", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, false, "Late."), question.ErrTooLate)
		b.RunDue()
		b.wantState(a.ID, question.Released)
		if got := b.refusal(f.ID); got.State != quality.Lapsed || !got.DecidedBy.IsZero() {
			t.Errorf("the refusal is %+v", got)
		}
		if _, mean := b.evidence(); mean <= failed || failed >= before {
			t.Errorf("standing was %.3f, after the verdict %.3f, and is %.3f: nothing made good for it", before, failed, mean)
		}
		b.Balanced()
	})
}

func TestNobodyJudgesTheirOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		asker := access.PersonCaller(b.Person("Ask Er"))
		b.ok("add", b.Access.AddMember(ctx, b.Owner, b.Brand, asker.Person, access.Manager))
		_, err := b.Questions.Ask(ctx, b.Customer, question.Ask{Program: b.Program.ID, Title: "Mine", Person: asker.Person})
		b.ok("ask", err)
		b.RunDue()
		a := b.Accept(b.Expert)
		// Only now: who decides about the brand's money is not asked.
		b.ok("add", b.Access.AddMember(ctx, b.Owner, b.Brand, b.Expert.Person, access.Manager))
		b.Answer(b.Expert, a)
		b.ok("resolve", b.Questions.Resolve(ctx, b.Customer, a.QuestionID))
		b.RunDue()
		r := b.review(a.ID)
		for _, own := range []access.Caller{b.Expert, asker} {
			b.want("review", b.Decide(own, r.ID, pass()), quality.ErrOwnWork)
			_, err := b.Quality.Refuse(ctx, own, b.Brand, a.ID, quality.RefuseWrong, "x")
			b.want("refuse", err, quality.ErrOwnWork)
			next, err := b.Quality.NextReview(ctx, own, b.Brand)
			if err != nil || next != nil {
				t.Errorf("they are given their own work: %+v, %v", next, err)
			}
		}
		b.ok("review", b.Decide(b.Reviewer, r.ID, fail()))
		b.ok("promote", b.Access.AddMember(ctx, b.Owner, b.Brand, b.Reviewer.Person, access.Manager))
		f, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "x")
		b.ok("refuse", err)
		b.ok("appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "No."))
		for caller, want := range map[access.Caller]error{
			b.Expert: quality.ErrOwnWork, asker: quality.ErrOwnWork, b.Manager: quality.ErrSameHuman, b.Reviewer: quality.ErrSameHuman,
		} {
			b.want("decide", b.Quality.DecideAppeal(ctx, caller, b.Brand, f.ID, true, "x"), want)
		}
		n, before := b.evidence()
		b.ok("decide", b.Quality.DecideAppeal(ctx, b.Operator, b.Brand, f.ID, true, "The verdict was mistaken."))
		if m, mean := b.evidence(); m != n+1 || mean <= before {
			t.Errorf("an overturned verdict left the standing at %.3f, %d outcomes", mean, m)
		}
		b.wantState(a.ID, question.Released)
	})
}

func TestAPassNeverUndoesARefusal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a, _ := b.refused()
		b.ok("decide", b.Decide(b.Reviewer, b.review(a.ID).ID, pass()))
		b.wantState(a.ID, question.Contested)
	})
}

func TestTheExpertIsWrittenTo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		_, f := b.appealed()
		b.ok("decide", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, false, "Because."))
		for _, occasion := range []string{"refused", "appeal"} {
			b.read(func(tx *gorm.DB) error {
				r, err := notify.RecordTx(ctx, tx, b.Brand, "refusal:"+occasion+":"+f.ID.String())
				if err == nil && r.PersonID != b.Expert.Person {
					t.Errorf("%s: written to %s", occasion, r.PersonID)
				}
				return err
			})
		}
		mine, err := b.Quality.MyRefusals(ctx, b.Expert, marketplace.Page{})
		if err != nil || len(mine.Items) != 1 || mine.Items[0].ID != f.ID || mine.Items[0].Evidence != "It is another model." || mine.Items[0].Decision != "Because." {
			t.Errorf("my refusals: %+v, %v", mine, err)
		}
		if others, err := b.Quality.MyRefusals(ctx, b.Reviewer, marketplace.Page{}); err != nil || len(others.Items) != 0 {
			t.Errorf("somebody else reads %+v, %v", others, err)
		}
	})
}

// The receipt shows that two people looked, and not who.
func TestTheReceiptTellsCheckersApart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a, f := b.appealed()
		b.ok("decide", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, true, "Because."))
		r, err := b.Questions.BrandReceipt(ctx, b.Owner, b.Brand, a.QuestionID)
		b.ok("read the receipt", err)
		by := map[string]string{}
		for _, c := range r.Checks {
			by[c.What] = c.By
		}
		if by["refused"] == "" || by["appeal_decided"] == "" || by["refused"] == by["appeal_decided"] {
			t.Errorf("refused by %q, decided by %q", by["refused"], by["appeal_decided"])
		}
	})
}
