package expert_test

import (
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
)

// Between the reading of a standing and its writing another transaction adds an
// outcome, first where there is no standing yet, then where there is one. Both
// count. On SQLite no other transaction can come between.
func TestAnOutcomeThatComesBetweenCountsToo(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, "postgres"))
	ctx := t.Context()
	x, _ := h.Active(t, "dana")
	for _, before := range []int{0, 2} {
		h.InTx(t, func(tx *gorm.DB) error {
			record, err := h.RecordOutcome(ctx, tx, h.Work(x.Person))
			if err != nil {
				return err
			}
			h.InTx(t, func(tx *gorm.DB) error { return h.RecordOutcomeTx(ctx, tx, h.Work(x.Person)) })
			return marketplace.WriteTx(ctx, tx, record)
		})
		var list []expert.Standing
		h.InTx(t, func(tx *gorm.DB) (err error) {
			list, err = h.StandingsTx(ctx, tx, h.Program.ID, x.Person)
			return err
		})
		if len(list) != 1 || list[0].Evidence != before+2 || list[0].Beta != expert.Prior().Beta+float64(before+2) {
			t.Errorf("after two more than %d: %+v", before, list)
		}
	}
}
