package question_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// planted is personal data by the surface that it is written on. Each text is
// "…{value}…": the braces are taken off before it is sent.
var planted = map[string][]string{
	"title": {"{Whitlow} here: call {+44 7700 900123}, my box is dead"},
	"body": {
		"My name is {Dana Whitlow}, mail {dana.whitlow@example.org} or {d_w+box@mail.example.co.uk}.",
		"My colleague Mr. {Oliver Hartmann} has it too. I am at {(212) 555-0187} or {+49 151 23456789}.",
		"Card {4111 1111 1111 1111}, or {5555-5555-5555-4444}. IBAN {DE89 3704 0044 0532 0130 00}.",
		"From {203.0.113.77} and {2001:db8:85a3::8a2e:370:7334}. I live at {221 Baker Street}, London.",
		"My social security number is {078-05-1120}. Kind regards, {Dana}",
	},
	"context": {
		"page: https://shop.example.com/orders?email={dana%40example.net}&token={eyJhbGciOiJIUzI1NiJ9.c2VjcmV0}",
		"customer: {dwhitlow@example.com}",
	},
	"tags":   {"{dana.w@example.org}", "{+1 415 555 2671}"},
	"say":    {"You can write to {whitlow at example dot net}, IBAN {GB82 WEST 1234 5698 7654 32}.", "I am {Dana}, on {192.0.2.146} now, phone {020 7946 0958}."},
	"answer": {"Dear {Dana}, I am called {Ayse Demir}; my own number is {+90 532 123 45 67}, mail {ayse.demir@example.org}."},
	"note":   {"They are {Dana Whitlow}, {+44 7700 900456}; card {3782 822463 10005}."},
	"reason": {"No. Ring {+44 20 7946 0991}, ask for {Whitlow}. IBAN {FR14 2004 1010 0505 0001 3M02 606}."},
}

// plain is the text as it is sent.
func plain(text string) string { return strings.NewReplacer("{", "", "}", "").Replace(text) }

// surface is everything written on one surface.
func surface(name string) string { return plain(strings.Join(planted[name], "\n")) }

// secrets lists the personal data of some surfaces.
func secrets(surfaces ...string) (list []string) {
	for _, name := range surfaces {
		for _, text := range planted[name] {
			for _, part := range strings.Split(text, "{")[1:] {
				value, _, _ := strings.Cut(part, "}")
				list = append(list, value)
			}
		}
	}
	return list
}

// hashed are the salt and the keyed hashes of a conversation's redaction, in which
// chance may write any four letters.
var hashed = regexp.MustCompile(`"[A-Za-z0-9+/]{22}(==)?"`)

// tells fails the test for every piece of personal data in text.
func (r *room) tells(where, text string, secrets []string) {
	r.t.Helper()
	text = hashed.ReplaceAllString(text, `"…"`)
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			r.t.Errorf("%s tells %q", where, secret)
		}
	}
}

// private is a question with personal data on every surface: handed back,
// answered, reopened and answered again.
func (r *room) private() *scene {
	r.t.Helper()
	q, err := r.Questions.Ask(r.Ctx(), r.dana, question.Ask{
		Program: r.Program.ID, Title: surface("title"), Body: surface("body"), Context: surface("context"),
		Tags: []string{plain(planted["tags"][0]), plain(planted["tags"][1]), "box"},
	})
	r.must("ask", err)
	r.RunDue()
	s := &scene{room: r, q: q.ID}
	a, err := r.Questions.Accept(r.Ctx(), r.first, s.offerTo(r.first))
	r.must("accept", err)
	r.must("say", r.Questions.Say(r.Ctx(), r.dana, q.ID, plain(planted["say"][0])))
	r.must("hand back", r.Questions.HandBack(r.Ctx(), r.first, a.ID, "other", surface("note")))
	r.RunDue()
	a, err = r.Questions.Accept(r.Ctx(), r.second, s.offerTo(r.second))
	r.must("accept", err)
	r.must("answer", r.Questions.Answer(r.Ctx(), r.second, a.ID, surface("answer")))
	r.must("say", r.Questions.Say(r.Ctx(), r.dana, q.ID, plain(planted["say"][1])))
	r.must("reopen", r.Questions.Reopen(r.Ctx(), r.dana, q.ID, surface("reason")))
	r.RunDue()
	return s
}

// Nobody but the customer reads personal data, wherever it was written.
func TestNobodyElseReadsPersonalData(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.private()
		all := secrets(slices.Collect(maps.Keys(planted))...)
		if len(all) < 30 {
			t.Fatalf("only %d are planted", len(all))
		}
		for where, read := range s.readers() {
			value, err := read()
			r.must("read "+where, err)
			text, err := json.Marshal(value)
			r.must("write "+where, err)
			r.tells(where, strings.ReplaceAll(string(text), `\u0026`, "&"), all)
		}
		r.work(s.q, r.rival)
		r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, s.q))
		r.After(30 * 24 * time.Hour)
		for _, line := range strings.Split(r.Snapshot(), "\n") { // all columns, jobs, events and evidence too
			table, _, _ := strings.Cut(line, ":")
			r.tells("table "+table, line, all)
		}
		for column, values := range r.sealed() {
			for _, value := range values {
				for _, secret := range all {
					if len(secret) > len("Dana") && bytes.Contains(value, []byte(secret)) { // bytes that look drawn may hold four letters
						t.Errorf("%s holds %q in clear", column, secret)
					}
				}
			}
		}
		own, err := r.Questions.ForCustomer(r.Ctx(), r.dana, s.q)
		r.must("read as the customer", err)
		text := own.Title + own.Context
		for _, turn := range own.Turns {
			text += turn.Text
		}
		for _, secret := range secrets("title", "body", "context", "say", "reason") {
			if !strings.Contains(text, secret) {
				t.Errorf("the customer does not find their own %q", secret)
			}
		}
		r.tells("the customer's view", text, []string{"Ayse Demir", "ayse.demir@example.org", "+90 532 123 45 67"})
	})
}

// readers are all ways in which experts and the brand read a question.
func (s *scene) readers() map[string]func() (any, error) {
	ctx, qs := s.Ctx(), s.Questions
	return map[string]func() (any, error){
		"the open offers":          func() (any, error) { return qs.OpenOffers(ctx, s.rival) },
		"the asked expert's view":  func() (any, error) { return qs.ForExpert(ctx, s.rival, s.q) },
		"the first expert's view":  func() (any, error) { return qs.ForExpert(ctx, s.first, s.q) },
		"the second expert's view": func() (any, error) { return qs.ForExpert(ctx, s.second, s.q) },
		"the first expert's turns": func() (any, error) { return qs.Mine(ctx, s.first, 10) },
		"the first expert's list":  func() (any, error) { return qs.MyTurns(ctx, s.first, nil, marketplace.Page{}) },
		"the brand's list": func() (any, error) {
			return qs.BrandQuestions(ctx, s.Agent, s.Brand, question.Filter{}, marketplace.Page{})
		},
		"the brand's summary":       func() (any, error) { return qs.BrandQuestion(ctx, s.Agent, s.Brand, s.q) },
		"the brand's offers":        func() (any, error) { return qs.BrandOffers(ctx, s.Owner, s.Brand, s.q) },
		"the expert's receipt":      func() (any, error) { return qs.ExpertReceipt(ctx, s.second, s.q) },
		"the brand's view":          func() (any, error) { return qs.ForBrand(ctx, s.Agent, s.Brand, s.q) },
		"the brand's receipt":       func() (any, error) { return qs.BrandReceipt(ctx, s.Owner, s.Brand, s.q) },
		"the decisions":             func() (any, error) { return qs.Decisions(ctx, s.Manager, s.Brand, s.q) },
		"the rooms above, messages": func() (any, error) { return inTx(s, question.MessagesTx) },
		"the rooms above, turns":    func() (any, error) { return inTx(s, question.AssignmentsTx) },
		"what matching is told": func() (changes any, err error) {
			s.read(func(tx *gorm.DB) error {
				changes, _, err = s.Experts.ChangesAfterTx(ctx, tx, s.Program.ID, expert.Cursor{})
				return err
			})
			return changes, err
		},
		"texts hidden for the rooms above": func() (any, error) {
			var hidden []string
			err := s.write(func(tx *gorm.DB) (err error) {
				q := s.load(s.q)
				hidden, err = qs.HideTx(ctx, tx, q, []string{surface("body"), surface("note")})
				return err
			})
			return hidden, err
		},
		"the preview": func() (any, error) {
			shown, err := qs.Preview(ctx, s.dana, surface("body"))
			return shown.Text, err
		},
	}
}

func inTx[T any](s *scene, list func(ctx context.Context, tx *gorm.DB, id question.ID) ([]T, error)) (rows []T, err error) {
	s.read(func(tx *gorm.DB) error {
		rows, err = list(s.Ctx(), tx, s.q)
		return err
	})
	return rows, err
}

// sealedColumns lists every column of the schema whose name ends in _sealed,
// as table.column, but those of persons.
func (r *room) sealedColumns() (columns []string) {
	r.t.Helper()
	list := `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.name LIKE '%!_sealed' ESCAPE '!'`
	if r.DB.Dialect == "postgres" {
		list = `SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = 'public' AND column_name LIKE '%!_sealed' ESCAPE '!'`
	}
	r.read(func(tx *gorm.DB) error { return tx.Raw(list).Scan(&columns).Error })
	columns = slices.DeleteFunc(columns, func(c string) bool { return !markettest.OfCustomers(c) })
	slices.Sort(columns)
	return columns
}

// sealed reads what stands in those columns.
func (r *room) sealed() map[string][][]byte {
	r.t.Helper()
	found := map[string][][]byte{}
	for _, column := range r.sealedColumns() {
		table, name, _ := strings.Cut(column, ".")
		r.read(func(tx *gorm.DB) error {
			var values [][]byte
			err := tx.Table(table).Where(fmt.Sprintf("length(%s) > 0", name)).Pluck(name, &values).Error
			found[column] = values
			return err
		})
	}
	return found
}

// Every room that keeps something sealed has an eraser for it.
func TestEverySealedColumnHasAnEraser(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		var registered []string
		for _, e := range r.Customers.Erasers() {
			registered = append(registered, e.Columns...)
		}
		slices.Sort(registered)
		if columns := r.sealedColumns(); !slices.Equal(columns, registered) {
			t.Errorf("sealed are %v, erased are %v", columns, registered)
		}
	})
}

// Erasing the customer empties everything that is theirs, in every state of
// their questions, and changes no sum of money but what an end pays.
func TestErasingACustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		eve := r.Customer("Eve Adams")
		kept := r.Ask(eve, "Mine stays")
		private := r.private()
		for _, state := range question.States {
			r.stage(state)
		}
		rewards := func() int64 { return r.count("rewards", "1 = 1") }
		before := rewards()
		r.must("erase", r.Customers.Erase(r.Ctx(), r.Manager, r.Brand, r.dana.Customer))
		if got := rewards() - before; got != 1 { // the one answered question's
			t.Errorf("%d rewards came of it, want 1", got)
		}
		for column, values := range r.sealed() {
			want := map[string]int{"customers.name_sealed": 1, "identities.handle_sealed": 1, "questions.title_sealed": 1, "questions.context_sealed": 1, "messages.body_sealed": 1}[column]
			if len(values) != want {
				t.Errorf("%s: %d values are left, want %d of the other customer", column, len(values), want)
			}
		}
		theirs := "customer_id = ? AND (title <> '' OR body <> '' OR context <> '' OR tags <> '[]' OR reference IS NOT NULL OR redaction <> '{}')"
		if n := r.count("questions", theirs, r.dana.Customer); n > 0 {
			t.Errorf("%d questions still say something", n)
		}
		if n := r.count("questions", "customer_id = ? AND state NOT IN ('resolved', 'withdrawn')", r.dana.Customer); n > 0 {
			t.Errorf("%d questions are still open", n)
		}
		if n := r.count("past_questions", "id <> ? AND (title <> '' OR body <> '')", kept.ID); n > 0 {
			t.Errorf("matching remembers %d of them", n)
		}
		for _, line := range strings.Split(r.Snapshot(), "\n") {
			r.tells("the database", line, []string{"blurry", "another cable", "Hold the power button", "[name 1]"})
		}
		if c, err := r.Questions.ForCustomer(r.Ctx(), eve, kept.ID); err != nil || c.Title != "Mine stays" {
			t.Errorf("the other customer reads %+v, %v", c, err)
		}
		r.erasedAreNobody(private.q)
		r.liveOn(r.funded)
		r.totalsAgree()
		r.Balanced()
	})
}

// erasedAreNobody fails the test when the erased customer can still act.
func (r *room) erasedAreNobody(id question.ID) {
	r.t.Helper()
	dbtest.Unchanged(r.t.(*testing.T), r.DB, func() {
		for name, do := range customerDeeds {
			if got := verdict(do(r, r.dana, id)); got != "none" && name != "read" && name != "receipt" {
				r.t.Errorf("the erased customer may %s: %s", name, got)
			}
		}
		if _, err := r.Questions.Ask(r.Ctx(), r.dana, question.Ask{Program: r.Program.ID, Title: "Me again"}); verdict(err) != "none" {
			r.t.Errorf("the erased customer may ask: %v", err)
		}
	})
	if c, err := r.Questions.ForBrand(r.Ctx(), r.Agent, r.Brand, id); err != nil || c.Title != "" || len(c.Turns) == 0 || c.Turns[0].Text != "" {
		r.t.Errorf("the brand reads %+v, %v", c, err)
	}
	if _, err := r.Questions.BrandReceipt(r.Ctx(), r.Owner, r.Brand, id); err != nil {
		r.t.Errorf("the receipt is gone: %v", err)
	}
}

// totalsAgree compares the sums of all rewards with what the experts were told.
func (r *room) totalsAgree() {
	r.t.Helper()
	r.read(func(tx *gorm.DB) error {
		totals, err := payouts.TotalsTx(r.Ctx(), tx)
		if err != nil || len(totals) != 1 || totals[0].Pending != 0 {
			r.t.Errorf("totals %+v, %v", totals, err)
			return err
		}
		var earned int64
		for _, e := range []access.Caller{r.first, r.second, r.rival} {
			list, err := payouts.EarningsOf(r.Ctx(), tx, [16]byte(e.Person))
			if err != nil {
				return err
			}
			for _, e := range list {
				earned += e.Pending + e.Available
			}
		}
		if earned != totals[0].Released {
			r.t.Errorf("%d was released, the experts have %d", totals[0].Released, earned)
		}
		return nil
	})
}
