package expert_test

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
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
	operator access.Caller
	owner    access.Caller
	program  program.Program
	topics   map[string]*program.Topic
}

func newHouse(t testing.TB, db *sqldb.DB) *house {
	t.Helper()
	keys, err := redact.LoadOrCreateKeyFile(filepath.Join(t.TempDir(), "keys"))
	must(t, err)
	h := &house{
		db: db, store: marketplace.NewStore(db.Write, db.Read), topics: map[string]*program.Topic{},
		clock: marketplace.NewManualClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
	}
	log := event.NewLog(job.NewQueue(h.store, h.clock, slog.New(slog.DiscardHandler)))
	h.people = access.New(h.store, h.clock, log, keys)
	h.programs = program.New(h.store, h.clock, log, h.people, "sandbox")
	h.Service = expert.New(h.store, h.clock, log, h.programs, redact.New(redact.Options{}))
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
	p, err := h.people.CreatePerson(t.Context(), access.SystemCaller("test"), access.NewPerson{Name: "Somebody"})
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
	list, err := h.MyEnrolments(t.Context(), caller)
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("%d enrolments, want 1", len(list))
	}
	return list[0]
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

var tables = []string{
	"experts", "enrolments", "terms", "terms_acceptances", "quizzes", "quiz_attempts", "past_questions", "evidence",
	"standings", "events",
}

// dump is everything that tables hold, for comparing before and after.
func (h *house) dump(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	must(t, h.store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		for _, table := range tables {
			var rows []map[string]any
			if err := tx.Table(table).Find(&rows).Error; err != nil {
				return err
			}
			lines := make([]string, len(rows))
			for i, r := range rows {
				lines[i] = fmt.Sprint(r)
			}
			slices.Sort(lines)
			fmt.Fprintln(&b, table, strings.Join(lines, "\n"))
		}
		return nil
	}))
	return b.String()
}

var errInjected = errors.New("injected")

// failHalfway runs do again and again, each time with an error at its next
// statement, until it gets through; every failure must keep nothing.
func (h *house) failHalfway(t *testing.T, name string, do func() error) {
	t.Helper()
	left := 0 // statements until the failure; 0: none
	h.onStatement(t, func(tx *gorm.DB) {
		if left > 0 {
			if left--; left == 0 {
				_ = tx.AddError(errInjected)
			}
		}
	})
	before := h.dump(t)
	for n := 1; n < 60; n++ {
		left = n
		err := do()
		done := left > 0
		left = 0
		if done {
			must(t, err)
			return
		}
		if !errors.Is(err, errInjected) {
			t.Fatalf("%s, statement %d failed: %v", name, n, err)
		}
		if h.dump(t) != before {
			t.Fatalf("%s failed at statement %d and kept something", name, n)
		}
	}
	t.Fatalf("%s never got through", name)
}

func (h *house) onStatement(t *testing.T, hook func(tx *gorm.DB)) {
	t.Helper()
	c := h.db.Write.Callback()
	const name = "test:statement"
	must(t, errors.Join(
		c.Create().Before("gorm:create").Replace(name, hook), c.Update().Before("gorm:update").Replace(name, hook),
		c.Delete().Before("gorm:delete").Replace(name, hook), c.Query().Before("gorm:query").Replace(name, hook),
		c.Raw().Before("gorm:raw").Replace(name, hook), c.Row().Before("gorm:row").Replace(name, hook),
	))
}
