package admission_test

import (
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// TestConstraintsMirrorTheMap: the database itself refuses rows that no verb
// could have written.
func TestConstraintsMirrorTheMap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		x, active := h.Active(t, "dana")
		_, applied := h.Reach(t, 0, "ada", expert.Assessing)
		for name, c := range map[string]struct {
			id     expert.EnrolmentID
			update string
		}{
			"unknown state":                  {active.ID, "state = 'fired'"},
			"paused from nowhere":            {active.ID, "state = 'paused'"},
			"active with a way back":         {active.ID, "resume_state = 'probation'"},
			"suspended without a reason":     {active.ID, "state = 'suspended', resume_state = 'active'"},
			"suspended for an unlisted one":  {active.ID, "state = 'suspended', resume_state = 'active', decision_code = 'mood'"},
			"suspended by nobody":            {active.ID, "state = 'suspended', resume_state = 'active', decision_code = 'fraud', decided_by = NULL, decided_at = NULL"},
			"rejected by nobody":             {applied, "state = 'rejected', decision_code = 'language'"},
			"working without being enrolled": {applied, "state = 'active'"},
			"applied again while enrolled":   {active.ID, "state = 'applied'"},
			"unknown origin":                 {active.ID, "origin = 'born'"},
		} {
			err := h.Store.InTx(t.Context(), h.Program.BrandID, func(tx *gorm.DB) error {
				return tx.Exec("UPDATE enrolments SET "+c.update+" WHERE id = ?", c.id).Error
			})
			if err == nil {
				t.Errorf("%s: allowed", name)
			}
		}
		for _, update := range []string{"active_count = -1", "capacity = 0", "handle = ''"} {
			err := h.Store.InTx(t.Context(), h.Program.BrandID, func(tx *gorm.DB) error {
				return tx.Exec("UPDATE experts SET "+update+" WHERE person_id = ?", x.Person).Error
			})
			if err == nil {
				t.Errorf("experts %s: allowed", update)
			}
		}
	})
}
