package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/house"
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// ErrNotEmpty: the database holds brands already.
var ErrNotEmpty = errors.New("the database is not empty; a bench needs one of its own")

// size is how big the market is that a bench seeds.
type size struct{ experts, past, customers int }

// The one program. A reward is more than the least that is paid out, so that
// every reviewed answer is in the next run of payouts.
const (
	currency  = payouts.Currency("EUR")
	reward    = 12_00
	budget    = 50_000_000_00
	sampleBP  = 2000
	firstWave = 3
	// handsFull is high: the bench's experts answer at once.
	handsFull = 50
	// seed makes every run's market the same.
	seed = 1
)

var system = access.SystemCaller("bench")

// market is what a bench asks and answers in.
type market struct {
	*assembly.House
	brand                     marketplace.BrandID
	program                   program.ID
	operator, owner, reviewer access.Caller
	experts                   []access.PersonID
	customers                 []access.Caller
	rand                      *rand.Rand
}

// seedMarket fills an empty database through the services: a brand with people,
// a funded live program, experts, customers, and a past with who answered.
func seedMarket(ctx context.Context, db *sqldb.DB, keys *redact.Keyring, log *slog.Logger, n size, tell func(stage string, done, of int)) (*market, error) {
	parts, _, err := house.Parts(ctx, db, keys, log)
	if err != nil {
		return nil, err
	}
	m := &market{House: assembly.New(parts), rand: rand.New(rand.NewPCG(seed, seed))}
	for _, step := range []func() error{
		func() error { return m.refuseOthers(ctx) },
		func() error { return m.openBrand(ctx) },
		func() error { return m.openProgram(ctx) },
		func() error { return m.enrol(ctx, n.experts, tell) },
		func() error { return m.identify(ctx, n.customers, tell) },
		func() error { return m.remember(ctx, n.past, tell) },
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if _, err := m.Queue.RunDue(ctx); err != nil {
		return nil, fmt.Errorf("work off what seeding left: %w", err)
	}
	return m, nil
}

func (m *market) refuseOthers(ctx context.Context) error {
	var brands int64
	err := m.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return tx.Model(&program.Brand{}).Count(&brands).Error })
	if err == nil && brands > 0 {
		err = ErrNotEmpty
	}
	return err
}

// openBrand makes the brand with its people.
func (m *market) openBrand(ctx context.Context) error {
	operator, err := m.Access.CreateOperator(ctx, system, access.NewPerson{Name: "Otto Operator", Email: "operator@bench.example"})
	if err != nil {
		return fmt.Errorf("create the operator: %w", err)
	}
	m.operator = access.PersonCaller(operator.ID)
	people, err := m.Access.CreatePersons(ctx, m.operator, []access.NewPerson{
		{Name: "Olga Owner", Email: "owner@bench.example"}, {Name: "Rico Reviewer", Email: "reviewer@bench.example"},
	})
	if err != nil {
		return fmt.Errorf("create the brand's people: %w", err)
	}
	m.owner, m.reviewer = access.PersonCaller(people[0].ID), access.PersonCaller(people[1].ID)
	b, err := m.Programs.CreateBrand(ctx, m.operator, "Bench", m.owner.Person)
	if err != nil {
		return fmt.Errorf("create the brand: %w", err)
	}
	m.brand = b.ID
	if err := m.Access.AddMember(ctx, m.owner, m.brand, m.reviewer.Person, access.Reviewer); err != nil {
		return fmt.Errorf("add the reviewer: %w", err)
	}
	return nil
}

// openProgram makes the program, funds and launches it.
func (m *market) openProgram(ctx context.Context) error {
	policies := program.DefaultPolicies()
	policies.Reward.BaseMinor, policies.Review.SampleBP, policies.Routing.WaveSizes = reward, sampleBP, []int{firstWave}
	p, err := m.Programs.CreateProgram(ctx, m.owner, m.brand, program.NewProgram{
		Name: "Bench", Currency: currency, Languages: []string{"en"}, Policies: policies, RolloutShareBP: 10_000,
	})
	if err != nil {
		return fmt.Errorf("create the program: %w", err)
	}
	m.program = p.ID
	for _, s := range subjects {
		if _, err := m.Programs.AddTopic(ctx, m.owner, m.program, program.NewTopic{Slug: s.slug, Name: s.slug, Mode: program.Crowd}); err != nil {
			return fmt.Errorf("add topic %s: %w", s.slug, err)
		}
	}
	money := payouts.Money{Minor: budget, Currency: currency}
	if err := m.Programs.Fund(ctx, m.owner, m.program, money, "bench"); err != nil {
		return fmt.Errorf("fund the brand: %w", err)
	}
	if err := m.Programs.AllocateBudget(ctx, m.owner, m.program, money, "bench"); err != nil {
		return fmt.Errorf("allocate the budget: %w", err)
	}
	if err := m.Programs.Launch(ctx, m.owner, m.program); err != nil {
		return fmt.Errorf("launch the program: %w", err)
	}
	return nil
}

// enrol makes active experts who can be paid.
func (m *market) enrol(ctx context.Context, n int, tell func(stage string, done, of int)) error {
	news := make([]access.NewPerson, n)
	for i := range news {
		news[i] = access.NewPerson{Name: fmt.Sprintf("Expert %d", i), Email: fmt.Sprintf("expert-%d@bench.example", i)}
	}
	for part := range slices.Chunk(news, access.MaxPersons) {
		people, err := m.Access.CreatePersons(ctx, m.operator, part)
		if err != nil {
			return fmt.Errorf("create the experts: %w", err)
		}
		for _, p := range people {
			if err := m.enrolOne(ctx, p.ID); err != nil {
				return err
			}
			m.experts = append(m.experts, p.ID)
			tell("experts", len(m.experts), n)
		}
	}
	return nil
}

func (m *market) enrolOne(ctx context.Context, id access.PersonID) error {
	profile := expert.Profile{Handle: fmt.Sprintf("expert-%d", len(m.experts)), Languages: []string{"en"}, Capacity: handsFull}
	if _, err := m.Experts.Register(ctx, access.PersonCaller(id), profile); err != nil {
		return fmt.Errorf("register an expert: %w", err)
	}
	if _, err := m.Payouts.EnsureAccount(ctx, uuid.UUID(id)); err != nil {
		return fmt.Errorf("open an expert's account: %w", err)
	}
	if _, err := m.Admission.EnrolExperienced(ctx, m.owner, m.program, id, "the bench's"); err != nil {
		return fmt.Errorf("enrol an expert: %w", err)
	}
	return nil
}

// identify makes the customers, known to the brand.
func (m *market) identify(ctx context.Context, n int, tell func(stage string, done, of int)) error {
	for i := range n {
		c, err := m.Customers.Identify(ctx, m.owner, m.brand, customer.Contact{
			Channel: customer.External, Handle: fmt.Sprintf("customer-%d", i), Name: fmt.Sprintf("Dana Whitlow-%d", i), Locale: "en",
		})
		if err != nil {
			return fmt.Errorf("identify a customer: %w", err)
		}
		m.customers = append(m.customers, access.CustomerCaller(m.brand, c.ID))
		tell("customers", i+1, n)
	}
	return nil
}

// remember imports the past, an hour between two questions. A topic has its own
// experts, and as everywhere a few of them answer most.
func (m *market) remember(ctx context.Context, n int, tell func(stage string, done, of int)) error {
	now, batch := m.Clock.Now(), make([]expert.ImportQuestion, 0, 500)
	for i := range n {
		batch = append(batch, m.pastQuestion(i, now.Add(-time.Duration(n-i)*time.Hour)))
		if len(batch) < cap(batch) && i < n-1 {
			continue
		}
		if _, err := m.Experts.Import(ctx, m.owner, m.program, batch); err != nil {
			return fmt.Errorf("import the past: %w", err)
		}
		batch = batch[:0]
		tell("past questions", i+1, n)
	}
	return nil
}

func (m *market) pastQuestion(i int, at time.Time) expert.ImportQuestion {
	topic := m.rand.IntN(len(subjects))
	s := subjects[topic]
	q := expert.ImportQuestion{Reference: fmt.Sprintf("past-%d", i), PastQuestion: expert.PastQuestion{
		Title: s.text(m.rand, 8), Body: s.text(m.rand, 60), Tags: []string{s.slug}, Topic: s.slug, AskedAt: at,
	}}
	for j := range 1 + m.rand.IntN(2) {
		a := expert.Evidence{Person: m.expertOn(topic), AnsweredAt: at.Add(time.Duration(j+1) * time.Minute)}
		if j == 0 {
			a.ResolvedAt = a.AnsweredAt.Add(10 * time.Minute)
		} else if a.Person == q.Answers[0].Person {
			break
		}
		q.Answers = append(q.Answers, a)
	}
	return q
}

// expertOn draws one of those who answer on a topic.
func (m *market) expertOn(topic int) access.PersonID {
	share := max(1, len(m.experts)/len(subjects))
	k := int(float64(share) * m.rand.Float64() * m.rand.Float64())
	return m.experts[(topic*share+k)%len(m.experts)]
}
