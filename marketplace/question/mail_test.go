package question_test

import (
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/notify"
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

// A customer is written to in the language they read.
func TestCustomersAreWrittenToInTheirLanguage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		c, err := r.Customers.Identify(r.Ctx(), r.Owner, r.Brand, customer.Contact{Channel: customer.Email, Handle: "dana@example.com", Locale: "de"})
		r.must("identify", err)
		q := r.Ask(access.CustomerCaller(r.Brand, c.ID), "The picture turns blurry")
		r.work(q.ID, r.first)
		r.After(question.TellAfter)
		mails := r.Mails()
		if len(mails) != 1 {
			t.Fatalf("%d mails", len(mails))
		}
		m, err := mail.ReadMessage(strings.NewReader(mails[0]))
		r.must("read the mail", err)
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		r.must("read its subject", err)
		if want, _ := (notify.Letter{Name: "question.answer"}).In("de"); subject != want || m.Header.Get("Content-Language") != "de" {
			t.Errorf("%q in %q, want %q", subject, m.Header.Get("Content-Language"), want)
		}
	})
}
