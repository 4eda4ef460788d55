package expert_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

var visaItem = expert.QuizItem{Question: "Schengen days?", Options: []string{"30", "90"}, Answer: 1}

// fund gives the program money, and policies that admission changes.
func (h *house) fund(t *testing.T, minor int64, a program.AdmissionPolicy) {
	t.Helper()
	amount := payouts.Money{Minor: minor, Currency: "EUR"}
	if minor > 0 {
		must(t, h.programs.Fund(t.Context(), h.owner, h.program.ID, amount, "first"))
		must(t, h.programs.AllocateBudget(t.Context(), h.owner, h.program.ID, amount, "first"))
	}
	policies := h.program.Policies
	policies.Admission = a
	must(t, h.programs.SetPolicies(t.Context(), h.owner, h.program.ID, policies))
	h.runDue(t)
}

func (h *house) runDue(t *testing.T) {
	t.Helper()
	_, err := h.queue.RunDue(t.Context())
	must(t, err)
}

// missing is what an error says is yet to be met.
func missing(err error) []string {
	var unmet *expert.UnmetError
	if !errors.As(err, &unmet) {
		return nil
	}
	return unmet.Missing
}

func steps(o expert.Onboarding) (list []string) {
	for _, s := range o.Steps {
		list = append(list, fmt.Sprintf("%s %s %d/%d", s.Code, s.State, s.Done, s.Of))
	}
	return list
}

// every publishes one of each thing that a program can ask.
func (h *house) every(t *testing.T) (expert.Card, expert.PracticeTask) {
	t.Helper()
	ctx, p := t.Context(), h.program.ID
	_, err := h.PublishTerms(ctx, h.owner, p, expert.NewTerms{Text: "Be honest.", Language: "en"})
	must(t, err)
	card, err := h.AddCard(ctx, h.owner, p, expert.NewCard{Title: "How we talk", Text: "Kindly.", MustRead: true})
	must(t, err)
	quiz := expert.NewQuiz{Items: []expert.QuizItem{visaItem}, PassMark: 1}
	_, err = h.PublishQuiz(ctx, h.operator, expert.QuizRef{}, quiz)
	must(t, err)
	_, err = h.PublishQuiz(ctx, h.owner, expert.QuizRef{Program: p}, quiz)
	must(t, err)
	task, err := h.AddPracticeTask(ctx, h.owner, p, "How long may I stay?", "Ninety days.")
	must(t, err)
	return card, task
}

// The whole way in, in its order, paid once at its end.
func TestTheWholeWayInIsGuidedAndPaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x, own := t.Context(), h.program.ID, h.expert(t, "dana"), expert.QuizRef{Program: h.program.ID}
		card, task := h.every(t)
		h.fund(t, 10_00, program.AdmissionPolicy{OnboardingMinor: 4_00})
		e, err := h.Apply(ctx, x, p, expert.Application{Motivation: "I travel.", Owns: "three passports", Uses: expert.UsesDaily, Country: "AT"})
		must(t, err)
		must(t, h.AcceptTerms(ctx, x, p, 1, "en"))
		o, err := h.Onboarding(ctx, x, p)
		want := []string{"terms done 1/1", "cards open 0/1", "platform_quiz locked 0/1", "quiz locked 0/1", "practice locked 0/1"}
		if err != nil || !slices.Equal(steps(o), want) || o.Pays != (payouts.Money{Minor: 4_00, Currency: "EUR"}) || o.PaidAt != nil {
			t.Fatalf("Onboarding = %v, %+v, %v", steps(o), o, err)
		}
		take := func() error { _, err := h.TakeQuiz(ctx, x, own, 1, []int{1}); return err }
		practise := func() error {
			_, err := h.AnswerPractice(ctx, x, p, task.ID, "Ninety days in half a year.")
			return err
		}
		if got := missing(take()); !slices.Equal(got, []string{"cards", "platform_quiz"}) {
			t.Errorf("the quiz first: %v", got)
		}
		must(t, h.ReadCard(ctx, x, p, card.ID))
		must(t, h.ReadCard(ctx, x, p, card.ID))
		_, err = h.TakeQuiz(ctx, x, expert.QuizRef{}, 1, []int{1})
		must(t, err)
		if got := missing(practise()); !slices.Equal(got, []string{"quiz"}) {
			t.Errorf("practice before the quiz: %v", got)
		}
		must(t, take())
		must(t, practise())
		if err := practise(); !errors.Is(err, expert.ErrRetake) {
			t.Errorf("another answer while one waits: %v", err)
		}
		h.judge(t, false, "Say in what time.")
		must(t, practise())
		if got := missing(h.Approve(ctx, h.owner, e.ID)); !slices.Equal(got, []string{"practice"}) {
			t.Errorf("approved with an answer that waits: %v", got)
		}
		h.judge(t, true, "")
		if o, err = h.Onboarding(ctx, x, p); err != nil || o.PaidAt == nil {
			t.Errorf("all done: %v, %+v, %v", steps(o), o, err)
		}
		must(t, h.Approve(ctx, h.owner, e.ID))
		h.earned(t, x, 4_00)
		must(t, h.Leave(ctx, x, p))
		h.earned(t, x, 4_00)
		if practised, err := h.Practice(ctx, x, p); err != nil || practised[0].Answers[0].Text != "" || len(practised[0].Answers) != 2 {
			t.Errorf("after leaving: %+v, %v", practised, err)
		}
		h.runDue(t)
		if n := len(h.mailbox.mails); n != 1 || h.mailbox.mails[0].Subject != "You are in" {
			t.Errorf("mails: %+v", h.mailbox.mails)
		}
	})
}

// judge has the owner judge the one answer that waits, and who wrote it try.
func (h *house) judge(t *testing.T, pass bool, note string) {
	t.Helper()
	list, err := h.PracticeToJudge(t.Context(), h.owner, h.program.ID, marketplace.Page{})
	if err != nil || len(list.Items) != 1 || list.Items[0].Guide != "Ninety days." {
		t.Fatalf("to judge: %+v, %v", list, err)
	}
	must(t, h.JudgePractice(t.Context(), h.owner, h.program.ID, list.Items[0].ID, pass, note))
	if err := h.JudgePractice(t.Context(), h.owner, h.program.ID, list.Items[0].ID, pass, "again"); !errors.Is(err, expert.ErrJudged) {
		t.Errorf("judged again: %v", err)
	}
}

// earned fails the test unless the expert has so much available, and the ledger
// is sound.
func (h *house) earned(t *testing.T, x access.Caller, minor int64) {
	t.Helper()
	must(t, h.store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		available := int64(0)
		list, err := payouts.EarningsOf(t.Context(), tx, uuid.UUID(x.Person))
		for _, in := range list {
			available += in.Available
		}
		if available != minor {
			t.Errorf("available %d, want %d", available, minor)
		}
		if err != nil {
			return err
		}
		report, err := payouts.Check(t.Context(), tx)
		if err == nil && !report.Balanced() {
			t.Errorf("violations: %v", report.Violations)
		}
		return err
	}))
}

// Nobody begins an onboarding that cannot be paid; what was set aside for one
// that ends early goes back, and who handed everything in is paid even if the
// brand says no.
func TestOnboardingIsFundedBeforeItBegins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.program.ID
		h.fund(t, 5_00, program.AdmissionPolicy{OnboardingMinor: 4_00})
		task, err := h.AddPracticeTask(ctx, h.owner, p, "How long may I stay?", "Ninety days.")
		must(t, err)
		first, second := h.expert(t, "first"), h.expert(t, "second")
		apply := func(x access.Caller) error {
			_, err := h.Apply(ctx, x, p, expert.Application{Motivation: "me"})
			return err
		}
		must(t, apply(first))
		if err := apply(second); !errors.Is(err, expert.ErrUnfunded) {
			t.Errorf("without money: %v", err)
		}
		must(t, h.Leave(ctx, first, p))
		h.earned(t, first, 0)
		must(t, apply(second))
		_, err = h.AnswerPractice(ctx, second, p, task.ID, "Ninety.")
		must(t, err)
		must(t, h.Reject(ctx, h.owner, h.enrolment(t, second).ID, expert.RejectEligibility, ""))
		h.earned(t, second, 4_00)
	})
}

// Who passes a topic's quiz is certified for it; who has not read a topic's
// cards is not asked about it.
func TestTopicsAreEarnedAndUnlocked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.program.ID
		x, _ := h.active(t, "dana")
		medical := expert.QuizRef{Program: p, Topic: "medical"}
		_, err := h.PublishQuiz(ctx, h.owner, medical, expert.NewQuiz{Items: []expert.QuizItem{visaItem}, PassMark: 1})
		must(t, err)
		if got := h.reason(t, "medical"); got != expert.ReasonNotCertified {
			t.Errorf("before the quiz: %q", got)
		}
		_, err = h.TakeQuiz(ctx, x, medical, 1, []int{1})
		must(t, err)
		if got := h.reason(t, "medical"); got != "" {
			t.Errorf("after the quiz: %q", got)
		}
		german, err := h.AddCard(ctx, h.owner, p, expert.NewCard{Topic: "visa", Language: "de", Title: "Visa", Text: "Visum.", MustRead: true})
		must(t, err)
		if got := h.reason(t, "visa"); got != expert.ReasonUnread {
			t.Errorf("before reading: %q", got)
		}
		english, err := h.AddCard(ctx, h.owner, p, expert.NewCard{Topic: "visa", Language: "en", Title: "Visa", Text: "Visa.", MustRead: true})
		must(t, err)
		must(t, h.ReadCard(ctx, x, p, english.ID)) // the one in their language is enough
		if got := h.reason(t, "visa"); got != "" {
			t.Errorf("after reading: %q", got)
		}
		y, _ := h.active(t, "eli")
		must(t, h.ReadCard(ctx, y, p, german.ID))
		must(t, h.RetireCard(ctx, h.owner, p, english.ID)) // eli has read what is left
		if got := h.reason(t, "visa"); got != "" {
			t.Errorf("after a card was retired: %q", got)
		}
		must(t, h.RetireCard(ctx, h.owner, p, german.ID))
		h.active(t, "finn")
		if got := h.reason(t, "visa"); got != "" {
			t.Errorf("with no card left: %q", got)
		}
	})
}

// reason is why somebody is not asked about a topic; empty: all are.
func (h *house) reason(t *testing.T, slug string) (reason expert.Reason) {
	t.Helper()
	must(t, h.store.Read(t.Context(), h.program.BrandID, func(tx *gorm.DB) error {
		topic, err := h.programs.TopicBySlugTx(t.Context(), tx, h.program.ID, slug)
		must(t, err)
		c, err := h.CandidatesTx(t.Context(), tx, expert.Requirement{Brand: h.program.BrandID, Program: h.program.ID, Topic: &topic, Now: h.clock.Now()})
		for _, x := range c.Excluded {
			reason = x.Reason
		}
		return err
	}))
	return reason
}

func TestOnboardingFailingHalfwayKeepsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x, own := t.Context(), h.program.ID, h.expert(t, "dana"), expert.QuizRef{Program: h.program.ID}
		h.fund(t, 10_00, program.AdmissionPolicy{OnboardingMinor: 4_00, MaxExperts: 1})
		var card expert.Card
		var task expert.PracticeTask
		var answer expert.PracticeAnswer
		quiz := expert.NewQuiz{Items: []expert.QuizItem{visaItem}, PassMark: 1, ItemSeconds: 30}
		for _, do := range []func() error{
			func() (err error) {
				card, err = h.AddCard(ctx, h.owner, p, expert.NewCard{Topic: "visa", Title: "t", Text: "t", MustRead: true})
				return err
			},
			func() (err error) { task, err = h.AddPracticeTask(ctx, h.owner, p, "q", "g"); return err },
			func() error { _, err := h.PublishQuiz(ctx, h.operator, expert.QuizRef{}, quiz); return err },
			func() error { _, err := h.PublishQuiz(ctx, h.owner, own, quiz); return err },
			func() error {
				_, err := h.Apply(ctx, x, p, expert.Application{Motivation: "me", Country: "AT"})
				return err
			},
			func() error { return h.ReadCard(ctx, x, p, card.ID) },
			func() error { _, err := h.BeginQuiz(ctx, x, expert.QuizRef{}); return err },
			func() error { _, err := h.AnswerItem(ctx, x, expert.QuizRef{}, 0, 1); return err },
			func() error { _, err := h.BeginQuiz(ctx, x, own); return err },
			func() error { _, err := h.AnswerItem(ctx, x, own, 0, 1); return err },
			func() (err error) { answer, err = h.AnswerPractice(ctx, x, p, task.ID, "a"); return err },
			func() error { return h.JudgePractice(ctx, h.owner, p, answer.ID, true, "") },
			func() error { return h.RetireCard(ctx, h.owner, p, card.ID) },
			func() error { return h.RetirePracticeTask(ctx, h.owner, p, task.ID) },
		} {
			dbtest.Halfway(t, h.db, do)
		}
		h.earned(t, x, 4_00)
		waits := h.expert(t, "eli")
		_, err := h.Apply(ctx, waits, p, expert.Application{Motivation: "me"})
		must(t, err)
		dbtest.Halfway(t, h.db, func() error { return h.Leave(ctx, x, p) })
		if h.enrolment(t, waits).Waiting {
			t.Error("nobody got the place")
		}
	})
}

func TestBadOnboardingChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, own := t.Context(), h.program.ID, expert.QuizRef{Program: h.program.ID}
		card, task := h.every(t)
		x, _ := h.active(t, "dana")
		waits, _ := h.reach(t, 1, "eli", expert.Assessing)
		other, stranger := h.newProgram(t)
		terms := func(n expert.NewTerms) error { _, err := h.PublishTerms(ctx, h.owner, p, n); return err }
		quiz := func(caller access.Caller, ref expert.QuizRef, n expert.NewQuiz) error {
			if n.Items == nil {
				n.Items = []expert.QuizItem{visaItem}
			}
			_, err := h.PublishQuiz(ctx, caller, ref, n)
			return err
		}
		addCard := func(caller access.Caller, n expert.NewCard) error { _, err := h.AddCard(ctx, caller, p, n); return err }
		begin := func(ref expert.QuizRef) error { _, err := h.BeginQuiz(ctx, waits, ref); return err }
		judge := func(caller access.Caller) error {
			return h.JudgePractice(ctx, caller, p, marketplace.NewID[expert.PracticeAnswer](), true, "")
		}
		year, good, nobody := 365*24*time.Hour, expert.NewCard{Title: "t", Text: "t"}, h.person(t)
		before := dbtest.Dump(t, h.db)
		for name, c := range map[string]struct{ err, want error }{
			"terms of no country":            {terms(expert.NewTerms{Country: "Mars", Text: "x"}), marketplace.ErrInvalid},
			"terms of no language":           {terms(expert.NewTerms{Language: "???", Text: "x"}), marketplace.ErrInvalid},
			"terms translated to their own":  {terms(expert.NewTerms{Language: "en", Text: "x", Translations: map[string]string{"en": "y"}}), marketplace.ErrInvalid},
			"quiz that draws too many":       {quiz(h.owner, own, expert.NewQuiz{PassMark: 1, Draw: 2}), marketplace.ErrInvalid},
			"quiz nobody can pass":           {quiz(h.owner, own, expert.NewQuiz{PassMark: 2}), marketplace.ErrInvalid},
			"quiz with a year's wait":        {quiz(h.owner, own, expert.NewQuiz{PassMark: 1, RetakeAfter: &year}), marketplace.ErrInvalid},
			"quiz of an unknown topic":       {quiz(h.owner, expert.QuizRef{Program: p, Topic: "cars"}, expert.NewQuiz{PassMark: 1}), marketplace.ErrNotFound},
			"platform's quiz by a brand":     {quiz(h.owner, expert.QuizRef{}, expert.NewQuiz{PassMark: 1}), marketplace.ErrForbidden},
			"a stranger's quiz":              {quiz(stranger, own, expert.NewQuiz{PassMark: 1}), marketplace.ErrNotFound},
			"card by an expert":              {addCard(x, good), marketplace.ErrNotFound},
			"card without text":              {addCard(h.owner, expert.NewCard{Title: "t"}), marketplace.ErrInvalid},
			"card of an unknown topic":       {addCard(h.owner, expert.NewCard{Topic: "cars", Title: "t", Text: "t"}), marketplace.ErrNotFound},
			"card of another program, read":  {h.ReadCard(ctx, x, p, marketplace.NewID[expert.Card]()), marketplace.ErrNotFound},
			"card read without an enrolment": {h.ReadCard(ctx, nobody, p, card.ID), marketplace.ErrNotFound},
			"card retired by another brand":  {h.RetireCard(ctx, stranger, other.ID, card.ID), marketplace.ErrNotFound},
			"task retired by another brand":  {h.RetirePracticeTask(ctx, stranger, other.ID, task.ID), marketplace.ErrNotFound},
			"quiz begun that has no time":    {begin(expert.QuizRef{}), expert.ErrNotTimed},
			"quiz begun before its turn":     {begin(own), expert.ErrUnmet},
			"answer to no try":               {func() error { _, err := h.AnswerItem(ctx, waits, own, 0, 0); return err }(), expert.ErrStaleVersion},
			"practice by one who is active":  {func() error { _, err := h.AnswerPractice(ctx, x, p, task.ID, "a"); return err }(), expert.ErrState},
			"judged by the system":           {judge(access.SystemCaller("bot")), marketplace.ErrForbidden},
			"judged by an expert":            {judge(x), marketplace.ErrNotFound},
			"judged what is not there":       {judge(h.owner), marketplace.ErrNotFound},
			"application with an unknown use": {func() error {
				_, err := h.Apply(ctx, h.owner, p, expert.Application{Motivation: "m", Uses: "never"})
				return err
			}(), marketplace.ErrInvalid},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %v", name, c.err, c.want)
			}
		}
		if dbtest.Dump(t, h.db) != before {
			t.Error("a refusal changed something")
		}
	})
}
