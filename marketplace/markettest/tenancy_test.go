package markettest_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/marketplace/training"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// global are the tables that name a brand and are not one brand's: jobs are
// the machinery's, as are its timetable, its watch for mails and experts' hours, and money is the platform's books, which
// no tenant's query reads. Every other table with a brand_id is a tenant's.
var global = []string{
	"bonuses", "credit_limits", "disputes", "exchanges", "expert_schedules", "holds", "jobs", "mail_watch", "payout_facts", "rewards", "take_backs", "timetable",
}

// tenantTables reads from PostgreSQL's catalogue which tables name a brand.
func tenantTables(t *testing.T, db *sqldb.DB) (tables []string) {
	t.Helper()
	err := db.Read.Raw(`SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'brand_id'
		AND NOT a.attisdropped ORDER BY c.relname`).Scan(&tables).Error
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range global {
		if !slices.Contains(tables, name) {
			t.Errorf("the global table %s names no brand", name)
		}
	}
	return slices.DeleteFunc(tables, func(name string) bool { return slices.Contains(global, name) })
}

// Every tenant's table has the one policy, and it holds for the table's owner
// too; the tests' role is one that policies bind.
func TestEveryTenantTableHasItsPolicy(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	var exempt bool
	err := db.Read.Raw("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").Scan(&exempt).Error
	if err != nil || exempt {
		t.Fatalf("the tests' role is exempt from row-level security: %v, %v", exempt, err)
	}
	for _, table := range append(tenantTables(t, db), "brands") {
		var on struct{ Enabled, Forced bool }
		var policies []struct {
			Cmd, Permissive, Roles, Qual string
			WithCheck                    *string
		}
		err := db.Read.Raw("SELECT relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class WHERE oid = ?::regclass", table).
			Scan(&on).Error
		if err != nil || !on.Enabled || !on.Forced {
			t.Errorf("%s: row-level security %+v, %v", table, on, err)
		}
		err = db.Read.Raw("SELECT cmd, permissive, roles::text, qual, with_check FROM pg_policies WHERE tablename = ?", table).
			Scan(&policies).Error
		column := map[bool]string{true: "id", false: "brand_id"}[table == "brands"]
		if err != nil || len(policies) != 1 {
			t.Errorf("%s: policies %+v, %v; want one", table, policies, err)
		} else if p := policies[0]; p.Cmd != "ALL" || p.Roles != "{public}" || p.Qual != "knowhow_sees("+column+")" || p.WithCheck != nil {
			t.Errorf("%s: policy %+v", table, p)
		}
	}
}

// A transaction that names no brand sees no row of any tenant's table, another
// brand's sees none of ours, and neither can change or take one.
func TestNobodyReachesAnotherTenantsRows(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	m := markettest.New(t, db)
	other := m.Neighbour()
	fill(t, m)
	for _, table := range tenantTables(t, db) {
		rows := func(tx *gorm.DB) (n int) {
			if err := tx.Raw("SELECT COUNT(*) FROM "+table+" WHERE brand_id = ?", m.Brand).Row().Scan(&n); err != nil {
				t.Errorf("count %s: %v", table, err)
			}
			return n
		}
		in := func(brand marketplace.BrandID, do func(tx *gorm.DB)) {
			if err := m.Store.InTx(t.Context(), brand, func(tx *gorm.DB) error { do(tx); return nil }); err != nil {
				t.Errorf("%s as %s: %v", table, brand, err)
			}
		}
		in(m.Brand, func(tx *gorm.DB) {
			if rows(tx) == 0 {
				t.Errorf("%s holds nothing of ours, so this proves nothing", table)
			}
		})
		if n := rows(db.Read); n != 0 {
			t.Errorf("without a brand %d rows of %s are seen", n, table)
		}
		in(other.Brand, func(tx *gorm.DB) {
			if n := rows(tx); n != 0 {
				t.Errorf("another brand sees %d rows of %s", n, table)
			}
			for _, change := range []string{"UPDATE " + table + " SET brand_id = brand_id", "DELETE FROM " + table} {
				if done := tx.Exec(change+" WHERE brand_id = ?", m.Brand); done.Error != nil || done.RowsAffected != 0 {
					t.Errorf("%s as another brand: %d rows, %v", change, done.RowsAffected, done.Error)
				}
			}
		})
		err := m.Store.InTx(t.Context(), m.Brand, func(tx *gorm.DB) error {
			return tx.Exec("UPDATE "+table+" SET brand_id = ?", other.Brand).Error
		})
		if err == nil {
			t.Errorf("our rows of %s could be given to another brand", table)
		}
	}
}

// fill brings a row into every tenant's table, by the services alone.
func fill(t *testing.T, m *markettest.Market) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	applicant := access.PersonCaller(m.Person("Apple Cant"))
	item := training.QuizItem{Question: "?", Options: []string{"a", "b"}}
	_, err := m.Training.PublishQuiz(ctx, m.Manager, training.QuizRef{Program: m.Program.ID}, training.NewQuiz{Items: []training.QuizItem{item}, PassMark: 1})
	must(err)
	_, err = m.Training.PublishTerms(ctx, m.Manager, m.Program.ID, training.NewTerms{Text: "Be honest."})
	must(err)
	_, err = m.Experts.Register(ctx, applicant, expert.Profile{Handle: "apple", Languages: []string{"en"}})
	must(err)
	_, err = m.Admission.Apply(ctx, applicant, m.Program.ID, admission.Application{Motivation: "me"})
	must(err)
	must(m.Training.AcceptTerms(ctx, applicant, m.Program.ID, 1, "en"))
	_, err = m.Training.TakeQuiz(ctx, applicant, training.QuizRef{Program: m.Program.ID}, 1, []int{0})
	must(err)

	fillOnboarding(t, m, applicant)
	fillSessions(t, m)
	fillPayments(t, m)
	fillJudged(t, m)

	policies := m.Program.Policies
	policies.Review.SampleBP, policies.Reward.ReviewMinor = 10_000, 40
	must(m.Programs.SetPolicies(ctx, m.Owner, m.Program.ID, policies))
	fillPeers(t, m)
	first, dana := m.Expert("first"), m.Customer("Dana Whitlow")
	_, err = m.Customers.GiveConsent(ctx, dana, m.Brand, dana.Customer, "research", "v1")
	must(err)
	q := m.Ask(dana, "My box is dead")
	a := m.Accept(first)
	must(m.Questions.Say(ctx, dana, q.ID, "Look.", m.Upload(dana)))
	_, err = m.Questions.ReadTo(ctx, dana, q.ID, 1)
	must(err)
	m.Answer(first, a)
	must(m.Questions.Resolve(ctx, dana, q.ID))
	_, err = m.Questions.Thank(ctx, m.Manager, m.Brand, q.ID, 1, 50, "Well done.")
	must(err)
	must(m.Quality.Give(ctx, dana, q.ID, quality.Feedback{Solved: true, CSAT: 5}))
	_, err = m.Questions.ShareOwn(ctx, dana, q.ID, "v1")
	must(err)
	fillMail(t, m)
	fillWeights(t, m, first)
	fillInvited(t, m)
	fillVoice(t, m, first)
	fillGiven(t, m)
	m.RunDue()
	_, err = m.Quality.Refuse(ctx, m.Manager, m.Brand, a.ID, quality.RefuseNoAnswer, "It says nothing.")
	must(err)
	m.RunDue()
}

// fillOnboarding brings rows into the tables of what an applicant reads and
// practises.
func fillOnboarding(t *testing.T, m *markettest.Market, applicant access.Caller) {
	t.Helper()
	ctx, id := t.Context(), m.Program.ID
	_, err1 := m.Training.PublishTerms(ctx, m.Manager, id, training.NewTerms{Text: "Be honest.", Translations: map[string]string{"de": "Sei ehrlich."}})
	card, err2 := m.Training.AddCard(ctx, m.Manager, id, training.NewCard{Title: "The box", Text: "It is a box."})
	err3 := m.Training.ReadCard(ctx, applicant, id, card.ID)
	task, err4 := m.Training.AddPracticeTask(ctx, m.Manager, id, "What is a box?", "")
	_, err5 := m.Training.AnswerPractice(ctx, applicant, id, task.ID, "A box.")
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
}

// fillPeers has a peer who is asked to judge what is earned from now on, and
// gold to judge them by.
func fillPeers(t *testing.T, m *markettest.Market) {
	t.Helper()
	peer := m.Expert("peer")
	err1 := m.Experts.SetAvailability(t.Context(), peer, false)
	err2 := m.Quality.SetReviewing(t.Context(), peer, m.Program.ID, true)
	_, err3 := m.Quality.AddGold(t.Context(), m.Manager, m.Program.ID, quality.GoldText{
		Title: "The lamp blinks", Question: "Why?", Answer: "Its filter is full.", Language: "en", Because: "So it is.",
	})
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
}

// fillSessions brings rows into the tables by which people and customers come
// in.
func fillSessions(t *testing.T, m *markettest.Market) {
	t.Helper()
	ctx := t.Context()
	_, _, err1 := m.Access.CreateKey(ctx, m.Owner, m.Brand, access.NewKey{Name: "shop", Scopes: access.Scopes})
	_, err2 := m.SignIn.Invite(ctx, m.Owner, m.Brand, "invited@example.com", access.Viewer)
	started, err3 := m.Customers.StartDevice(ctx, m.Brand, "en")
	_, err4 := m.Customers.NewResumeLink(ctx, started.Caller())
	key, secret, err5 := m.Customers.CreateIdentityKey(ctx, m.Owner, m.Brand, "shop")
	now := m.Clock.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Subject: "c-17", Audience: jwt.ClaimStrings{customer.Audience(m.Brand)}, ID: "once",
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(time.Minute)),
	})
	token.Header["kid"] = key.ID.String()
	text, err6 := token.SignedString([]byte(secret))
	_, err7 := m.Customers.IdentifyByToken(ctx, m.Brand, text)
	_, err8 := m.Questions.Ask(ctx, started.Caller(), question.Ask{Program: m.Program.ID, Title: "My box is dead", Topic: "billing"})
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8); err != nil {
		t.Fatal(err)
	}
}

// fillWeights imports enough for a program to have weights of its own.
func fillWeights(t *testing.T, m *markettest.Market, resolver access.Caller) {
	t.Helper()
	list := make([]expert.ImportQuestion, 50)
	for i := range list {
		at := m.Clock.Now().Add(-time.Duration(i+1) * time.Hour)
		list[i] = expert.ImportQuestion{
			Reference: fmt.Sprint("past-", i), PastQuestion: expert.PastQuestion{Title: "My box is dead", AskedAt: at},
			Answers: []expert.Evidence{{Person: resolver.Person, AnsweredAt: at, ResolvedAt: at}},
		}
	}
	_, err := m.Experts.Import(t.Context(), m.Owner, m.Program.ID, list)
	if err := errors.Join(err, m.Questions.RefitWeights(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// fillMail has a customer who was written to want no more mail.
func fillMail(t *testing.T, m *markettest.Market) {
	t.Helper()
	c, err := m.Customers.Identify(t.Context(), m.Owner, m.Brand, whitlow)
	if err != nil {
		t.Fatal(err)
	}
	err = m.Store.InTx(t.Context(), m.Brand, func(tx *gorm.DB) error {
		return m.Notify.SendTx(t.Context(), tx, notify.Mail{
			Brand: m.Brand, Kind: notify.Answers, Key: "fill", ToAddress: whitlow.Handle, Customer: c.ID, Subject: "News", Text: "There is news.",
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	m.RunDue()
	if err := m.Notify.Unsubscribe(t.Context(), m.UnsubscribeToken("News")); err != nil {
		t.Fatal(err)
	}
}
