// Package markettest gives a test a whole small market on a database of its
// own: a brand with people, a live and funded program, experts and customers,
// every service, and a clock that is moved by hand.
package markettest

import (
	"context"
	"fmt"
	"log/slog"
	"net/mail"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/marketplace/redact"
	"knowhow/marketplace/signin"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// Start is when a market's clock begins.
var Start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Market is a small market. The brand's people have every role their name says.
type Market struct {
	*assembly.House
	T       testing.TB
	DB      *sqldb.DB
	Clock   *marketplace.ManualClock
	KeyFile string // the market's keys; the one that seals has the id k1

	Operator, Owner, Manager, Second, Reviewer, Agent access.Caller

	Brand   marketplace.BrandID
	Program program.Program
	Topics  map[string]program.Topic // "box" crowd, "plans" certified, "billing" brand-only

	parts   assembly.Parts
	mailbox string
	logged  *log
	made    int
}

// New builds a market on db. Policies are the defaults with a reward of 2.50.
func New(t testing.TB, db *sqldb.DB) *Market { return NewWith(t, db, func(*program.Policies) {}) }

// NewWith is New with the program's policies changed by edit.
func NewWith(t testing.TB, db *sqldb.DB, edit func(*program.Policies)) *Market {
	t.Helper()
	keyFile := filepath.Join(t.TempDir(), "keys")
	keys, err := redact.LoadOrCreateKeyFile(keyFile)
	if err != nil {
		t.Fatalf("make keys: %v", err)
	}
	mailbox := t.TempDir()
	mailer, err := notify.NewMailbox(mailbox, "knowhow@example.com")
	if err != nil {
		t.Fatalf("make a mailbox: %v", err)
	}
	clock := marketplace.NewManualClock(Start)
	logged := &log{show: t.Output()}
	parts := assembly.Parts{
		Store: marketplace.NewStore(db.Write, db.Read), Clock: clock, Keys: keys, Mailer: mailer,
		DrawKey: []byte("markettest"),                               // so that a test draws the same every time
		Hashing: signin.Hashing{Time: 1, MemoryKiB: 64, Threads: 1}, // as good, for a test
		Log:     slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	m := &Market{
		House: assembly.New(parts), parts: parts, T: t, DB: db, Clock: clock, KeyFile: keyFile, mailbox: mailbox, logged: logged, Topics: map[string]program.Topic{},
	}
	m.openBrand()
	m.openProgram(edit)
	return m
}

// KeepPaydays builds the house anew, with the weekly payday in its queue.
func (m *Market) KeepPaydays() {
	m.parts.Payday = true
	m.House = assembly.New(m.parts)
}

// NeedTOTP builds the house anew, so that operators need an authenticator.
func (m *Market) NeedTOTP() {
	m.parts.OperatorsNeedTOTP = true
	m.House = assembly.New(m.parts)
}

// Again is a house of the same parts, as another process has it.
func (m *Market) Again() *assembly.House { return assembly.New(m.parts) }

// AgainOn is Again with connections of its own, to the market's database.
func (m *Market) AgainOn(db *sqldb.DB) *assembly.House {
	parts := m.parts
	parts.Store = marketplace.NewStore(db.Write, db.Read)
	return assembly.New(parts)
}

// Ctx is a context for a test's calls.
func (m *Market) Ctx() context.Context { return context.Background() }

func (m *Market) openBrand() {
	m.T.Helper()
	operator, err := m.Access.CreateOperator(m.Ctx(), access.SystemCaller("test"), access.NewPerson{Name: "Olga Operator", Email: "olga@example.com"})
	m.must("create the operator", err)
	m.Operator = access.PersonCaller(operator.ID)
	owner := m.Person("Otto Owner")
	brand, err := m.Programs.CreateBrand(m.Ctx(), m.Operator, "Brindlewave", owner)
	m.must("create the brand", err)
	m.Brand, m.Owner = brand.ID, access.PersonCaller(owner)
	m.Manager, m.Second = m.member("Mara Manager", access.Manager), m.member("Sina Second", access.Manager)
	m.Reviewer, m.Agent = m.member("Rico Reviewer", access.Reviewer), m.member("Anna Agent", access.Agent)
}

// Person adds a person.
func (m *Market) Person(name string) access.PersonID {
	m.T.Helper()
	m.made++
	p, err := m.Access.CreatePerson(m.Ctx(), m.Operator, access.NewPerson{Name: name, Email: fmt.Sprintf("p%d@example.com", m.made)})
	m.must("create a person", err)
	return p.ID
}

func (m *Market) member(name string, role access.Role) access.Caller {
	m.T.Helper()
	id := m.Person(name)
	m.must("add a member", m.Access.AddMember(m.Ctx(), m.Owner, m.Brand, id, role))
	return access.PersonCaller(id)
}

func (m *Market) openProgram(edit func(*program.Policies)) {
	m.T.Helper()
	policies := program.DefaultPolicies()
	policies.Reward.BaseMinor = 250
	edit(&policies)
	p, err := m.Programs.CreateProgram(m.Ctx(), m.Owner, m.Brand, program.NewProgram{
		Name: "Support", Currency: "EUR", Languages: []string{"en", "de"}, Policies: policies, RolloutShareBP: 10_000,
	})
	m.must("create the program", err)
	for slug, mode := range map[string]program.Mode{"box": program.Crowd, "plans": program.Certified, "billing": program.BrandOnly} {
		topic, err := m.Programs.AddTopic(m.Ctx(), m.Owner, p.ID, program.NewTopic{Slug: slug, Name: slug, Mode: mode})
		m.must("add a topic", err)
		m.Topics[slug] = topic
	}
	m.must("fund", m.Programs.Fund(m.Ctx(), m.Owner, p.ID, payouts.Money{Minor: 10_000_00, Currency: "EUR"}, "first"))
	m.must("allocate", m.Programs.AllocateBudget(m.Ctx(), m.Owner, p.ID, payouts.Money{Minor: 5_000_00, Currency: "EUR"}, "first"))
	m.must("launch", m.Programs.Launch(m.Ctx(), m.Owner, p.ID))
	p.State = program.Live
	m.Program = p
}

// Expert enrols an active expert with an account that can be paid.
func (m *Market) Expert(handle string) access.Caller {
	m.T.Helper()
	caller := access.PersonCaller(m.Person(handle))
	_, err := m.Experts.Register(m.Ctx(), caller, expert.Profile{Handle: handle, Languages: []string{"en", "de"}})
	m.must("register an expert", err)
	_, err = m.Admission.EnrolExperienced(m.Ctx(), m.Manager, m.Program.ID, caller.Person, "known from the community")
	m.must("enrol an expert", err)
	_, err = m.Payouts.EnsureAccount(m.Ctx(), uuid.UUID(caller.Person))
	m.must("open a payout account", err)
	m.Clock.Advance(time.Second) // so that no two enrolled at once
	return caller
}

// Customer adds a customer of the brand.
func (m *Market) Customer(name string) access.Caller {
	m.T.Helper()
	m.made++
	c, err := m.Customers.Identify(m.Ctx(), m.Owner, m.Brand, customer.Contact{
		Channel: customer.External, Handle: fmt.Sprintf("customer-%d", m.made), Name: name, Locale: "en",
	})
	m.must("identify a customer", err)
	return access.CustomerCaller(m.Brand, c.ID)
}

// Mails is every mail that was sent, as it went out.
func (m *Market) Mails() []string {
	m.T.Helper()
	files, err := filepath.Glob(filepath.Join(m.mailbox, "*.eml"))
	m.must("list the mails", err)
	mails := make([]string, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		m.must("read a mail", err)
		mails[i] = string(text)
	}
	return mails
}

// UnsubscribeToken is the token by which the last mail of a subject, of those that
// were sent, is turned off.
func (m *Market) UnsubscribeToken(subject string) string {
	m.T.Helper()
	token := ""
	for _, raw := range m.Mails() {
		read, err := mail.ReadMessage(strings.NewReader(raw))
		m.must("read a mail", err)
		if read.Header.Get("Subject") == subject {
			token = path.Base(strings.Trim(read.Header.Get("List-Unsubscribe"), "<>"))
		}
	}
	if token == "" || token == "." {
		m.T.Fatalf("no mail %q can be turned off", subject)
	}
	return token
}

// Ask asks and runs what is due, so that the question is routed.
func (m *Market) Ask(caller access.Caller, title string) question.Question {
	m.T.Helper()
	q, err := m.Questions.Ask(m.Ctx(), caller, question.Ask{Program: m.Program.ID, Title: title, Body: "It does so since yesterday."})
	m.must("ask", err)
	m.RunDue()
	return q
}

// RunDue works off what is due and fails the test on a job that failed.
func (m *Market) RunDue() {
	m.T.Helper()
	_, err := m.Queue.RunDue(m.Ctx())
	m.must("run what is due", err)
}

// After moves the clock and runs what is due at each deadline on the way.
func (m *Market) After(d time.Duration) {
	m.T.Helper()
	end := m.Clock.Now().Add(d)
	for {
		next, ok, err := m.Queue.NextDue(m.Ctx())
		m.must("find the next deadline", err)
		if !ok || next.After(end) {
			break
		}
		if next.After(m.Clock.Now()) {
			m.Clock.Set(next)
		}
		m.RunDue()
	}
	m.Clock.Set(end)
	m.RunDue()
}

// Offer is the one open offer of the expert.
func (m *Market) Offer(caller access.Caller) question.OfferView {
	m.T.Helper()
	offers, err := m.Questions.OpenOffers(m.Ctx(), caller)
	m.must("list offers", err)
	if len(offers) != 1 {
		m.T.Fatalf("%d open offers, want 1", len(offers))
	}
	return offers[0]
}

// Accept takes the expert's one open offer.
func (m *Market) Accept(caller access.Caller) question.Assignment {
	m.T.Helper()
	a, err := m.Questions.Accept(m.Ctx(), caller, m.Offer(caller).ID)
	m.must("accept", err)
	return a
}

// Answer delivers an assignment.
func (m *Market) Answer(caller access.Caller, a question.Assignment) {
	m.T.Helper()
	m.must("answer", m.Questions.Answer(m.Ctx(), caller, a.ID, "Hold the power button for ten seconds."))
}

// Balanced fails the test unless every invariant of the money holds.
func (m *Market) Balanced() {
	m.T.Helper()
	err := m.Store.Read(m.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		report, err := payouts.Check(m.Ctx(), tx)
		if err == nil && !report.Balanced() {
			err = fmt.Errorf("violations: %v", report.Violations)
		}
		return err
	})
	m.must("check the ledger", err)
}

func (m *Market) must(doing string, err error) {
	m.T.Helper()
	if err != nil {
		m.T.Fatalf("%s: %v", doing, err)
	}
}
