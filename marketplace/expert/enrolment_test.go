package expert_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// reach brings a new expert into each state by the verbs alone. version is the
// published terms', 0 without any.
func (h *house) reach(t *testing.T, version int, handle string, state expert.State) (access.Caller, expert.EnrolmentID) {
	t.Helper()
	ctx, p, x := t.Context(), h.program.ID, h.expert(t, handle)
	e, err := h.Apply(ctx, x, p, expert.Application{Motivation: "I know all about visas."})
	must(t, err)
	assess := func() { // without terms the assessment begins at once
		if version > 0 {
			must(t, h.AcceptTerms(ctx, x, p, version, "en"))
		}
	}
	approve := func() { assess(); must(t, h.Approve(ctx, h.owner, e.ID)) }
	activate := func() { approve(); must(t, h.Activate(ctx, h.owner, e.ID)) }
	ways := map[expert.State]func(){
		expert.Applied:   func() {},
		expert.Assessing: assess,
		expert.Probation: approve,
		expert.Active:    activate,
		expert.Paused:    func() { activate(); must(t, h.Pause(ctx, x, p)) },
		expert.Suspended: func() { approve(); must(t, h.Suspend(ctx, h.owner, e.ID, expert.SuspendPrivacy, "see mail")) },
		expert.Left:      func() { must(t, h.Leave(ctx, x, p)) },
		expert.Rejected:  func() { must(t, h.Reject(ctx, h.owner, e.ID, expert.RejectLanguage, "")) },
	}
	ways[state]()
	if got := h.enrolment(t, x).State; got != state {
		t.Fatalf("reached %s, want %s", got, state)
	}
	return x, e.ID
}

var states = []expert.State{
	expert.Applied, expert.Assessing, expert.Probation, expert.Active,
	expert.Paused, expert.Suspended, expert.Left, expert.Rejected,
}

// same: allowed, moves nothing.
const same = expert.State("same")

// allowed says which verb leads where from which state.
var allowed = map[string]map[expert.State]expert.State{
	"apply": {expert.Left: expert.Applied},
	"accept terms": {
		expert.Applied: expert.Assessing, expert.Assessing: same, expert.Probation: same,
		expert.Active: same, expert.Paused: same, expert.Suspended: same,
	},
	"approve":  {expert.Assessing: expert.Probation},
	"activate": {expert.Probation: expert.Active},
	"pause":    {expert.Probation: expert.Paused, expert.Active: expert.Paused},
	"unpause":  {expert.Paused: expert.Active},
	"suspend": {
		expert.Probation: expert.Suspended, expert.Active: expert.Suspended, expert.Paused: expert.Suspended,
	},
	"reinstate": {expert.Suspended: expert.Probation},
	"reject":    {expert.Applied: expert.Rejected, expert.Assessing: expert.Rejected},
	"leave": {
		expert.Applied: expert.Left, expert.Assessing: expert.Left, expert.Probation: expert.Left,
		expert.Active: expert.Left, expert.Paused: expert.Left, expert.Suspended: expert.Left,
	},
	"enrol": {expert.Left: expert.Active},
}

// verbs are what can be done to an enrolment. version is the published terms'.
func (h *house) verbs(ctx context.Context, version int) map[string]func(x access.Caller, id expert.EnrolmentID) error {
	p := h.program.ID
	return map[string]func(x access.Caller, id expert.EnrolmentID) error{
		"apply": func(x access.Caller, _ expert.EnrolmentID) error {
			_, err := h.Apply(ctx, x, p, expert.Application{Motivation: "again"})
			return err
		},
		"accept terms": func(x access.Caller, _ expert.EnrolmentID) error { return h.AcceptTerms(ctx, x, p, version, "en") },
		"approve":      func(_ access.Caller, id expert.EnrolmentID) error { return h.Approve(ctx, h.owner, id) },
		"activate":     func(_ access.Caller, id expert.EnrolmentID) error { return h.Activate(ctx, h.owner, id) },
		"pause":        func(x access.Caller, _ expert.EnrolmentID) error { return h.Pause(ctx, x, p) },
		"unpause":      func(x access.Caller, _ expert.EnrolmentID) error { return h.Unpause(ctx, x, p) },
		"suspend": func(_ access.Caller, id expert.EnrolmentID) error {
			return h.Suspend(ctx, h.owner, id, expert.SuspendFraud, "see mail")
		},
		"reinstate": func(_ access.Caller, id expert.EnrolmentID) error { return h.Reinstate(ctx, h.owner, id) },
		"reject": func(_ access.Caller, id expert.EnrolmentID) error {
			return h.Reject(ctx, h.owner, id, expert.RejectKnowledge, "")
		},
		"leave": func(x access.Caller, _ expert.EnrolmentID) error { return h.Leave(ctx, x, p) },
		"enrol": func(x access.Caller, _ expert.EnrolmentID) error {
			_, err := h.EnrolExperienced(ctx, h.owner, p, x.Person, "known")
			return err
		},
	}
}

// TestStateTimesVerb: every verb in every state moves as the table says or is
// refused with a type and changes nothing.
func TestStateTimesVerb(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.program.ID
		terms, err := h.PublishTerms(ctx, h.owner, p, expert.NewTerms{Text: "Be honest."})
		must(t, err)
		n := 0
		for verb, do := range h.verbs(ctx, terms.Version) {
			for _, state := range states {
				n++
				x, id := h.reach(t, terms.Version, "x-"+string(rune('a'+n/26))+string(rune('a'+n%26)), state)
				before := h.enrolment(t, x)
				err := do(x, id)
				got := h.enrolment(t, x)
				next, ok := allowed[verb][state]
				switch {
				case !ok && !errors.Is(err, marketplace.ErrConflict):
					t.Errorf("%s when %s: %v, want a conflict", verb, state, err)
				case !ok && !equal(before, got):
					t.Errorf("%s when %s was refused and changed something", verb, state)
				case ok && err != nil:
					t.Errorf("%s when %s: %v", verb, state, err)
				case ok && next == same && got.State != state, ok && next != same && got.State != next:
					t.Errorf("%s when %s: is %s, want %s", verb, state, got.State, next)
				}
			}
		}
	})
}

func equal(a, b expert.Enrolment) bool {
	return a.State == b.State && a.ResumeState == b.ResumeState && a.DecisionCode == b.DecisionCode && a.Motivation == b.Motivation
}

func TestTheWayIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x := t.Context(), h.program.ID, h.expert(t, "dana")
		_, err := h.PublishTerms(ctx, h.owner, p, expert.NewTerms{Text: "Be honest."})
		must(t, err)
		quiz, err := h.PublishQuiz(ctx, h.owner, expert.QuizRef{Program: p}, expert.NewQuiz{Items: []expert.QuizItem{
			{Question: "Schengen days?", Options: []string{"30", "90"}, Answer: 1},
			{Question: "ETA is?", Options: []string{"a visa", "no visa"}, Answer: 1},
		}, PassMark: 2})
		must(t, err)
		e, err := h.Apply(ctx, x, p, expert.Application{Motivation: "I know visas."})
		must(t, err)

		var unmet *expert.UnmetError
		if err := h.AcceptTerms(ctx, x, p, 2, "en"); !errors.Is(err, expert.ErrStaleVersion) {
			t.Errorf("terms that do not exist: %v", err)
		}
		must(t, h.AcceptTerms(ctx, x, p, 1, "en"))
		if err := h.Approve(ctx, h.owner, e.ID); !errors.As(err, &unmet) || !slices.Equal(unmet.Missing, []string{expert.MissingQuiz}) {
			t.Errorf("approved without the quiz: %v", err)
		}
		own := expert.QuizRef{Program: p}
		sitting, err := h.Sitting(ctx, x, own)
		if err != nil || sitting.Quiz.Version != quiz.Version || len(sitting.Questions) != 2 || !sitting.May || sitting.Attempt.Attempt != 0 {
			t.Fatalf("before any try, Sitting = %+v, %v", sitting, err)
		}
		a, err := h.TakeQuiz(ctx, x, expert.QuizRef{Program: p}, 1, []int{1, 0})
		if err != nil || a.Passed || a.Score != 1 {
			t.Fatalf("TakeQuiz = %+v, %v", a, err)
		}
		var retake *expert.RetakeError
		if _, err := h.TakeQuiz(ctx, x, expert.QuizRef{Program: p}, 1, []int{1, 1}); !errors.As(err, &retake) || !retake.At.Equal(h.clock.Now().Add(24*time.Hour)) {
			t.Errorf("at once again: %v", err)
		}
		h.clock.Advance(24 * time.Hour)
		if a, err = h.TakeQuiz(ctx, x, expert.QuizRef{Program: p}, 1, []int{1, 1}); err != nil || !a.Passed || a.Attempt != 2 {
			t.Fatalf("TakeQuiz = %+v, %v", a, err)
		}
		if last, err := h.Sitting(ctx, x, own); err != nil || last.May || last.Attempt.Attempt != 2 || !last.Attempt.Passed || !last.Attempt.TakenAt.Equal(a.TakenAt) {
			t.Errorf("Sitting = %+v, %v, want %+v", last, err, a)
		}
		if _, err := h.TakeQuiz(ctx, x, expert.QuizRef{Program: p}, 1, []int{1, 1}); !errors.Is(err, expert.ErrRetake) {
			t.Errorf("passed, and taken again: %v", err)
		}
		if _, err := h.PublishTerms(ctx, h.owner, p, expert.NewTerms{Text: "Be very honest."}); err != nil {
			t.Fatal(err)
		}
		if err := h.Approve(ctx, h.owner, e.ID); !errors.As(err, &unmet) || !slices.Equal(unmet.Missing, []string{expert.MissingTerms}) {
			t.Errorf("approved on old terms: %v", err)
		}
		must(t, h.AcceptTerms(ctx, x, p, 2, "en"))
		must(t, h.Approve(ctx, h.owner, e.ID))
		got := h.enrolment(t, x)
		if got.State != expert.Probation || !got.EnrolledAt.Equal(h.clock.Now()) || *got.DecidedBy != h.owner.Person || got.Origin != expert.ByApplication {
			t.Errorf("approved: %+v", got)
		}
	})
}

func TestThreeAttemptsPerVersion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x := t.Context(), h.program.ID, h.expert(t, "dana")
		items := []expert.QuizItem{{Question: "?", Options: []string{"a", "b"}, Answer: 1}}
		_, err := h.PublishQuiz(ctx, h.owner, expert.QuizRef{Program: p}, expert.NewQuiz{Items: items, PassMark: 1})
		must(t, err)
		_, err = h.Apply(ctx, x, p, expert.Application{Motivation: "I know visas."})
		must(t, err)
		for range 3 {
			_, err := h.TakeQuiz(ctx, x, expert.QuizRef{Program: p}, 1, []int{0})
			must(t, err)
			h.clock.Advance(48 * time.Hour)
		}
		var retake *expert.RetakeError
		if _, err := h.TakeQuiz(ctx, x, expert.QuizRef{Program: p}, 1, []int{1}); !errors.As(err, &retake) || !retake.At.IsZero() {
			t.Errorf("a fourth time: %v", err)
		}
		_, err = h.PublishQuiz(ctx, h.owner, expert.QuizRef{Program: p}, expert.NewQuiz{Items: items, PassMark: 1})
		must(t, err)
		if a, err := h.TakeQuiz(ctx, x, expert.QuizRef{Program: p}, 2, []int{1}); err != nil || !a.Passed {
			t.Errorf("the next version: %+v, %v", a, err)
		}
	})
}

func TestRejectedMayApplyAgainLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.program.ID
		terms, err := h.PublishTerms(ctx, h.owner, p, expert.NewTerms{Text: "Be honest."})
		must(t, err)
		x, _ := h.reach(t, terms.Version, "dana", expert.Rejected)
		var retake *expert.RetakeError
		if _, err := h.Apply(ctx, x, p, expert.Application{Motivation: "again"}); !errors.As(err, &retake) {
			t.Errorf("at once: %v", err)
		}
		h.clock.Set(retake.At)
		if _, err := h.Apply(ctx, x, p, expert.Application{Motivation: "again"}); err != nil {
			t.Errorf("in time: %v", err)
		}
	})
}

// TestOnlyPeopleDecideAboutPeople: neither the system nor oneself.
func TestOnlyPeopleDecideAboutPeople(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.program.ID
		_, e := h.active(t, "dana")
		_, err := h.Register(ctx, h.owner, expert.Profile{Handle: "boss", Languages: []string{"en"}})
		must(t, err)
		self, err := h.Apply(ctx, h.owner, p, expert.Application{Motivation: "I know it best."})
		must(t, err)
		_, stranger := h.newProgram(t)
		before := dbtest.Dump(t, h.db)
		enrol := func(caller access.Caller, who access.PersonID) error {
			_, err := h.EnrolExperienced(ctx, caller, p, who, "known")
			return err
		}
		for name, c := range map[string]struct{ err, want error }{
			"suspension by the system": {h.Suspend(ctx, access.SystemCaller("bot"), e.ID, expert.SuspendFraud, "x"), marketplace.ErrForbidden},
			"suspension by a stranger": {h.Suspend(ctx, stranger, e.ID, expert.SuspendFraud, "x"), marketplace.ErrNotFound},
			"unlisted reason":          {h.Suspend(ctx, h.owner, e.ID, "mood", "x"), marketplace.ErrInvalid},
			"no note":                  {h.Suspend(ctx, h.owner, e.ID, expert.SuspendFraud, ""), marketplace.ErrInvalid},
			"approval of oneself":      {h.Approve(ctx, h.owner, self.ID), expert.ErrNotOneself},
			"rejection unlisted":       {h.Reject(ctx, h.owner, self.ID, "face", ""), marketplace.ErrInvalid},
			"vouching for oneself":     {enrol(h.owner, h.owner.Person), expert.ErrNotOneself},
			"vouching by the system":   {enrol(access.SystemCaller("bot"), e.PersonID), marketplace.ErrForbidden},
			"vouching for the unknown": {enrol(h.owner, marketplace.NewID[access.Person]()), marketplace.ErrNotFound},
			"unknown enrolment":        {h.Approve(ctx, h.owner, marketplace.NewID[expert.Enrolment]()), marketplace.ErrNotFound},
			"unknown topic":            {h.Certify(ctx, h.owner, e.ID, []string{"cars"}), marketplace.ErrNotFound},
			"topic that is no slug":    {h.Certify(ctx, h.owner, e.ID, []string{strings.Repeat("x", 100_000)}), marketplace.ErrInvalid},
			"topic with NUL":           {h.Certify(ctx, h.owner, e.ID, []string{"a\x00b"}), marketplace.ErrInvalid},
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

// race runs do sixteen times at once and returns how many got through; the
// others must be conflicts.
func race(t *testing.T, do func(n int) error) int {
	t.Helper()
	errs := make([]error, 16)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, marketplace.ErrConflict) {
			t.Error(err)
		}
	}
	return won
}

func TestRaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x := t.Context(), h.program.ID, h.expert(t, "dana")
		must(t, h.SetCapacity(ctx, x, 3))
		if won := race(t, func(int) error { _, err := h.Apply(ctx, x, p, expert.Application{Motivation: "me"}); return err }); won != 1 {
			t.Errorf("applied %d times", won)
		}
		e := h.enrolment(t, x)
		if won := race(t, func(int) error { return h.Approve(ctx, h.owner, e.ID) }); won != 1 {
			t.Errorf("approved %d times", won)
		}
		inTx := func(do func(tx *gorm.DB) error) error { return h.store.InTx(ctx, h.program.BrandID, do) }
		take := func(int) error { return inTx(func(tx *gorm.DB) error { return h.TakeTx(ctx, tx, x.Person) }) }
		free := func(int) error { return inTx(func(tx *gorm.DB) error { return h.FreeTx(ctx, tx, x.Person) }) }
		if won := race(t, take); won != 3 {
			t.Errorf("%d took, want the capacity of 3", won)
		}
		if err := take(0); !errors.Is(err, expert.ErrAtCapacity) {
			t.Errorf("one more: %v", err)
		}
		if won := race(t, free); won != 3 {
			t.Errorf("%d freed, want 3", won)
		}
		if err := free(0); !errors.Is(err, expert.ErrNothingInHand) {
			t.Errorf("one more freed: %v", err)
		}
		unknown := marketplace.NewID[access.Person]()
		if err := inTx(func(tx *gorm.DB) error { return h.TakeTx(ctx, tx, unknown) }); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("taken by nobody: %v", err)
		}
		handles := race(t, func(int) error {
			_, err := h.Register(ctx, h.person(t), expert.Profile{Handle: "the-one", Languages: []string{"en"}})
			return err
		})
		if handles != 1 {
			t.Errorf("%d experts of one handle", handles)
		}
	})
}
