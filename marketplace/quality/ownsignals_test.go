package quality_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// A customer with the expert's own address, also with a tag in it or in capitals,
// and somebody who is paid to the expert's own bank account, are shown to a human:
// once is enough. Who has another address, or another account, is not.
func TestQuestionsOfOnesOwnAreShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		sam, err := b.Access.CreatePerson(ctx, access.SystemCaller("test"), access.NewPerson{Name: "Sam Shill", Email: "sam.shill+work@example.org"})
		b.ok("create", err)
		b.ok("rest", b.Experts.SetAvailability(ctx, b.Expert, false))
		b.Expert = access.PersonCaller(sam.ID)
		_, err = b.Experts.Register(ctx, b.Expert, expert.Profile{Handle: "shill", Languages: []string{"en", "de"}})
		b.ok("register", err)
		_, err = b.Admission.EnrolExperienced(ctx, b.Manager, b.Program.ID, sam.ID, "known")
		b.ok("enrol", err)
		_, err = b.Payouts.EnsureAccount(ctx, uuid.UUID(sam.ID))
		b.ok("open an account", err)
		b.Clock.Advance(time.Second)
		by := func(contact customer.Contact, asker access.PersonID) question.Assignment {
			t.Helper()
			contact.Locale = "en"
			known, err := b.Customers.Identify(ctx, b.Owner, b.Brand, contact)
			b.ok("identify", err)
			caller := access.CustomerCaller(b.Brand, known.ID)
			q, err := b.Questions.Ask(ctx, caller, question.Ask{Program: b.Program.ID, Title: "My box is dead", Topic: "box", Person: asker})
			b.ok("ask", err)
			b.RunDue()
			a := b.Accept(b.Expert)
			b.Answer(b.Expert, a)
			b.ok("resolve", b.Questions.Resolve(ctx, caller, q.ID))
			b.RunDue()
			return b.turn(a.ID)
		}
		other := b.Person("Other") // an expert, elsewhere
		_, err = b.Experts.Register(ctx, access.PersonCaller(other), expert.Profile{Handle: "other", Languages: []string{"en"}})
		b.ok("register", err)
		by(customer.Contact{Channel: customer.Email, Handle: "sam.shilling@example.org"}, other)
		if got := append(b.signals(quality.SignalOwnAddress), b.signals(quality.SignalOwnAccount)...); len(got) != 0 {
			t.Fatalf("somebody else's question is shown: %+v", got)
		}
		own := by(customer.Contact{Channel: customer.Email, Handle: "Sam.Shill@example.org"}, access.PersonID{})
		if got := b.signals(quality.SignalOwnAddress); len(got) != 1 || got[0].Count != 1 || got[0].Evidence[0].Assignment != own.ID || got[0].People[0].Handle != "shill" || !got[0].Open {
			t.Errorf("their own address: %+v", got)
		}
		b.ok("note accounts", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			for _, who := range []access.PersonID{sam.ID, other} {
				if err := payouts.NoteFingerprintsTx(ctx, tx, b.Clock.Now(), "stripe", uuid.UUID(who), "one account"); err != nil {
					return err
				}
			}
			return nil
		}))
		got := b.signals(quality.SignalOwnAccount)
		if len(got) != 1 || got[0].Count != 1 || len(got[0].People) != 2 || got[0].People[0].Handle != "shill" || got[0].People[1] != (quality.Suspect{Person: other}) {
			t.Fatalf("their own account: %+v", got)
		}
		b.ok("add a manager", b.Access.AddMember(ctx, b.Owner, b.Brand, other, access.Manager))
		b.want("settle what is about who asked", b.settle(access.PersonCaller(other), got[0], quality.SettledNothing, "Nothing."), quality.ErrOwnSignal)
		b.ok("settle", b.settle(b.Manager, got[0], quality.SettledActed, "Both were asked."))
	})
}
