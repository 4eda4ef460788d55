package markettest_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/conduct"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/quality"
	"knowhow/payouts"
)

// fillJudged brings rows into the tables of what is decided and known of experts.
func fillJudged(t *testing.T, m *markettest.Market) {
	t.Helper()
	stopped := m.Expert("stopped")
	e, err1 := m.Experts.MyEnrolment(t.Context(), stopped, m.Program.ID)
	err2 := m.Conduct.Suspend(t.Context(), m.Manager, e.ID, conduct.SuspendFraud, "Two accounts.")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	fillNPS(t, m)
	fillSettled(t, m)
}

// fillGiven has the brand's reviewer be given a review.
func fillGiven(t *testing.T, m *markettest.Market) {
	t.Helper()
	var r quality.Review
	err := m.Store.Read(t.Context(), m.Brand, func(tx *gorm.DB) error { return tx.Take(&r).Error })
	if err := errors.Join(err, m.GiveReview(m.Reviewer, r.ID)); err != nil {
		t.Fatal(err)
	}
}

// fillSettled has a human look into a signal: two who are paid to one account.
func fillSettled(t *testing.T, m *markettest.Market) {
	t.Helper()
	var err1 error
	for _, name := range []string{"ann", "anna"} {
		x := m.Expert(name)
		err1 = errors.Join(err1, m.Experts.SetAvailability(t.Context(), x, false), m.Store.InTx(t.Context(), m.Brand, func(tx *gorm.DB) error {
			return payouts.NoteFingerprintsTx(t.Context(), tx, m.Clock.Now(), "sandbox", uuid.UUID(x.Person), "one account")
		}))
	}
	list, err2 := m.Quality.Signals(t.Context(), m.Manager, m.Program.ID)
	if err := errors.Join(err1, err2); err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	if err := m.Quality.Settle(t.Context(), m.Manager, m.Program.ID, list[0].Key, quality.Finding{Outcome: quality.SettledNothing, Note: "They are sisters.", AsOf: list[0].AsOf}); err != nil {
		t.Fatal(err)
	}
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
