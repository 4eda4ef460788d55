package experttest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// Race runs do sixteen times at once and returns how many got through; the
// others must be conflicts.
func Race(t *testing.T, do func(n int) error) int {
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

// Work is a failure of a person's on one question about visas.
func (h *House) Work(person access.PersonID) expert.Work {
	return expert.Work{
		Brand: h.Program.BrandID, Program: h.Program.ID, Person: person, Topic: "visa",
		Outcome: expert.Failure, Weight: 1, At: h.Clock.Now(),
	}
}

// Question is one to import, answered by each of people a minute apart.
func (h *House) Question(reference string, people ...access.PersonID) expert.ImportQuestion {
	asked := h.Clock.Now().Add(-time.Hour)
	q := expert.ImportQuestion{Reference: reference, PastQuestion: expert.PastQuestion{
		Title: "Visa for " + reference, Body: "Do I need one?", Tags: []string{"visas"}, AskedAt: asked,
	}}
	for i, p := range people {
		q.Answers = append(q.Answers, expert.ImportAnswer{Person: p, AnsweredAt: asked.Add(time.Duration(i+1) * time.Minute), Score: i})
	}
	return q
}

// RunDue works off what is due.
func (h *House) RunDue(t *testing.T) {
	t.Helper()
	_, err := h.Queue.RunDue(t.Context())
	must(t, err)
}

// Fund gives the program money, and policies that admission changes.
func (h *House) Fund(t *testing.T, minor int64, a program.AdmissionPolicy) {
	t.Helper()
	amount := payouts.Money{Minor: minor, Currency: "EUR"}
	if minor > 0 {
		must(t, h.Programs.Fund(t.Context(), h.Owner, h.Program.ID, amount, "first"))
		must(t, h.Programs.AllocateBudget(t.Context(), h.Owner, h.Program.ID, amount, "first"))
	}
	policies := h.Program.Policies
	policies.Admission = a
	must(t, h.Programs.SetPolicies(t.Context(), h.Owner, h.Program.ID, policies))
	h.RunDue(t)
}

// Until moves the clock to a moment, deadline by deadline.
func (h *House) Until(t *testing.T, end time.Time) {
	t.Helper()
	for {
		next, ok, err := h.Queue.NextDue(t.Context())
		must(t, err)
		if !ok || next.After(end) {
			break
		}
		if next.After(h.Clock.Now()) {
			h.Clock.Set(next)
		}
		h.RunDue(t)
	}
	h.Clock.Set(end)
	h.RunDue(t)
}

// Reason is why somebody is not asked about a topic; empty: all are.
func (h *House) Reason(t *testing.T, slug string) (reason expert.Reason) {
	t.Helper()
	must(t, h.Store.Read(t.Context(), h.Program.BrandID, func(tx *gorm.DB) error {
		topic, err := h.Programs.TopicBySlugTx(t.Context(), tx, h.Program.ID, slug)
		must(t, err)
		c, err := h.CandidatesTx(t.Context(), tx, expert.Requirement{Brand: h.Program.BrandID, Program: h.Program.ID, Topic: &topic, Now: h.Clock.Now()})
		for _, x := range c.Excluded {
			reason = x.Reason
		}
		return err
	}))
	return reason
}

// Reach brings a new expert into each state by the verbs alone. version is the
// published terms', 0 without any.
func (h *House) Reach(t *testing.T, version int, handle string, state expert.State) (access.Caller, expert.EnrolmentID) {
	t.Helper()
	ctx, p, x := t.Context(), h.Program.ID, h.NewExpert(t, handle)
	e, err := h.Apply(ctx, x, p, admission.Application{Motivation: "I know all about visas."})
	must(t, err)
	assess := func() { // without terms the assessment begins at once
		if version > 0 {
			must(t, h.AcceptTerms(ctx, x, p, version, "en"))
		}
	}
	approve := func() { assess(); must(t, h.Approve(ctx, h.Owner, e.ID)) }
	activate := func() { approve(); must(t, h.Activate(ctx, h.Owner, e.ID)) }
	ways := map[expert.State]func(){
		expert.Applied:   func() {},
		expert.Assessing: assess,
		expert.Probation: approve,
		expert.Active:    activate,
		expert.Paused:    func() { activate(); must(t, h.Pause(ctx, x, p)) },
		expert.Suspended: func() { approve(); must(t, h.Suspend(ctx, h.Owner, e.ID, conduct.SuspendPrivacy, "see mail")) },
		expert.Left:      func() { must(t, h.Leave(ctx, x, p)) },
		expert.Rejected:  func() { must(t, h.Reject(ctx, h.Owner, e.ID, admission.RejectLanguage, "")) },
	}
	ways[state]()
	if got := h.EnrolmentOf(t, x).State; got != state {
		t.Fatalf("reached %s, want %s", got, state)
	}
	return x, e.ID
}
