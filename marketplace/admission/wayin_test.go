package admission_test

import (
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestBadInputChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x := t.Context(), h.Program.ID, h.NewExpert(t, "dana")
		newcomer := h.NewPerson(t)
		_, stranger := h.NewProgram(t)
		unknown := marketplace.NewID[program.Program]()
		register := func(caller access.Caller, profile expert.Profile) error {
			_, err := h.Register(ctx, caller, profile)
			return err
		}
		apply := func(caller access.Caller, id program.ID, why string) error {
			_, err := h.Apply(ctx, caller, id, admission.Application{Motivation: why})
			return err
		}
		quiz := func(caller access.Caller, items []training.QuizItem, mark int) error {
			_, err := h.PublishQuiz(ctx, caller, training.QuizRef{Program: p}, training.NewQuiz{Items: items, PassMark: mark})
			return err
		}
		terms := func(caller access.Caller, id program.ID, text string) error {
			_, err := h.PublishTerms(ctx, caller, id, training.NewTerms{Text: text})
			return err
		}
		item := training.QuizItem{Question: "?", Options: []string{"a", "b"}, Answer: 1}
		good := expert.Profile{Handle: "new", Languages: []string{"en"}}
		before := dbtest.Dump(t, h.DB)
		for name, c := range map[string]struct{ err, want error }{
			"handle taken":            {register(newcomer, expert.Profile{Handle: "dana", Languages: []string{"en"}}), expert.ErrHandleTaken},
			"handle of invalid UTF-8": {register(newcomer, expert.Profile{Handle: "\xff", Languages: []string{"en"}}), marketplace.ErrInvalid},
			"no language":             {register(newcomer, expert.Profile{Handle: "new"}), marketplace.ErrInvalid},
			"unknown country":         {register(newcomer, expert.Profile{Handle: "new", Country: "XX", Languages: []string{"en"}}), marketplace.ErrInvalid},
			"country in small":        {register(newcomer, expert.Profile{Handle: "new", Country: "de", Languages: []string{"en"}}), marketplace.ErrInvalid},
			"capacity below one":      {register(newcomer, expert.Profile{Handle: "new", Capacity: -1, Languages: []string{"en"}}), marketplace.ErrInvalid},
			"nobody registers":        {register(access.Caller{}, good), marketplace.ErrForbidden},
			"the system registers":    {register(access.SystemCaller("x"), good), marketplace.ErrForbidden},
			"an unknown registers":    {register(access.PersonCaller(marketplace.NewID[access.Person]()), good), marketplace.ErrNotFound},
			"capacity of none":        {h.SetCapacity(ctx, x, 0), marketplace.ErrInvalid},
			"capacity of too many":    {h.SetCapacity(ctx, x, 101), marketplace.ErrInvalid},
			"capacity of no expert":   {h.SetCapacity(ctx, newcomer, 2), marketplace.ErrNotFound},
			"availability of nobody":  {h.SetAvailability(ctx, access.Caller{}, true), marketplace.ErrForbidden},
			"apply without words":     {apply(x, p, ""), marketplace.ErrInvalid},
			"apply with too many":     {apply(x, p, strings.Repeat("x", 4097)), marketplace.ErrInvalid},
			"apply with invalid":      {apply(x, p, "a\xffb"), marketplace.ErrInvalid},
			"apply with NUL":          {apply(x, p, "a\x00b"), marketplace.ErrInvalid},
			"apply to the unknown":    {apply(x, unknown, "me"), marketplace.ErrNotFound},
			"apply as no expert":      {apply(newcomer, p, "me"), marketplace.ErrNotFound},
			"pause without enrolment": {h.Pause(ctx, x, p), marketplace.ErrNotFound},
			"topics of none":          {h.SetTopics(ctx, x, p, []string{"visa"}), marketplace.ErrNotFound},
			"terms by a stranger":     {terms(stranger, p, "x"), marketplace.ErrNotFound},
			"terms of nothing":        {terms(h.Owner, p, ""), marketplace.ErrInvalid},
			"terms of the unknown":    {terms(h.Owner, unknown, "x"), marketplace.ErrNotFound},
			"quiz by an expert":       {quiz(x, []training.QuizItem{item}, 1), marketplace.ErrNotFound},
			"quiz of nothing":         {quiz(h.Owner, nil, 0), marketplace.ErrInvalid},
			"quiz nobody can pass":    {quiz(h.Owner, []training.QuizItem{item}, 2), marketplace.ErrInvalid},
			"quiz without an answer":  {quiz(h.Owner, []training.QuizItem{{Question: "?", Options: []string{"a", "b"}, Answer: 2}}, 1), marketplace.ErrInvalid},
			"quiz of one option":      {quiz(h.Owner, []training.QuizItem{{Question: "?", Options: []string{"a"}}}, 1), marketplace.ErrInvalid},
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

func TestFailingHalfwayKeepsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x, y := t.Context(), h.Program.ID, h.NewPerson(t), h.NewPerson(t)
		var e expert.Enrolment
		steps := []struct {
			name string
			do   func() error
		}{
			{"PublishTerms", func() error {
				_, err := h.PublishTerms(ctx, h.Owner, p, training.NewTerms{Text: "Be honest."})
				return err
			}},
			{"PublishQuiz", func() error {
				_, err := h.PublishQuiz(ctx, h.Owner, training.QuizRef{Program: p}, training.NewQuiz{Items: []training.QuizItem{{Question: "?", Options: []string{"a", "b"}}}, PassMark: 1})
				return err
			}},
			{"Register", func() error {
				_, err := h.Register(ctx, x, expert.Profile{Handle: "dana", Languages: []string{"en"}})
				return err
			}},
			{"Apply", func() (err error) { e, err = h.Apply(ctx, x, p, admission.Application{Motivation: "me"}); return err }},
			{"AcceptTerms", func() error { return h.AcceptTerms(ctx, x, p, 1, "en") }},
			{"TakeQuiz", func() error { _, err := h.TakeQuiz(ctx, x, training.QuizRef{Program: p}, 1, []int{0}); return err }},
			{"Approve", func() error { return h.Approve(ctx, h.Owner, e.ID) }},
			{"Certify", func() error { return h.Certify(ctx, h.Owner, e.ID, []string{"medical"}) }},
			{"SetTopics", func() error { return h.SetTopics(ctx, x, p, []string{"visa"}) }},
			{"Activate", func() error { return h.Activate(ctx, h.Owner, e.ID) }},
			{"Suspend", func() error { return h.Suspend(ctx, h.Owner, e.ID, conduct.SuspendConduct, "x") }},
			{"Leave", func() error { return h.Leave(ctx, x, p) }},
			{"EnrolExperienced", func() error { _, err := h.EnrolExperienced(ctx, h.Owner, p, y.Person, "known"); return err }},
			{"Import", func() error {
				_, err := h.Import(ctx, h.Owner, p, []expert.ImportQuestion{h.Question("q-1", x.Person, y.Person)})
				return err
			}},
			{"RecordOutcomeTx", func() error {
				return h.Store.InTx(ctx, h.Program.BrandID, func(tx *gorm.DB) error { return h.RecordOutcomeTx(ctx, tx, h.Work(x.Person)) })
			}},
		}
		for _, s := range steps {
			dbtest.Halfway(t, h.DB, s.do)
		}
	})
}

func TestTenantsAreApart(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	h := newHouse(t, db)
	ctx, p := t.Context(), h.Program.ID
	_, err := h.PublishTerms(ctx, h.Owner, p, training.NewTerms{Text: "Be honest."})
	must(t, err)
	_, err = h.PublishQuiz(ctx, h.Owner, training.QuizRef{Program: p}, training.NewQuiz{Items: []training.QuizItem{{Question: "?", Options: []string{"a", "b"}}}, PassMark: 1})
	must(t, err)
	x, e := h.Reach(t, 1, "dana", expert.Applied)
	must(t, h.AcceptTerms(ctx, x, p, 1, "en"))
	_, err = h.TakeQuiz(ctx, x, training.QuizRef{Program: p}, 1, []int{0})
	must(t, err)
	must(t, h.Approve(ctx, h.Owner, e))
	_, err = h.Import(ctx, h.Owner, p, []expert.ImportQuestion{h.Question("q-1", x.Person)})
	must(t, err)
	h.InTx(t, func(tx *gorm.DB) error { return h.RecordOutcomeTx(ctx, tx, h.Work(x.Person)) })
	other, _ := h.NewProgram(t)
	tables := []string{
		"enrolments", "terms", "terms_acceptances", "quizzes", "quiz_attempts", "past_questions", "evidence", "standings",
	}
	for _, table := range tables {
		for brand, want := range map[marketplace.BrandID]bool{h.Program.BrandID: true, other.BrandID: false} {
			must(t, h.Store.Read(ctx, brand, func(tx *gorm.DB) error {
				var n int64
				err := tx.Raw("SELECT count(*) FROM " + table).Scan(&n).Error
				if (n > 0) != want {
					t.Errorf("%s: brand sees %d rows, want any: %v", table, n, want)
				}
				return err
			}))
		}
		var n int64
		if err := db.Read.Raw("SELECT count(*) FROM " + table).Scan(&n).Error; err != nil || n != 0 {
			t.Errorf("%s: without a brand %d rows are seen, %v", table, n, err)
		}
	}
}
