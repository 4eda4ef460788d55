package training_test

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
	"knowhow/marketplace/experttest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

var visaItem = training.QuizItem{Question: "Schengen days?", Options: []string{"30", "90"}, Answer: 1}

// missing is what an error says is yet to be met.
func missing(err error) []string {
	var unmet *training.UnmetError
	if !errors.As(err, &unmet) {
		return nil
	}
	return unmet.Missing
}

func steps(o training.Onboarding) (list []string) {
	for _, s := range o.Steps {
		list = append(list, fmt.Sprintf("%s %s %d/%d", s.Code, s.State, s.Done, s.Of))
	}
	return list
}

// every publishes one of each thing that a program can ask.
func (h *house) every(t *testing.T) (training.Card, training.PracticeTask) {
	t.Helper()
	ctx, p := t.Context(), h.Program.ID
	_, err := h.PublishTerms(ctx, h.Owner, p, training.NewTerms{Text: "Be honest.", Language: "en"})
	must(t, err)
	card, err := h.AddCard(ctx, h.Owner, p, training.NewCard{Title: "How we talk", Text: "Kindly.", MustRead: true})
	must(t, err)
	quiz := training.NewQuiz{Items: []training.QuizItem{visaItem}, PassMark: 1}
	_, err = h.PublishQuiz(ctx, h.Operator, training.QuizRef{}, quiz)
	must(t, err)
	_, err = h.PublishQuiz(ctx, h.Owner, training.QuizRef{Program: p}, quiz)
	must(t, err)
	task, err := h.AddPracticeTask(ctx, h.Owner, p, "How long may I stay?", "Ninety days.")
	must(t, err)
	return card, task
}

// The whole way in, in its order, paid once at its end.
func TestTheWholeWayInIsGuidedAndPaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x, own := t.Context(), h.Program.ID, h.NewExpert(t, "dana"), training.QuizRef{Program: h.Program.ID}
		card, task := h.every(t)
		h.Fund(t, 10_00, program.AdmissionPolicy{OnboardingMinor: 4_00})
		e, err := h.Apply(ctx, x, p, experttest.Application{Motivation: "I travel.", Owns: "three passports", Uses: expert.UsesDaily, Country: "AT"})
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
		_, err = h.TakeQuiz(ctx, x, training.QuizRef{}, 1, []int{1})
		must(t, err)
		if got := missing(practise()); !slices.Equal(got, []string{"quiz"}) {
			t.Errorf("practice before the quiz: %v", got)
		}
		must(t, take())
		must(t, practise())
		if err := practise(); !errors.Is(err, training.ErrRetake) {
			t.Errorf("another answer while one waits: %v", err)
		}
		h.judge(t, false, "Say in what time.")
		must(t, practise())
		if got := missing(h.Approve(ctx, h.Owner, e.ID)); !slices.Equal(got, []string{"practice"}) {
			t.Errorf("approved with an answer that waits: %v", got)
		}
		h.judge(t, true, "")
		if o, err = h.Onboarding(ctx, x, p); err != nil || o.PaidAt == nil {
			t.Errorf("all done: %v, %+v, %v", steps(o), o, err)
		}
		must(t, h.Approve(ctx, h.Owner, e.ID))
		h.earned(t, x, 4_00)
		must(t, h.Leave(ctx, x, p))
		h.earned(t, x, 4_00)
		if practised, err := h.Practice(ctx, x, p); err != nil || practised[0].Answers[0].Text != "" || len(practised[0].Answers) != 2 {
			t.Errorf("after leaving: %+v, %v", practised, err)
		}
		h.RunDue(t)
		if n := len(h.Mailbox.Mails); n != 1 || h.Mailbox.Mails[0].Subject != "You are in" {
			t.Errorf("mails: %+v", h.Mailbox.Mails)
		}
	})
}

// judge has the owner judge the one answer that waits, and who wrote it try.
func (h *house) judge(t *testing.T, pass bool, note string) {
	t.Helper()
	list, err := h.PracticeToJudge(t.Context(), h.Owner, h.Program.ID, marketplace.Page{})
	if err != nil || len(list.Items) != 1 || list.Items[0].Guide != "Ninety days." {
		t.Fatalf("to judge: %+v, %v", list, err)
	}
	must(t, h.JudgePractice(t.Context(), h.Owner, h.Program.ID, list.Items[0].ID, pass, note))
	if err := h.JudgePractice(t.Context(), h.Owner, h.Program.ID, list.Items[0].ID, pass, "again"); !errors.Is(err, training.ErrJudged) {
		t.Errorf("judged again: %v", err)
	}
}

// earned fails the test unless the expert has so much available, and the ledger
// is sound.
func (h *house) earned(t *testing.T, x access.Caller, minor int64) {
	t.Helper()
	must(t, h.Store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
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
		ctx, p := t.Context(), h.Program.ID
		h.Fund(t, 5_00, program.AdmissionPolicy{OnboardingMinor: 4_00})
		task, err := h.AddPracticeTask(ctx, h.Owner, p, "How long may I stay?", "Ninety days.")
		must(t, err)
		first, second := h.NewExpert(t, "first"), h.NewExpert(t, "second")
		apply := func(x access.Caller) error {
			_, err := h.Apply(ctx, x, p, experttest.Application{Motivation: "me"})
			return err
		}
		must(t, apply(first))
		if err := apply(second); !errors.Is(err, training.ErrUnfunded) {
			t.Errorf("without money: %v", err)
		}
		must(t, h.Leave(ctx, first, p))
		h.earned(t, first, 0)
		must(t, apply(second))
		_, err = h.AnswerPractice(ctx, second, p, task.ID, "Ninety.")
		must(t, err)
		must(t, h.Reject(ctx, h.Owner, h.EnrolmentOf(t, second).ID, "eligibility", ""))
		h.earned(t, second, 4_00)
	})
}

// Who passes a topic's quiz is certified for it; who has not read a topic's
// cards is not asked about it.
func TestTopicsAreEarnedAndUnlocked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.Program.ID
		x, _ := h.Active(t, "dana")
		medical := training.QuizRef{Program: p, Topic: "medical"}
		_, err := h.PublishQuiz(ctx, h.Owner, medical, training.NewQuiz{Items: []training.QuizItem{visaItem}, PassMark: 1})
		must(t, err)
		if got := h.Reason(t, "medical"); got != expert.ReasonNotCertified {
			t.Errorf("before the quiz: %q", got)
		}
		_, err = h.TakeQuiz(ctx, x, medical, 1, []int{1})
		must(t, err)
		if got := h.Reason(t, "medical"); got != "" {
			t.Errorf("after the quiz: %q", got)
		}
		german, err := h.AddCard(ctx, h.Owner, p, training.NewCard{Topic: "visa", Language: "de", Title: "Visa", Text: "Visum.", MustRead: true})
		must(t, err)
		if got := h.Reason(t, "visa"); got != expert.ReasonUnread {
			t.Errorf("before reading: %q", got)
		}
		english, err := h.AddCard(ctx, h.Owner, p, training.NewCard{Topic: "visa", Language: "en", Title: "Visa", Text: "Visa.", MustRead: true})
		must(t, err)
		must(t, h.ReadCard(ctx, x, p, english.ID)) // the one in their language is enough
		if got := h.Reason(t, "visa"); got != "" {
			t.Errorf("after reading: %q", got)
		}
		y, _ := h.Active(t, "eli")
		must(t, h.ReadCard(ctx, y, p, german.ID))
		must(t, h.RetireCard(ctx, h.Owner, p, english.ID)) // eli has read what is left
		if got := h.Reason(t, "visa"); got != "" {
			t.Errorf("after a card was retired: %q", got)
		}
		must(t, h.RetireCard(ctx, h.Owner, p, german.ID))
		h.Active(t, "finn")
		if got := h.Reason(t, "visa"); got != "" {
			t.Errorf("with no card left: %q", got)
		}
	})
}

func TestOnboardingFailingHalfwayKeepsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x, own := t.Context(), h.Program.ID, h.NewExpert(t, "dana"), training.QuizRef{Program: h.Program.ID}
		h.Fund(t, 10_00, program.AdmissionPolicy{OnboardingMinor: 4_00, MaxExperts: 1})
		var card training.Card
		var task training.PracticeTask
		var answer training.PracticeAnswer
		quiz := training.NewQuiz{Items: []training.QuizItem{visaItem}, PassMark: 1, ItemSeconds: 30}
		for _, do := range []func() error{
			func() (err error) {
				card, err = h.AddCard(ctx, h.Owner, p, training.NewCard{Topic: "visa", Title: "t", Text: "t", MustRead: true})
				return err
			},
			func() (err error) { task, err = h.AddPracticeTask(ctx, h.Owner, p, "q", "g"); return err },
			func() error { _, err := h.PublishQuiz(ctx, h.Operator, training.QuizRef{}, quiz); return err },
			func() error { _, err := h.PublishQuiz(ctx, h.Owner, own, quiz); return err },
			func() error {
				_, err := h.Apply(ctx, x, p, experttest.Application{Motivation: "me", Country: "AT"})
				return err
			},
			func() error { return h.ReadCard(ctx, x, p, card.ID) },
			func() error { _, err := h.BeginQuiz(ctx, x, training.QuizRef{}); return err },
			func() error { _, err := h.AnswerItem(ctx, x, training.QuizRef{}, 0, 1); return err },
			func() error { _, err := h.BeginQuiz(ctx, x, own); return err },
			func() error { _, err := h.AnswerItem(ctx, x, own, 0, 1); return err },
			func() (err error) { answer, err = h.AnswerPractice(ctx, x, p, task.ID, "a"); return err },
			func() error { return h.JudgePractice(ctx, h.Owner, p, answer.ID, true, "") },
			func() error { return h.RetireCard(ctx, h.Owner, p, card.ID) },
			func() error { return h.RetirePracticeTask(ctx, h.Owner, p, task.ID) },
		} {
			dbtest.Halfway(t, h.DB, do)
		}
		h.earned(t, x, 4_00)
		waits := h.NewExpert(t, "eli")
		_, err := h.Apply(ctx, waits, p, experttest.Application{Motivation: "me"})
		must(t, err)
		dbtest.Halfway(t, h.DB, func() error { return h.Leave(ctx, x, p) })
		if h.EnrolmentOf(t, waits).Waiting {
			t.Error("nobody got the place")
		}
	})
}

func TestBadOnboardingChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, own := t.Context(), h.Program.ID, training.QuizRef{Program: h.Program.ID}
		card, task := h.every(t)
		x, _ := h.Active(t, "dana")
		waits, _ := h.Reach(t, 1, "eli", expert.Assessing)
		other, stranger := h.NewProgram(t)
		terms := func(n training.NewTerms) error { _, err := h.PublishTerms(ctx, h.Owner, p, n); return err }
		quiz := func(caller access.Caller, ref training.QuizRef, n training.NewQuiz) error {
			if n.Items == nil {
				n.Items = []training.QuizItem{visaItem}
			}
			_, err := h.PublishQuiz(ctx, caller, ref, n)
			return err
		}
		addCard := func(caller access.Caller, n training.NewCard) error {
			_, err := h.AddCard(ctx, caller, p, n)
			return err
		}
		begin := func(ref training.QuizRef) error { _, err := h.BeginQuiz(ctx, waits, ref); return err }
		judge := func(caller access.Caller) error {
			return h.JudgePractice(ctx, caller, p, marketplace.NewID[training.PracticeAnswer](), true, "")
		}
		year, good, nobody := 365*24*time.Hour, training.NewCard{Title: "t", Text: "t"}, h.NewPerson(t)
		before := dbtest.Dump(t, h.DB)
		for name, c := range map[string]struct{ err, want error }{
			"terms of no country":            {terms(training.NewTerms{Country: "Mars", Text: "x"}), marketplace.ErrInvalid},
			"terms of no language":           {terms(training.NewTerms{Language: "???", Text: "x"}), marketplace.ErrInvalid},
			"terms translated to their own":  {terms(training.NewTerms{Language: "en", Text: "x", Translations: map[string]string{"en": "y"}}), marketplace.ErrInvalid},
			"quiz that draws too many":       {quiz(h.Owner, own, training.NewQuiz{PassMark: 1, Draw: 2}), marketplace.ErrInvalid},
			"quiz nobody can pass":           {quiz(h.Owner, own, training.NewQuiz{PassMark: 2}), marketplace.ErrInvalid},
			"quiz with a year's wait":        {quiz(h.Owner, own, training.NewQuiz{PassMark: 1, RetakeAfter: &year}), marketplace.ErrInvalid},
			"quiz of an unknown topic":       {quiz(h.Owner, training.QuizRef{Program: p, Topic: "cars"}, training.NewQuiz{PassMark: 1}), marketplace.ErrNotFound},
			"platform's quiz by a brand":     {quiz(h.Owner, training.QuizRef{}, training.NewQuiz{PassMark: 1}), marketplace.ErrForbidden},
			"a stranger's quiz":              {quiz(stranger, own, training.NewQuiz{PassMark: 1}), marketplace.ErrNotFound},
			"card by an expert":              {addCard(x, good), marketplace.ErrNotFound},
			"card without text":              {addCard(h.Owner, training.NewCard{Title: "t"}), marketplace.ErrInvalid},
			"card of an unknown topic":       {addCard(h.Owner, training.NewCard{Topic: "cars", Title: "t", Text: "t"}), marketplace.ErrNotFound},
			"card of another program, read":  {h.ReadCard(ctx, x, p, marketplace.NewID[training.Card]()), marketplace.ErrNotFound},
			"card read without an enrolment": {h.ReadCard(ctx, nobody, p, card.ID), marketplace.ErrNotFound},
			"card retired by another brand":  {h.RetireCard(ctx, stranger, other.ID, card.ID), marketplace.ErrNotFound},
			"task retired by another brand":  {h.RetirePracticeTask(ctx, stranger, other.ID, task.ID), marketplace.ErrNotFound},
			"quiz begun that has no time":    {begin(training.QuizRef{}), training.ErrNotTimed},
			"quiz begun before its turn":     {begin(own), training.ErrUnmet},
			"answer to no try":               {func() error { _, err := h.AnswerItem(ctx, waits, own, 0, 0); return err }(), training.ErrStaleVersion},
			"practice by one who is active":  {func() error { _, err := h.AnswerPractice(ctx, x, p, task.ID, "a"); return err }(), expert.ErrState},
			"judged by the system":           {judge(access.SystemCaller("bot")), marketplace.ErrForbidden},
			"judged by an expert":            {judge(x), marketplace.ErrNotFound},
			"judged what is not there":       {judge(h.Owner), marketplace.ErrNotFound},
			"application with an unknown use": {func() error {
				_, err := h.Apply(ctx, h.Owner, p, experttest.Application{Motivation: "m", Uses: "never"})
				return err
			}(), marketplace.ErrInvalid},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %v", name, c.err, c.want)
			}
		}
		if dbtest.Dump(t, h.DB) != before {
			t.Error("a refusal changed something")
		}
	})
}
