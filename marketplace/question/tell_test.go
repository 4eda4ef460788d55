package question_test

import (
	"io"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// mailsOf is every mail of a subject that was sent, decoded.
func (r *room) mailsOf(subject string) (texts []string) {
	r.t.Helper()
	for _, raw := range r.Mails() {
		m, err := mail.ReadMessage(strings.NewReader(raw))
		r.must("read a mail", err)
		if m.Header.Get("Subject") != subject {
			continue
		}
		text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		r.must("read a mail's text", err)
		texts = append(texts, m.Header.Get("To")+"\n"+string(text))
	}
	return texts
}

// reachable is a customer with an e-mail address.
func (r *room) reachable() access.Caller {
	r.t.Helper()
	c, err := r.Customers.Identify(r.Ctx(), r.Owner, r.Brand, customer.Contact{Channel: customer.Email, Handle: "dana@example.com", Name: "Dana Whitlow"})
	r.must("identify", err)
	return access.CustomerCaller(r.Brand, c.ID)
}

const answerMail = "You have an answer"

var resumeLink = regexp.MustCompile(`/resume#token=(\S+)`)

// An answer reaches who can be reached by e-mail and did not read it, with a
// link to go on by.
func TestAnswerIsMailed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		dana := r.reachable()
		q := r.Ask(dana, "Dana's picture turns blurry")
		r.work(q.ID, r.first)
		r.After(question.TellAfter - time.Second)
		if n := len(r.Mails()); n != 0 {
			t.Fatalf("%d mails too early", n)
		}
		r.After(time.Second)
		mails := r.mailsOf(answerMail)
		if len(mails) != 1 || !strings.Contains(mails[0], "dana@example.com") || strings.Contains(mails[0], "blurry") || strings.Contains(mails[0], "Whitlow") {
			t.Fatalf("mails %q", mails)
		}
		link := resumeLink.FindStringSubmatch(mails[0])
		if link == nil {
			t.Fatalf("no link in %q", mails[0])
		}
		r.Clock.Advance(6 * 24 * time.Hour)
		started, err := r.Customers.RedeemResumeLink(r.Ctx(), link[1])
		if err != nil || started.Customer.ID != dana.Customer {
			t.Errorf("the link leads to %+v, %v", started.Customer, err)
		}
	})
}

// Who has read it, has said or done something since, was erased or wants no
// mail, and who has no address, is not written to.
func TestAnswerIsNotMailed(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(r *room, dana access.Caller, q question.ID) error{
		"read": func(r *room, _ access.Caller, q question.ID) error {
			return r.rawUpdate("INSERT INTO read_marks (question_id, brand_id, customer) VALUES (?, ?, 2)", q, r.Brand)
		},
		"said": func(r *room, dana access.Caller, q question.ID) error {
			return r.Questions.Say(r.Ctx(), dana, q, "Thanks.")
		},
		"resolved": func(r *room, dana access.Caller, q question.ID) error { return r.Questions.Resolve(r.Ctx(), dana, q) },
		"erased": func(r *room, dana access.Caller, _ question.ID) error {
			return r.Customers.Erase(r.Ctx(), dana, r.Brand, dana.Customer)
		},
		"refused": func(r *room, dana access.Caller, _ question.ID) error {
			return r.rawUpdate("INSERT INTO mail_refusals (brand_id, customer_id, refused_at) VALUES (?, ?, ?)", r.Brand, dana.Customer, r.Clock.Now())
		},
	} {
		dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
			r := newRoom(t, db)
			dana := r.reachable()
			q := r.Ask(dana, "The picture turns blurry")
			r.work(q.ID, r.first)
			r.must(name, do(r, dana, q.ID))
			r.After(time.Hour)
			if mails := r.Mails(); len(mails) != 0 {
				t.Errorf("%s, and yet written to: %q", name, mails)
			}
		})
	}
}

// Every word that comes from the other side is told of once: the expert's, the
// brand's, and that the conversation was ended.
func TestNewsAreMailed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		dana := r.reachable()
		q := r.Ask(dana, "The picture turns blurry")
		a, err := r.Questions.Accept(r.Ctx(), r.first, (&scene{room: r, q: q.ID}).offerTo(r.first))
		r.must("accept", err)
		r.must("say", r.Questions.Say(r.Ctx(), r.first, q.ID, "Which cable?"))
		r.must("say", r.Questions.Say(r.Ctx(), r.first, q.ID, "And which screen?"))
		r.After(question.TellAfter)
		if n := len(r.mailsOf("There is a message about your question")); n != 1 {
			t.Errorf("%d mails of messages", n)
		}
		r.must("end", r.Questions.End(r.Ctx(), r.first, a.ID, question.End{Reason: "spam"}))
		r.After(question.TellAfter)
		if n := len(r.mailsOf("Your conversation was ended")); n != 1 {
			t.Errorf("%d mails of the end", n)
		}
		r.must("escalate", r.Questions.Escalate(r.Ctx(), dana, q.ID))
		r.must("answer", r.Questions.AnswerForBrand(r.Ctx(), r.Agent, r.Brand, q.ID, "We send a cable."))
		r.After(question.TellAfter)
		if n := len(r.mailsOf(answerMail)); n != 1 || len(r.Mails()) != 3 {
			t.Errorf("%d mails of the brand's answer, %d in all", n, len(r.Mails()))
		}
	})
}

const offerMail = "You are offered a question"

// Offers are mailed to those who want it, not more often than every ten minutes.
func TestOffersAreMailedToWhoWantsIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) { p.Routing.OfferTTL = 2 * time.Hour })
		r.Ask(r.dana, "Too early to be told of")
		r.Clock.Advance(time.Second)
		must := func(c notify.Choices) { r.must("choose", r.Notify.SetChoices(r.Ctx(), r.first, c)) }
		must(notify.Choices{Offers: true, Payouts: true})
		r.After(2 * time.Minute)
		if n := len(r.Mails()); n != 0 {
			t.Fatalf("%d mails of older offers", n)
		}
		r.Ask(r.dana, "Dana Whitlow's picture turns blurry")
		r.After(time.Minute)
		mails := r.mailsOf(offerMail)
		if len(mails) != 1 || !strings.Contains(mails[0], "picture turns blurry") || !strings.Contains(mails[0], "2.50 EUR") || strings.Contains(mails[0], "Whitlow") {
			t.Fatalf("mails %q", mails)
		}
		r.Clock.Advance(time.Second)
		r.Ask(r.dana, "It hums")
		r.Ask(r.dana, "It smells")
		r.After(5 * time.Minute)
		if n := len(r.Mails()); n != 1 {
			t.Errorf("%d mails within ten minutes", n)
		}
		r.After(6 * time.Minute)
		if mails = r.mailsOf(offerMail); len(mails) != 2 || !strings.Contains(strings.Join(mails, ""), "There is 1 more") {
			t.Errorf("mails %q", mails)
		}
		must(notify.Choices{})
		r.Ask(r.dana, "It is loud")
		r.After(30 * time.Minute)
		if n := len(r.Mails()); n != 2 {
			t.Errorf("%d mails after all were turned off", n)
		}
		if n := r.count("mail_watch", "next_due_at IS NOT NULL"); n != 0 {
			t.Error("it goes on looking for nobody")
		}
	})
}

// A customer's words are mailed to the expert who has the question and wants it,
// has not read them and not written since.
func TestWordsAreMailedToWhoWantsIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		r.must("choose", r.Notify.SetChoices(r.Ctx(), r.second, notify.Choices{Questions: true}))
		s := r.stage(question.Assigned)
		r.After(5 * time.Minute)
		if n := len(r.Mails()); n != 0 {
			t.Fatalf("%d mails before a word", n)
		}
		r.must("say", r.Questions.Say(r.Ctx(), r.dana, s.q, "It is blue."))
		r.After(5 * time.Minute)
		mails := r.mailsOf("A customer wrote to you")
		if len(mails) != 1 || strings.Contains(mails[0], "is blue") {
			t.Fatalf("mails %q", mails)
		}
		r.must("say", r.Questions.Say(r.Ctx(), r.dana, s.q, "And loud."))
		r.must("say", r.Questions.Say(r.Ctx(), r.second, s.q, "I see."))
		r.After(15 * time.Minute)
		r.must("say", r.Questions.Say(r.Ctx(), r.dana, s.q, "And big."))
		r.must("read", r.write(func(tx *gorm.DB) error {
			return tx.Exec("INSERT INTO read_marks (question_id, brand_id, expert) VALUES (?, ?, 99)", s.q, r.Brand).Error
		}))
		r.After(15 * time.Minute)
		if n := len(r.Mails()); n != 1 {
			t.Errorf("%d mails of what was answered and read", n)
		}
	})
}
