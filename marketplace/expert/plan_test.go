package expert_test

import (
	"fmt"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
)

// PostgreSQL plans what is read at every routing once, not for every snapshot.
func TestChangesAreNotPlannedAnew(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, "postgres"))
	ada, _ := h.Active(t, "ada")
	past := make([]expert.ImportQuestion, 500)
	for i := range past {
		past[i] = h.Question(fmt.Sprint("q-", i), ada.Person)
	}
	_, err := h.Import(t.Context(), h.Owner, h.Program.ID, past)
	must(t, err)
	must(t, h.Store.InTx(t.Context(), h.Program.BrandID, func(tx *gorm.DB) error {
		if err := tx.Exec("INSERT INTO roster_changes SELECT gen_random_uuid(), pg_current_xact_id() FROM generate_series(1, 1000)").Error; err != nil {
			return err
		}
		return tx.Exec("ANALYZE roster_changes, evidence, past_questions").Error
	}))
	r := expert.Requirement{Brand: h.Program.BrandID, Program: h.Program.ID, Now: h.Clock.Now()}
	must(t, h.Store.Read(t.Context(), r.Brand, func(tx *gorm.DB) error {
		var cursor expert.Cursor
		for range 10 {
			if _, err := h.CandidatesTx(t.Context(), tx, r); err != nil {
				return err
			}
			_, next, err := h.ChangesAfterTx(t.Context(), tx, r.Program, cursor)
			if err != nil {
				return err
			}
			cursor = next
		}
		var plans []struct{ GenericPlans, CustomPlans int }
		err := tx.Raw(`SELECT generic_plans, custom_plans FROM pg_prepared_statements
			WHERE statement LIKE '%pg_visible_in_snapshot%' AND statement NOT LIKE '%generic_plans%'`).Scan(&plans).Error
		if len(plans) != 2 {
			t.Errorf("%d statements", len(plans))
		}
		for _, p := range plans {
			if p.GenericPlans == 0 || p.CustomPlans > 5 {
				t.Errorf("planned anew %d times of %d", p.CustomPlans, p.CustomPlans+p.GenericPlans)
			}
		}
		return err
	}))
}
