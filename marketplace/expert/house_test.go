package expert_test

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
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
	"knowhow/migrations/sqldb"
)

// house is the rooms up to expert on one database, with a brand, its owner, who
// may do everything there, and a draft program with topics "visa" (crowd),
// "medical" (certified) and "legal" (the brand's own).
type house struct {
	*expert.Service
	db       *sqldb.DB
	store    *marketplace.Store
	clock    *marketplace.ManualClock
	people   *access.Service
	programs *program.Service
	queue    *job.Queue
	mailbox  mailbox
	notify   *notify.Service
	made     int
	operator access.Caller
	owner    access.Caller
	program  program.Program
	topics   map[string]*program.Topic
}

// mailbox keeps what is sent.
type mailbox struct{ mails []notify.Message }

func (b *mailbox) Send(_ context.Context, m notify.Message) error {
	b.mails = append(b.mails, m)
	return nil
}

func newHouse(t testing.TB, db *sqldb.DB) *house {
	t.Helper()
	keys, err := redact.LoadOrCreateKeyFile(filepath.Join(t.TempDir(), "keys"))
	must(t, err)
	h := &house{
		db: db, store: marketplace.NewStore(db.Write, db.Read), topics: map[string]*program.Topic{},
		clock: marketplace.NewManualClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
	}
	h.queue = job.NewQueue(h.store, h.clock, slog.New(slog.DiscardHandler))
	log := event.NewLog(h.queue)
	h.people = access.New(h.store, h.clock, log, keys)
	h.programs = program.New(h.store, h.clock, log, h.people, "sandbox")
	h.notify = notify.New(h.store, h.clock, h.queue, h.people, keys, &h.mailbox)
	h.Service = expert.New(expert.Rooms{
		Store: h.store, Clock: h.clock, Queue: h.queue, Events: log, Programs: h.programs, People: h.people, Redactor: redact.New(redact.Options{}), Keys: keys,
		Notify: h.notify,
	})
	op, err := h.people.CreateOperator(t.Context(), access.SystemCaller("test"), access.NewPerson{Name: "Op"})
	must(t, err)
	h.operator = access.PersonCaller(op.ID)
	h.program, h.owner = h.newProgram(t)
	for slug, mode := range map[string]program.Mode{"visa": program.Crowd, "medical": program.Certified, "legal": program.BrandOnly} {
		topic, err := h.programs.AddTopic(t.Context(), h.owner, h.program.ID, program.NewTopic{Slug: slug, Name: slug, Mode: mode})
		must(t, err)
		h.topics[slug] = &topic
	}
	return h
}

// newProgram makes a program of a new brand.
func (h *house) newProgram(t testing.TB) (program.Program, access.Caller) {
	t.Helper()
	owner := h.person(t)
	b, err := h.programs.CreateBrand(t.Context(), h.operator, "Acme", owner.Person)
	must(t, err)
	p, err := h.programs.CreateProgram(t.Context(), owner, b.ID, program.NewProgram{
		Name: "Support", Currency: "EUR", Languages: []string{"en"}, Policies: program.DefaultPolicies(),
	})
	must(t, err)
	return p, owner
}

func (h *house) person(t testing.TB) access.Caller {
	t.Helper()
	p, err := h.people.CreatePerson(t.Context(), access.SystemCaller("test"), access.NewPerson{Name: "Somebody", Email: uuid.NewString() + "@example.com"})
	must(t, err)
	return access.PersonCaller(p.ID)
}

// expert registers a person as an expert.
func (h *house) expert(t testing.TB, handle string) access.Caller {
	t.Helper()
	caller := h.person(t)
	_, err := h.Register(t.Context(), caller, expert.Profile{Handle: handle, Country: "DE", Languages: []string{"en", "pt-BR"}})
	must(t, err)
	return caller
}

// active enrols a new expert straight to active.
func (h *house) active(t testing.TB, handle string) (access.Caller, expert.Enrolment) {
	t.Helper()
	caller := h.expert(t, handle)
	e, err := h.EnrolExperienced(t.Context(), h.owner, h.program.ID, caller.Person, "known for years")
	must(t, err)
	return caller, e
}

func (h *house) enrolment(t *testing.T, caller access.Caller) expert.Enrolment {
	t.Helper()
	list, err := h.MyEnrolments(t.Context(), caller, marketplace.Page{})
	must(t, err)
	if len(list.Items) != 1 {
		t.Fatalf("%d enrolments, want 1", len(list.Items))
	}
	return list.Items[0].Enrolment
}

func (h *house) inTx(t *testing.T, do func(tx *gorm.DB) error) {
	t.Helper()
	must(t, h.store.InTx(t.Context(), h.program.BrandID, do))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
