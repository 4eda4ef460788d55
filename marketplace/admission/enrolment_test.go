package admission_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/experttest"
	"knowhow/marketplace/training"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

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
	p := h.Program.ID
	return map[string]func(x access.Caller, id expert.EnrolmentID) error{
		"apply": func(x access.Caller, _ expert.EnrolmentID) error {
			_, err := h.Apply(ctx, x, p, admission.Application{Motivation: "again"})
			return err
		},
		"accept terms": func(x access.Caller, _ expert.EnrolmentID) error { return h.AcceptTerms(ctx, x, p, version, "en") },
		"approve":      func(_ access.Caller, id expert.EnrolmentID) error { return h.Approve(ctx, h.Owner, id) },
		"activate":     func(_ access.Caller, id expert.EnrolmentID) error { return h.Activate(ctx, h.Owner, id) },
		"pause":        func(x access.Caller, _ expert.EnrolmentID) error { return h.Pause(ctx, x, p) },
		"unpause":      func(x access.Caller, _ expert.EnrolmentID) error { return h.Unpause(ctx, x, p) },
		"suspend": func(_ access.Caller, id expert.EnrolmentID) error {
			return h.Suspend(ctx, h.Owner, id, conduct.SuspendFraud, "see mail")
		},
		"reinstate": func(_ access.Caller, id expert.EnrolmentID) error { return h.Reinstate(ctx, h.Owner, id) },
		"reject": func(_ access.Caller, id expert.EnrolmentID) error {
			return h.Reject(ctx, h.Owner, id, admission.RejectKnowledge, "")
		},
		"leave": func(x access.Caller, _ expert.EnrolmentID) error { return h.Leave(ctx, x, p) },
		"enrol": func(x access.Caller, _ expert.EnrolmentID) error {
			_, err := h.EnrolExperienced(ctx, h.Owner, p, x.Person, "known")
			return err
		},
	}
}

// TestStateTimesVerb: every verb in every state moves as the table says or is
// refused with a type and changes nothing.
func TestStateTimesVerb(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.Program.ID
		terms, err := h.PublishTerms(ctx, h.Owner, p, training.NewTerms{Text: "Be honest."})
		must(t, err)
		n := 0
		for verb, do := range h.verbs(ctx, terms.Version) {
			for _, state := range states {
				n++
				x, id := h.Reach(t, terms.Version, "x-"+string(rune('a'+n/26))+string(rune('a'+n%26)), state)
				before := h.EnrolmentOf(t, x)
				err := do(x, id)
				got := h.EnrolmentOf(t, x)
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
		ctx, p, x := t.Context(), h.Program.ID, h.NewExpert(t, "dana")
		_, err := h.PublishTerms(ctx, h.Owner, p, training.NewTerms{Text: "Be honest."})
		must(t, err)
		quiz, err := h.PublishQuiz(ctx, h.Owner, training.QuizRef{Program: p}, training.NewQuiz{Items: []training.QuizItem{
			{Question: "Schengen days?", Options: []string{"30", "90"}, Answer: 1},
			{Question: "ETA is?", Options: []string{"a visa", "no visa"}, Answer: 1},
		}, PassMark: 2})
		must(t, err)
		e, err := h.Apply(ctx, x, p, admission.Application{Motivation: "I know visas."})
		must(t, err)

		var unmet *training.UnmetError
		if err := h.AcceptTerms(ctx, x, p, 2, "en"); !errors.Is(err, training.ErrStaleVersion) {
			t.Errorf("terms that do not exist: %v", err)
		}
		must(t, h.AcceptTerms(ctx, x, p, 1, "en"))
		if err := h.Approve(ctx, h.Owner, e.ID); !errors.As(err, &unmet) || !slices.Equal(unmet.Missing, []string{training.MissingQuiz}) {
			t.Errorf("approved without the quiz: %v", err)
		}
		own := training.QuizRef{Program: p}
		sitting, err := h.Sitting(ctx, x, own)
		if err != nil || sitting.Quiz.Version != quiz.Version || len(sitting.Questions) != 2 || !sitting.May || sitting.Attempt.Attempt != 0 {
			t.Fatalf("before any try, Sitting = %+v, %v", sitting, err)
		}
		a, err := h.TakeQuiz(ctx, x, training.QuizRef{Program: p}, 1, []int{1, 0})
		if err != nil || a.Passed || a.Score != 1 {
			t.Fatalf("TakeQuiz = %+v, %v", a, err)
		}
		var retake *training.RetakeError
		if _, err := h.TakeQuiz(ctx, x, training.QuizRef{Program: p}, 1, []int{1, 1}); !errors.As(err, &retake) || !retake.At.Equal(h.Clock.Now().Add(24*time.Hour)) {
			t.Errorf("at once again: %v", err)
		}
		h.Clock.Advance(24 * time.Hour)
		if a, err = h.TakeQuiz(ctx, x, training.QuizRef{Program: p}, 1, []int{1, 1}); err != nil || !a.Passed || a.Attempt != 2 {
			t.Fatalf("TakeQuiz = %+v, %v", a, err)
		}
		if last, err := h.Sitting(ctx, x, own); err != nil || last.May || last.Attempt.Attempt != 2 || !last.Attempt.Passed || !last.Attempt.TakenAt.Equal(a.TakenAt) {
			t.Errorf("Sitting = %+v, %v, want %+v", last, err, a)
		}
		if _, err := h.TakeQuiz(ctx, x, training.QuizRef{Program: p}, 1, []int{1, 1}); !errors.Is(err, training.ErrRetake) {
			t.Errorf("passed, and taken again: %v", err)
		}
		if _, err := h.PublishTerms(ctx, h.Owner, p, training.NewTerms{Text: "Be very honest."}); err != nil {
			t.Fatal(err)
		}
		if err := h.Approve(ctx, h.Owner, e.ID); !errors.As(err, &unmet) || !slices.Equal(unmet.Missing, []string{training.MissingTerms}) {
			t.Errorf("approved on old terms: %v", err)
		}
		must(t, h.AcceptTerms(ctx, x, p, 2, "en"))
		must(t, h.Approve(ctx, h.Owner, e.ID))
		got := h.EnrolmentOf(t, x)
		if got.State != expert.Probation || !got.EnrolledAt.Equal(h.Clock.Now()) || *got.DecidedBy != h.Owner.Person || got.Origin != expert.ByApplication {
			t.Errorf("approved: %+v", got)
		}
	})
}

func TestThreeAttemptsPerVersion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x := t.Context(), h.Program.ID, h.NewExpert(t, "dana")
		items := []training.QuizItem{{Question: "?", Options: []string{"a", "b"}, Answer: 1}}
		_, err := h.PublishQuiz(ctx, h.Owner, training.QuizRef{Program: p}, training.NewQuiz{Items: items, PassMark: 1})
		must(t, err)
		_, err = h.Apply(ctx, x, p, admission.Application{Motivation: "I know visas."})
		must(t, err)
		for range 3 {
			_, err := h.TakeQuiz(ctx, x, training.QuizRef{Program: p}, 1, []int{0})
			must(t, err)
			h.Clock.Advance(48 * time.Hour)
		}
		var retake *training.RetakeError
		if _, err := h.TakeQuiz(ctx, x, training.QuizRef{Program: p}, 1, []int{1}); !errors.As(err, &retake) || !retake.At.IsZero() {
			t.Errorf("a fourth time: %v", err)
		}
		_, err = h.PublishQuiz(ctx, h.Owner, training.QuizRef{Program: p}, training.NewQuiz{Items: items, PassMark: 1})
		must(t, err)
		if a, err := h.TakeQuiz(ctx, x, training.QuizRef{Program: p}, 2, []int{1}); err != nil || !a.Passed {
			t.Errorf("the next version: %+v, %v", a, err)
		}
	})
}

func TestRejectedMayApplyAgainLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.Program.ID
		terms, err := h.PublishTerms(ctx, h.Owner, p, training.NewTerms{Text: "Be honest."})
		must(t, err)
		x, _ := h.Reach(t, terms.Version, "dana", expert.Rejected)
		var retake *training.RetakeError
		if _, err := h.Apply(ctx, x, p, admission.Application{Motivation: "again"}); !errors.As(err, &retake) {
			t.Errorf("at once: %v", err)
		}
		h.Clock.Set(retake.At)
		if _, err := h.Apply(ctx, x, p, admission.Application{Motivation: "again"}); err != nil {
			t.Errorf("in time: %v", err)
		}
	})
}

// TestOnlyPeopleDecideAboutPeople: neither the system nor oneself.
func TestOnlyPeopleDecideAboutPeople(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.Program.ID
		_, e := h.Active(t, "dana")
		_, err := h.Register(ctx, h.Owner, expert.Profile{Handle: "boss", Languages: []string{"en"}})
		must(t, err)
		self, err := h.Apply(ctx, h.Owner, p, admission.Application{Motivation: "I know it best."})
		must(t, err)
		_, stranger := h.NewProgram(t)
		before := dbtest.Dump(t, h.DB)
		enrol := func(caller access.Caller, who access.PersonID) error {
			_, err := h.EnrolExperienced(ctx, caller, p, who, "known")
			return err
		}
		for name, c := range map[string]struct{ err, want error }{
			"suspension by the system": {h.Suspend(ctx, access.SystemCaller("bot"), e.ID, conduct.SuspendFraud, "x"), marketplace.ErrForbidden},
			"suspension by a stranger": {h.Suspend(ctx, stranger, e.ID, conduct.SuspendFraud, "x"), marketplace.ErrNotFound},
			"unlisted reason":          {h.Suspend(ctx, h.Owner, e.ID, "mood", "x"), marketplace.ErrInvalid},
			"no note":                  {h.Suspend(ctx, h.Owner, e.ID, conduct.SuspendFraud, ""), marketplace.ErrInvalid},
			"approval of oneself":      {h.Approve(ctx, h.Owner, self.ID), expert.ErrNotOneself},
			"rejection unlisted":       {h.Reject(ctx, h.Owner, self.ID, "face", ""), marketplace.ErrInvalid},
			"vouching for oneself":     {enrol(h.Owner, h.Owner.Person), expert.ErrNotOneself},
			"vouching by the system":   {enrol(access.SystemCaller("bot"), e.PersonID), marketplace.ErrForbidden},
			"vouching for the unknown": {enrol(h.Owner, marketplace.NewID[access.Person]()), marketplace.ErrNotFound},
			"unknown enrolment":        {h.Approve(ctx, h.Owner, marketplace.NewID[expert.Enrolment]()), marketplace.ErrNotFound},
			"unknown topic":            {h.Certify(ctx, h.Owner, e.ID, []string{"cars"}), marketplace.ErrNotFound},
			"topic that is no slug":    {h.Certify(ctx, h.Owner, e.ID, []string{strings.Repeat("x", 100_000)}), marketplace.ErrInvalid},
			"topic with NUL":           {h.Certify(ctx, h.Owner, e.ID, []string{"a\x00b"}), marketplace.ErrInvalid},
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

func TestRaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x := t.Context(), h.Program.ID, h.NewExpert(t, "dana")
		must(t, h.SetCapacity(ctx, x, 3))
		if won := experttest.Race(t, func(int) error { _, err := h.Apply(ctx, x, p, admission.Application{Motivation: "me"}); return err }); won != 1 {
			t.Errorf("applied %d times", won)
		}
		e := h.EnrolmentOf(t, x)
		if won := experttest.Race(t, func(int) error { return h.Approve(ctx, h.Owner, e.ID) }); won != 1 {
			t.Errorf("approved %d times", won)
		}
		inTx := func(do func(tx *gorm.DB) error) error { return h.Store.InTx(ctx, h.Program.BrandID, do) }
		take := func(int) error {
			return inTx(func(tx *gorm.DB) error { return marketplace.WriteTx(ctx, tx, h.Take(ctx, tx, x.Person)) })
		}
		free := func(int) error {
			return inTx(func(tx *gorm.DB) error { return marketplace.WriteTx(ctx, tx, h.Free(ctx, tx, x.Person)) })
		}
		if won := experttest.Race(t, take); won != 3 {
			t.Errorf("%d took, want the capacity of 3", won)
		}
		if err := take(0); !errors.Is(err, expert.ErrAtCapacity) {
			t.Errorf("one more: %v", err)
		}
		if won := experttest.Race(t, free); won != 3 {
			t.Errorf("%d freed, want 3", won)
		}
		if err := free(0); !errors.Is(err, expert.ErrNothingInHand) {
			t.Errorf("one more freed: %v", err)
		}
		unknown := marketplace.NewID[access.Person]()
		if err := inTx(func(tx *gorm.DB) error { return marketplace.WriteTx(ctx, tx, h.Take(ctx, tx, unknown)) }); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("taken by nobody: %v", err)
		}
		handles := experttest.Race(t, func(int) error {
			_, err := h.Register(ctx, h.NewPerson(t), expert.Profile{Handle: "the-one", Languages: []string{"en"}})
			return err
		})
		if handles != 1 {
			t.Errorf("%d experts of one handle", handles)
		}
	})
}
