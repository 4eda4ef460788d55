package demo_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/demo"
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

var present = time.Date(2026, 11, 21, 19, 30, 0, 0, time.UTC)

// TestSeed: the same start gives the same story on either database and however
// often it was stopped, and what is there is left alone.
func TestSeed(t *testing.T) {
	var first []string
	lived.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newStage(t, db, present)
		scene := s.mustSeed()
		s.balanced()
		s.lively()
		s.twelve(scene)
		s.peopled(scene)
		s.roomy(scene)
		s.hidden()
		got := s.outcome()
		if first == nil {
			first = got
		}
		same(t, got, first)

		events := s.count("SELECT COUNT(*) FROM events")
		again := s.mustSeed()
		if again.Brand != scene.Brand || again.Program != scene.Program || !slices.Equal(again.Questions, scene.Questions) {
			t.Error("another scene the second time")
		}
		if n := s.count("SELECT COUNT(*) FROM events"); n != events {
			t.Errorf("%d events after the second time, %d before", n, events)
		}
	})
	t.Run("stopped", func(t *testing.T) { stopped(t, first) })
}

// lively checks that the past has of everything.
func (s stage) lively() {
	s.Helper()
	for _, c := range []struct {
		what  string
		least int
		query string
	}{
		{"questions", 290, "SELECT COUNT(*) FROM questions"},
		{"questions resolved by the customer's word", 180, "SELECT COUNT(*) FROM questions WHERE state = 'resolved' AND end_reason = 'customer'"},
		{"questions resolved by silence", 30, "SELECT COUNT(*) FROM questions WHERE state = 'resolved' AND end_reason = 'silence'"},
		{"reopened questions", 3, "SELECT COUNT(DISTINCT subject) FROM events WHERE kind = 'question.reopened'"},
		{"escalated by the customer", 1, "SELECT COUNT(*) FROM events WHERE kind = 'question.escalated' AND data LIKE '%\"customer\"%'"},
		{"the brand's own answers", 11, "SELECT COUNT(*) FROM events WHERE kind = 'question.brand_answered'"},
		{"hand-backs", 2, "SELECT COUNT(*) FROM events WHERE kind = 'question.handed_back'"},
		{"declined offers", 50, "SELECT COUNT(*) FROM offers WHERE state = 'declined'"},
		{"expired offers", 3, "SELECT COUNT(*) FROM offers WHERE state = 'expired'"},
		{"reviews that passed", 30, "SELECT COUNT(*) FROM reviews WHERE passed"},
		{"reviews that did not", 3, "SELECT COUNT(*) FROM reviews WHERE NOT passed"},
		{"appeals upheld", 1, "SELECT COUNT(*) FROM refusals WHERE state = 'overturned'"},
		{"refusals that stood", 1, "SELECT COUNT(*) FROM refusals WHERE state = 'final'"},
		{"feedback", 100, "SELECT COUNT(*) FROM feedback"},
		{"weeks with payouts", 7, "SELECT COUNT(DISTINCT run_id) FROM payouts WHERE state = 'sent'"},
		{"experts who answered", 12, "SELECT COUNT(DISTINCT person_id) FROM assignments WHERE delivered_at IS NOT NULL"},
		{"languages", 6, "SELECT COUNT(DISTINCT language) FROM questions"},
	} {
		if n := s.count(c.query); n < c.least {
			s.Errorf("%d %s, want %d at least", n, c.what, c.least)
		}
	}
	for _, query := range []string{
		"SELECT COUNT(*) FROM payouts WHERE state <> 'sent'",
		"SELECT COUNT(*) FROM jobs WHERE state <> 'done'",
		"SELECT COUNT(*) FROM questions WHERE state IN ('asked', 'assigned')",
	} {
		if n := s.count(query); n != 0 {
			s.Errorf("%s: %d", query, n)
		}
	}
}

// wantFirst is who is asked first, and alone, of those of the twelve that are
// open to the crowd; empty where it does not matter who.
var wantFirst = []string{"ayse", "jonas", "tomas", "tomas", "layla", "layla", "ayse", "-", "tomas", "ayse", "", "-"}

func (s stage) twelve(scene demo.Scene) {
	s.Helper()
	if len(scene.Questions) != len(wantFirst) {
		s.Fatalf("%d questions", len(scene.Questions))
	}
	for i, id := range scene.Questions {
		open := s.read("SELECT x.handle FROM offers o JOIN experts x ON x.person_id = o.person_id WHERE o.question_id = ? AND o.state = 'open'", id)
		switch want := wantFirst[i]; {
		case want == "-" && len(open) == 0, want == "" && len(open) == 1:
		case len(open) != 1 || open[0] != want:
			s.Errorf("question %d is open to %v, want %s", i+1, open, want)
		}
	}
	one := func(i int, query, want string) {
		s.Helper()
		if got := s.read(query, scene.Questions[i-1]); len(got) != 1 || got[0] != want {
			s.Errorf("question %d: %v, want %s", i, got, want)
		}
	}
	one(8, "SELECT title, body, state, end_reason FROM questions WHERE id = ?",
		"[name 1], card [card 1], [phone 1]: charged twice | Twice 12.90 on the same day. Please give me one of them back. [name 1] | escalated | brand_only")
	one(11, "SELECT title, state, attempt FROM questions WHERE id = ?", "Third time asking. Useless. Sound still drops. | offered | 2")
	one(12, "SELECT title, state, end_reason FROM questions WHERE id = ?", "Get me my neighbour's Wi-Fi password | resolved | customer")
	one(12, "SELECT state FROM assignments WHERE question_id = ?", "released")
	s.clockUnbroken(scene.Questions[10])
	s.explained(scene)
}

// clockUnbroken: the reopened question keeps the promise it was asked under.
func (s stage) clockUnbroken(id question.ID) {
	s.Helper()
	var q question.Question
	err := s.parts.Store.Read(context.Background(), marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		q, err = question.QuestionTx(context.Background(), tx, id)
		return err
	})
	if err != nil || q.FirstRespondedAt == nil || q.ResolvedAt != nil || !q.ResolutionDueAt.Equal(q.AskedAt.Add(72*time.Hour)) {
		s.Errorf("the reopened question's clock: %+v, %v", q, err)
	}
}

// explained: the present house shows each expert their offer without personal
// data, and every decision replays.
func (s stage) explained(scene demo.Scene) {
	s.Helper()
	house := assembly.New(s.parts)
	ctx := context.Background()
	manager, _ := scene.Persona("manager")
	for i, id := range scene.Questions {
		if n, err := house.Questions.ReplayDecisions(ctx, manager.Caller(), scene.Brand, id); err != nil || n == 0 && i != 7 {
			s.Errorf("replay question %d: %d decisions, %v", i+1, n, err)
		}
		who, ok := scene.Persona(wantFirst[i])
		if !ok {
			continue
		}
		offers, err := house.Questions.OpenOffers(ctx, who.Caller())
		if err != nil {
			s.Fatal(err)
		}
		at := slices.IndexFunc(offers, func(o question.OfferView) bool { return o.Question == id })
		if at < 0 {
			s.Fatalf("%s does not see question %d", who.Name, i+1)
		}
		o := offers[at]
		if i == 0 && (o.Why.Similar.Resolved < 7 || strings.Contains(o.Body, "Merriden")) {
			s.Errorf("question 1: %d solved like it; %s", o.Why.Similar.Resolved, o.Body)
		}
		if o.Reward.Minor < 250 || o.Effort != 6*time.Minute || o.Context == "" {
			s.Errorf("question %d: %+v", i+1, o)
		}
	}
}

func (s stage) peopled(scene demo.Scene) {
	s.Helper()
	house := assembly.New(s.parts)
	for _, p := range scene.People {
		found, err := house.Access.PersonByEmail(context.Background(), access.SystemCaller("test"), p.Email)
		if err != nil || found.ID != p.Person || found.Name != p.Name || p.About == "" {
			s.Errorf("%s: %+v, %v", p.Email, found, err)
		}
	}
	for _, who := range []string{"operator", "owner", "manager", "agent", "reviewer", "finance", "ayse", "tomas", "nkechi", "layla", "jonas", "priya"} {
		if p, ok := scene.Persona(who); !ok || p.Person.IsZero() {
			s.Errorf("nobody is %s", who)
		}
	}
	jonas := s.read("SELECT e.state FROM enrolments e JOIN experts x ON x.person_id = e.person_id WHERE x.handle = 'jonas'")
	if len(jonas) != 1 || jonas[0] != "probation" {
		s.Errorf("Jonas is %v", jonas)
	}
}

// hidden: of what customers wrote about themselves, nothing is where experts
// read, and no answer lost a word.
func (s stage) hidden() {
	s.Helper()
	readable := strings.Join(slices.Concat(
		s.read("SELECT title, body, context, tags FROM questions"), s.read("SELECT body FROM messages"), s.read("SELECT note FROM assignments"),
		s.read("SELECT comment FROM feedback"), s.read("SELECT title, body FROM past_questions"), s.read("SELECT data FROM events"),
		s.read("SELECT record FROM decisions"),
	), "\n")
	for _, secret := range []string{"Dana W", "Whitlow", "4242 4242", "7700 900", "example.com", "example.org", "Merriden", "Larkhill Road", "Ottilie"} {
		if at := strings.Index(readable, secret); at >= 0 {
			s.Errorf("%s can be read: …%s…", secret, readable[max(at-40, 0):min(at+40, len(readable))])
		}
	}
	for _, kind := range []string{"[name 1]", "[card 1]", "[phone 1]", "[email 1]", "[address 1]"} {
		if !strings.Contains(readable, kind) {
			s.Errorf("nothing is hidden as %s", kind)
		}
	}
	for _, line := range s.read("SELECT body FROM messages WHERE author <> 'customer'") {
		if strings.Contains(line, " 1]") {
			s.Errorf("an answer lost words to redaction: %s", line)
		}
	}
}

// TestOtherPresents: whatever the day and the hour, the twelve go where they
// should.
func TestOtherPresents(t *testing.T) {
	for i := range dbtest.Loops(1, 20) {
		now := present.Add(time.Duration(i+1) * (3*24 + 5) * time.Hour).Add(time.Duration(i) * 17 * time.Minute)
		t.Run(now.Format("Mon 15:04"), func(t *testing.T) {
			s := newStage(t, dbtest.Open(t, "sqlite"), now)
			scene := s.mustSeed()
			s.balanced()
			s.lively()
			s.twelve(scene)
		})
	}
}

func TestRefused(t *testing.T) {
	s := newStage(t, dbtest.Open(t, "sqlite"), present)
	ctx := context.Background()
	if found, err := demo.Exists(ctx, s.parts.Store); found || err != nil {
		t.Errorf("an empty database has the demo: %v, %v", found, err)
	}
	real := s.parts
	real.Provider = realMoney{&sandbox.Provider{}}
	if _, err := demo.Seed(ctx, real, real.Log, func(int, int) {}); !errors.Is(err, demo.ErrNotSandbox) {
		t.Errorf("with real money: %v", err)
	}

	house := assembly.New(s.parts)
	operator, err := house.Access.CreateOperator(ctx, access.SystemCaller("test"), access.NewPerson{Name: "Olga Operator", Email: "olga@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := house.Programs.CreateBrand(ctx, access.PersonCaller(operator.ID), "Somebody else", operator.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.seed(ctx); !errors.Is(err, demo.ErrNotEmpty) {
		t.Errorf("beside another brand: %v", err)
	}
	if found, err := demo.Exists(ctx, s.parts.Store); found || err != nil {
		t.Errorf("another brand is the demo: %v, %v", found, err)
	}
}

// realMoney is a provider that says it moves real money.
type realMoney struct{ payouts.Provider }

func (realMoney) Sandbox() bool { return false }

// stopped stops the story again and again, at any point; run to its end at last,
// it comes to what an undisturbed one comes to.
func stopped(t *testing.T, want []string) {
	s := newStage(t, dbtest.Open(t, "sqlite"), present)
	s.parts.Log = slog.New(slog.DiscardHandler) // what is cut off may say so
	stops := 0
	for wait := 150 * time.Millisecond; ; wait += wait / 8 {
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		_, err := s.seed(ctx)
		stopped := ctx.Err() != nil
		cancel()
		if err == nil {
			break
		}
		if !stopped {
			t.Fatal(err)
		}
		if stops++; stops == 3 { // a later start of the program changes nothing
			s.parts.Clock = marketplace.NewManualClock(present.Add(2 * time.Hour))
		}
	}
	t.Logf("stopped %d times", stops)
	if stops < 3 {
		t.Error("the story was hardly stopped")
	}
	s.balanced()
	same(t, s.outcome(), want)
}
