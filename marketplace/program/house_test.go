package program_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// house is the rooms up to program on one database, with an operator, a brand
// and its owner, who may do everything there.
type house struct {
	*program.Service
	db       *sqldb.DB
	store    *marketplace.Store
	clock    *marketplace.ManualClock
	people   *access.Service
	operator access.Caller
	owner    access.Caller
	brand    marketplace.BrandID
}

func newHouse(t *testing.T, db *sqldb.DB) *house {
	t.Helper()
	keys, err := redact.LoadOrCreateKeyFile(filepath.Join(t.TempDir(), "keys"))
	must(t, err)
	h := &house{
		db: db, store: marketplace.NewStore(db.Write, db.Read),
		clock: marketplace.NewManualClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
	}
	log := event.NewLog(job.NewQueue(h.store, h.clock, slog.New(slog.DiscardHandler)))
	h.people = access.New(h.store, h.clock, log, keys)
	h.Service = program.New(h.store, h.clock, log, h.people, "sandbox")
	op, err := h.people.CreateOperator(t.Context(), access.SystemCaller("test"), access.NewPerson{Name: "Op"})
	must(t, err)
	h.operator = access.PersonCaller(op.ID)
	h.brand, h.owner = h.newBrand(t, "Acme")
	return h
}

func (h *house) newBrand(t *testing.T, name string) (marketplace.BrandID, access.Caller) {
	t.Helper()
	owner, err := h.people.CreatePerson(t.Context(), access.SystemCaller("test"), access.NewPerson{Name: "Owner"})
	must(t, err)
	b, err := h.CreateBrand(t.Context(), h.operator, name, owner.ID)
	must(t, err)
	return b.ID, access.PersonCaller(owner.ID)
}

func newProgram() program.NewProgram {
	n := program.NewProgram{
		Name: "Support", Currency: "EUR", Languages: []string{"en"},
		Policies: program.DefaultPolicies(), RolloutShareBP: 10_000,
	}
	n.Policies.Reward.BaseMinor = 500
	return n
}

func (h *house) draft(t *testing.T) program.Program {
	t.Helper()
	p, err := h.CreateProgram(t.Context(), h.owner, h.brand, newProgram())
	must(t, err)
	return p
}

func (h *house) topic(t *testing.T, p program.Program, slug string) program.Topic {
	t.Helper()
	topic, err := h.AddTopic(t.Context(), h.owner, p.ID, program.NewTopic{Slug: slug, Name: slug, Mode: program.Crowd})
	must(t, err)
	return topic
}

func (h *house) live(t *testing.T) program.Program {
	t.Helper()
	p := h.draft(t)
	h.topic(t, p, "visa")
	must(t, h.Fund(t.Context(), h.owner, p.ID, eur(10_000), "first"))
	must(t, h.AllocateBudget(t.Context(), h.owner, p.ID, eur(5_000), "budget of "+p.ID.String()))
	must(t, h.Launch(t.Context(), h.owner, p.ID))
	return p
}

func (h *house) load(t *testing.T, id program.ID) program.Program {
	t.Helper()
	var p program.Program
	must(t, h.store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		p, err = h.LoadTx(t.Context(), tx, id)
		return err
	}))
	return p
}

func eur(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: "EUR"} }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
