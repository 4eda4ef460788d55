// Package experttest is the rooms of experts for their tests: those up to
// admission, on a database of the test's own.
package experttest

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
	"knowhow/marketplace/training"
	"knowhow/migrations/sqldb"
)

// House is the rooms of experts on one database, with a brand, its owner, who
// may do everything there, and a draft program with topics "visa" (crowd),
// "medical" (certified) and "legal" (the brand's own).
type House struct {
	*experts
	*invitations
	*measures
	*lessons
	*admissions
	DB       *sqldb.DB
	Store    *marketplace.Store
	Clock    *marketplace.ManualClock
	People   *access.Service
	Programs *program.Service
	Queue    *job.Queue
	Mailbox  mailbox
	Notify   *notify.Service
	Made     int
	Operator access.Caller
	Owner    access.Caller
	Program  program.Program
	Topics   map[string]*program.Topic
}

// The rooms, by names of their own, so that House has the methods of all.
type (
	experts     = expert.Service
	invitations = invitation.Service
	measures    = conduct.Service
	lessons     = training.Service
	admissions  = admission.Service
)

// Application and QuizRef are for tests of rooms below theirs.
type (
	Application = admission.Application
	QuizRef     = training.QuizRef
)

// mailbox keeps what is sent.
type mailbox struct{ Mails []notify.Message }

func (b *mailbox) Send(_ context.Context, m notify.Message) error {
	b.Mails = append(b.Mails, m)
	return nil
}

// New opens the rooms on a database, with a key file of their own.
func New(t testing.TB, db *sqldb.DB) *House {
	t.Helper()
	keys, err := redact.LoadOrCreateKeyFile(filepath.Join(t.TempDir(), "keys"))
	must(t, err)
	h := &House{
		DB: db, Store: marketplace.NewStore(db.Write, db.Read), Topics: map[string]*program.Topic{},
		Clock: marketplace.NewManualClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
	}
	h.Queue = job.NewQueue(h.Store, h.Clock, slog.New(slog.DiscardHandler))
	log := event.NewLog(h.Queue)
	h.People = access.New(h.Store, h.Clock, log, keys)
	h.Programs = program.New(h.Store, h.Clock, log, h.People, "sandbox")
	h.Notify = notify.New(h.Store, h.Clock, h.Queue, h.People, keys, &h.Mailbox)
	h.open(log, keys)
	op, err := h.People.CreateOperator(t.Context(), access.SystemCaller("test"), access.NewPerson{Name: "Op"})
	must(t, err)
	h.Operator = access.PersonCaller(op.ID)
	h.Program, h.Owner = h.NewProgram(t)
	for slug, mode := range map[string]program.Mode{"visa": program.Crowd, "medical": program.Certified, "legal": program.BrandOnly} {
		topic, err := h.Programs.AddTopic(t.Context(), h.Owner, h.Program.ID, program.NewTopic{Slug: slug, Name: slug, Mode: mode})
		must(t, err)
		h.Topics[slug] = &topic
	}
	return h
}

// open builds the rooms, lowest first.
func (h *House) open(log *event.Log, keys *redact.Keyring) {
	redactor := redact.New(redact.Options{})
	h.experts = expert.New(expert.Rooms{
		Store: h.Store, Clock: h.Clock, Queue: h.Queue, Events: log, Programs: h.Programs, Redactor: redactor, Keys: keys,
	})
	h.invitations = invitation.New(invitation.Rooms{
		Store: h.Store, Clock: h.Clock, Queue: h.Queue, Programs: h.Programs, Experts: h.experts, Notify: h.Notify, People: h.People, Keys: keys,
	})
	h.measures = conduct.New(conduct.Rooms{
		Store: h.Store, Clock: h.Clock, Queue: h.Queue, Programs: h.Programs, Experts: h.experts, Notify: h.Notify, Redactor: redactor,
	})
	h.lessons = training.New(training.Rooms{
		Store: h.Store, Clock: h.Clock, Events: log, Programs: h.Programs, Experts: h.experts, Keys: keys,
	})
	h.admissions = admission.New(admission.Rooms{
		Store: h.Store, Clock: h.Clock, Events: log, Programs: h.Programs, Experts: h.experts, Invitations: h.invitations,
		Conduct: h.measures, Training: h.lessons, Notify: h.Notify,
	})
}

// NewProgram makes a program of a new brand.
func (h *House) NewProgram(t testing.TB) (program.Program, access.Caller) {
	t.Helper()
	owner := h.NewPerson(t)
	b, err := h.Programs.CreateBrand(t.Context(), h.Operator, "Acme", owner.Person)
	must(t, err)
	p, err := h.Programs.CreateProgram(t.Context(), owner, b.ID, program.NewProgram{
		Name: "Support", Currency: "EUR", Languages: []string{"en"}, Policies: program.DefaultPolicies(),
	})
	must(t, err)
	return p, owner
}

// NewPerson makes a person who is nothing yet.
func (h *House) NewPerson(t testing.TB) access.Caller {
	t.Helper()
	p, err := h.People.CreatePerson(t.Context(), access.SystemCaller("test"), access.NewPerson{Name: "Somebody", Email: uuid.NewString() + "@example.com"})
	must(t, err)
	return access.PersonCaller(p.ID)
}

// NewExpert registers a person as an expert.
func (h *House) NewExpert(t testing.TB, handle string) access.Caller {
	t.Helper()
	caller := h.NewPerson(t)
	_, err := h.Register(t.Context(), caller, expert.Profile{Handle: handle, Country: "DE", Languages: []string{"en", "pt-BR"}})
	must(t, err)
	return caller
}

// Active enrols a new expert straight to active.
func (h *House) Active(t testing.TB, handle string) (access.Caller, expert.Enrolment) {
	t.Helper()
	caller := h.NewExpert(t, handle)
	e, err := h.EnrolExperienced(t.Context(), h.Owner, h.Program.ID, caller.Person, "known for years")
	must(t, err)
	return caller, e
}

// EnrolmentOf is the caller's only enrolment.
func (h *House) EnrolmentOf(t *testing.T, caller access.Caller) expert.Enrolment {
	t.Helper()
	list, err := h.MyEnrolments(t.Context(), caller, marketplace.Page{})
	must(t, err)
	if len(list.Items) != 1 {
		t.Fatalf("%d enrolments, want 1", len(list.Items))
	}
	return list.Items[0].Enrolment
}

// InTx runs do in one transaction of the program's brand.
func (h *House) InTx(t *testing.T, do func(tx *gorm.DB) error) {
	t.Helper()
	must(t, h.Store.InTx(t.Context(), h.Program.BrandID, do))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
