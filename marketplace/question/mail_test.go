package question_test

import (
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// Silence is announced to who can be reached, before it is taken as a yes.
func TestSilenceIsAnnounced(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		c, err := r.Customers.Identify(r.Ctx(), r.Owner, r.Brand, customer.Contact{Channel: customer.Email, Handle: "dana@example.com", Name: "Dana Whitlow"})
		r.must("identify", err)
		dana := access.CustomerCaller(r.Brand, c.ID)
		q := r.Ask(dana, "Dana's picture turns blurry")
		r.work(q.ID, r.first)
		sla := r.Program.Policies.SLA
		r.After(sla.NudgeAfter - time.Second)
		if mails := r.mailsOf("Did the answer solve your question?"); len(mails) != 0 {
			t.Fatalf("written too early: %q", mails)
		}
		r.After(time.Second)
		mails := r.mailsOf("Did the answer solve your question?")
		if len(mails) != 1 || !strings.Contains(mails[0], "dana@example.com") || !strings.Contains(mails[0], q.ID.String()) {
			t.Fatalf("mails %q, want one to the customer", mails)
		}
		if strings.Contains(mails[0], "blurry") || strings.Contains(mails[0], "Whitlow") {
			t.Errorf("the mail quotes the conversation: %q", mails[0])
		}
		r.After(sla.AutoResolveAfter - sla.NudgeAfter)
		if q := r.load(q.ID); q.State != question.Resolved || q.EndReason != question.ByCustomersSilence || len(r.Mails()) != 2 {
			t.Errorf("%s for %q after %d mails", q.State, q.EndReason, len(r.Mails()))
		}
	})
}
