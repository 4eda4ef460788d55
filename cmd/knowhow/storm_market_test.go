package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
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
	"knowhow/web/token"
)

// stormMarket is the market of a storm, filled through the services before the
// processes start.
type stormMarket struct {
	*assembly.House
	t       *testing.T
	keyFile string
	tokens  *token.Issuer

	brand                            marketplace.BrandID
	program                          program.ID
	operator, owner, reviewer, agent access.Caller
	key                              access.Caller
	secret                           string // the key's
	experts, customers               []access.Caller
}

// stormTopics are topics and the words of those who ask about them.
var stormTopics = map[string]string{
	"network": "wifi router signal drops ethernet mesh channel reconnect range antenna",
	"picture": "blurry screen contrast flicker brightness pixels sharpness cable panel dark",
	"sound":   "volume speaker crackle silent stereo delay bass headphones mute mono",
	"remote":  "buttons pairing batteries infrared pointer click unresponsive voice menu shortcut",
	"billing": "invoice charged twice refund card receipt renewal tax currency declined",
}

var stormSlugs = []string{"network", "picture", "sound", "remote", "billing"}

// stormText is n words about a topic.
func stormText(slug string, n int) string {
	words, text := strings.Fields(stormTopics[slug]), make([]string, n)
	for i := range text {
		text[i] = words[rand.IntN(len(words))]
	}
	return strings.Join(text, " ")
}

const (
	stormExperts   = 30
	stormCustomers = 24
	stormPast      = 200
)

func newStormMarket(t *testing.T, databaseURL string) *stormMarket {
	t.Helper()
	m := &stormMarket{t: t, keyFile: filepath.Join(t.TempDir(), "keys")}
	keys, err := redact.LoadOrCreateKeyFile(m.keyFile)
	m.must("make keys", err)
	db, err := sqldb.Open(t.Context(), databaseURL)
	m.must("open the database", err)
	t.Cleanup(func() { _ = db.Close() })
	parts, _, err := house.Parts(t.Context(), db, keys, slog.New(slog.NewTextHandler(t.Output(), nil)))
	m.must("build the house", err)
	base, err := url.Parse(stormBase)
	m.must("read the base URL", err)
	parts.Base = base
	m.House, m.tokens = assembly.New(parts), token.NewIssuer(keys, stormBase, parts.Clock)
	m.open()
	m.launch()
	m.populate()
	m.remember()
	_, err = m.Queue.RunDue(t.Context())
	m.must("work off what was left", err)
	m.hurry()
	return m
}

func (m *stormMarket) must(doing string, err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatalf("%s: %v", doing, err)
	}
}

// token is what c shows of themselves, good from now on for as long as tokens
// are.
func (m *stormMarket) token(c access.Caller) string {
	if c.Kind == access.KindKey {
		return m.secret
	}
	text, _, err := m.tokens.Issue(token.Grant{Caller: c})
	if err != nil {
		m.t.Errorf("issue a token: %v", err)
	}
	return text
}

// open makes the brand with its people and a key.
func (m *stormMarket) open() {
	ctx := m.t.Context()
	operator, err := m.Access.CreateOperator(ctx, access.SystemCaller("storm"), access.NewPerson{Name: "Otto", Email: "operator@storm.example"})
	m.must("create the operator", err)
	m.operator = access.PersonCaller(operator.ID)
	people, err := m.Access.CreatePersons(ctx, m.operator, []access.NewPerson{
		{Name: "Olga", Email: "owner@storm.example"}, {Name: "Rico", Email: "reviewer@storm.example"}, {Name: "Anna", Email: "agent@storm.example"},
	})
	m.must("create the brand's people", err)
	m.owner, m.reviewer, m.agent = access.PersonCaller(people[0].ID), access.PersonCaller(people[1].ID), access.PersonCaller(people[2].ID)
	b, err := m.Programs.CreateBrand(ctx, m.operator, "Storm", m.owner.Person)
	m.must("create the brand", err)
	m.brand = b.ID
	m.must("add the reviewer", m.Access.AddMember(ctx, m.owner, m.brand, m.reviewer.Person, access.Reviewer))
	m.must("add the agent", m.Access.AddMember(ctx, m.owner, m.brand, m.agent.Person, access.Agent))
	key, secret, err := m.Access.CreateKey(ctx, m.owner, m.brand, access.NewKey{Name: "the brand's own", Scopes: []access.Scope{access.QuestionsRead}})
	m.must("create a key", err)
	m.key, m.secret = access.KeyCaller(m.brand, key.ID), secret
}

// launch makes a program with plenty of money live.
func (m *stormMarket) launch() {
	ctx, money := m.t.Context(), payouts.Money{Minor: 10_000_000_00, Currency: "EUR"}
	policies := program.DefaultPolicies()
	policies.Reward.BaseMinor = 12_00 // more than the least that is paid out
	p, err := m.Programs.CreateProgram(ctx, m.owner, m.brand, program.NewProgram{
		Name: "Storm", Currency: "EUR", Languages: []string{"en"}, Policies: policies, RolloutShareBP: 10_000,
	})
	m.must("create the program", err)
	m.program = p.ID
	for _, slug := range stormSlugs {
		_, err := m.Programs.AddTopic(ctx, m.owner, m.program, program.NewTopic{Slug: slug, Name: slug, Mode: program.Crowd})
		m.must("add a topic", err)
	}
	m.must("fund the brand", m.Programs.Fund(ctx, m.owner, m.program, money, "storm"))
	m.must("allocate the budget", m.Programs.AllocateBudget(ctx, m.owner, m.program, money, "storm"))
	m.must("launch the program", m.Programs.Launch(ctx, m.owner, m.program))
}

// populate makes experts, and customers, of whom every other can be written to.
func (m *stormMarket) populate() {
	ctx, news := m.t.Context(), make([]access.NewPerson, stormExperts)
	for i := range news {
		news[i] = access.NewPerson{Name: fmt.Sprintf("Expert %d", i), Email: fmt.Sprintf("expert-%d@storm.example", i)}
	}
	people, err := m.Access.CreatePersons(ctx, m.operator, news)
	m.must("create the experts", err)
	for i, p := range people {
		profile := expert.Profile{Handle: fmt.Sprintf("expert-%d", i), Languages: []string{"en"}, Capacity: 20}
		_, err := m.Experts.Register(ctx, access.PersonCaller(p.ID), profile)
		m.must("register an expert", err)
		_, err = m.Payouts.EnsureAccount(ctx, uuid.UUID(p.ID))
		m.must("open an account", err)
		_, err = m.Admission.EnrolExperienced(ctx, m.owner, m.program, p.ID, "the storm's")
		m.must("enrol an expert", err)
		m.experts = append(m.experts, access.PersonCaller(p.ID))
	}
	for i := range stormCustomers {
		contact := customer.Contact{Channel: customer.External, Handle: fmt.Sprintf("customer-%d", i), Name: "Dana Whitlow", Locale: "en"}
		if i%2 == 0 {
			contact.Channel, contact.Handle = customer.Email, contact.Handle+"@storm.example"
		}
		c, err := m.Customers.Identify(ctx, m.owner, m.brand, contact)
		m.must("identify a customer", err)
		m.customers = append(m.customers, access.CustomerCaller(m.brand, c.ID))
	}
}

// remember imports the past, in which each topic has some experts of its own.
func (m *stormMarket) remember() {
	now, share := m.Clock.Now(), stormExperts/len(stormSlugs)
	past := make([]expert.ImportQuestion, stormPast)
	for i := range past {
		topic, at := i%len(stormSlugs), now.Add(-time.Duration(stormPast-i)*time.Hour)
		past[i] = expert.ImportQuestion{Reference: fmt.Sprintf("past-%d", i), PastQuestion: expert.PastQuestion{
			Title: stormText(stormSlugs[topic], 6), Body: stormText(stormSlugs[topic], 20), Tags: []string{stormSlugs[topic]},
			Topic: stormSlugs[topic], AskedAt: at,
		}, Answers: []expert.Evidence{{
			Person: m.experts[topic*share+rand.IntN(share)].Person, AnsweredAt: at.Add(time.Minute), ResolvedAt: at.Add(10 * time.Minute),
		}}}
	}
	_, err := m.Experts.Import(m.t.Context(), m.owner, m.program, past)
	m.must("import the past", err)
}

// hurry makes every deadline of the program a matter of seconds, which no brand
// could ask for: it is written past the service.
func (m *stormMarket) hurry() {
	p := program.DefaultPolicies()
	p.Reward.BaseMinor = 12_00
	p.SLA = program.SLAPolicy{FirstResponse: 6 * time.Second, Resolution: 15 * time.Second, NudgeAfter: 4 * time.Second, AutoResolveAfter: 8 * time.Second}
	p.Routing = program.RoutingPolicy{WaveSizes: []int{2, 3}, OfferTTL: 3 * time.Second, MaxExperts: 8, DeliverWithin: 5 * time.Second}
	p.Review.SampleBP, p.Review.ReleaseAfter = 5000, 6*time.Second
	text, err := json.Marshal(p)
	m.must("write the policies", err)
	m.change("UPDATE programs SET policies = ?::jsonb", string(text))
}

// change writes past the services, and tells how many rows.
func (m *stormMarket) change(statement string, args ...any) (rows int64) {
	err := m.Store.InTx(m.t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		res := tx.Exec(statement, args...)
		rows = res.RowsAffected
		return res.Error
	})
	if err != nil && m.t.Context().Err() == nil {
		m.t.Errorf("%s: %v", statement, err)
	}
	return rows
}

// lapse has leases end after 15 seconds, and tells how many it ended: who works
// on something is quick, and what a killed process had in hand shall go on while
// the storm does.
func (m *stormMarket) lapse() int64 {
	return m.change("UPDATE jobs SET lease_until = now() WHERE state = 'running' AND lease_until > now() AND lease_until < now() + interval '105 seconds'") +
		m.change("UPDATE payouts SET lease_until = now() WHERE state = 'sending' AND lease_until > now() AND lease_until < now() + interval '285 seconds'")
}

// working reports whether some process has a job or a payout in hand.
func (m *stormMarket) working() (working bool) {
	err := m.Store.Read(m.t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'running')
			OR EXISTS (SELECT 1 FROM payouts WHERE state = 'sending')`).Row().Scan(&working)
	})
	if err != nil && m.t.Context().Err() == nil {
		m.t.Errorf("look for work: %v", err)
	}
	return working
}
