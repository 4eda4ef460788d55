package markettest_test

import (
	"errors"
	"testing"

	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/quality"
)

// fillJudged brings rows into the tables of what is decided and known of experts.
func fillJudged(t *testing.T, m *markettest.Market) {
	t.Helper()
	stopped := m.Expert("stopped")
	e, err1 := m.Experts.MyEnrolment(t.Context(), stopped, m.Program.ID)
	err2 := m.Experts.Suspend(t.Context(), m.Manager, e.ID, expert.SuspendFraud, "Two accounts.")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	fillNPS(t, m)
}

// fillNPS has a customer say whether they would recommend the program: one of
// many, since few are asked.
func fillNPS(t *testing.T, m *markettest.Market) {
	t.Helper()
	solver := m.Expert("solver")
	for range 100 {
		asker := m.Customer("Carla Customer")
		q := m.Ask(asker, "My box is dead")
		m.Answer(solver, m.Accept(solver))
		if err := m.Questions.Resolve(t.Context(), asker, q.ID); err != nil {
			t.Fatal(err)
		}
		m.RunDue()
		err := m.Quality.GiveNPS(t.Context(), asker, q.ID, nil)
		if err == nil {
			if err := m.Experts.SetAvailability(t.Context(), solver, false); err != nil {
				t.Fatal(err)
			}
			return
		}
		if !errors.Is(err, quality.ErrNotAsked) {
			t.Fatal(err)
		}
	}
	t.Fatal("of a hundred customers nobody is asked")
}
