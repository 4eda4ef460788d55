package expert_test

import (
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
)

// PostgreSQL plans what is read at every routing once, not for every snapshot.
func TestChangesAreNotPlannedAnew(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, "postgres"))
	ada, _ := h.active(t, "ada")
	_, err := h.Import(t.Context(), h.owner, h.program.ID, []expert.ImportQuestion{h.question("q-1", ada.Person)})
	must(t, err)
	r := expert.Requirement{Brand: h.program.BrandID, Program: h.program.ID, Now: h.clock.Now()}
	must(t, h.store.Read(t.Context(), r.Brand, func(tx *gorm.DB) error {
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
