package expert_test

import (
	"fmt"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
)

// BenchmarkCandidates: the hard rules over 500 enrolled experts.
func BenchmarkCandidates(b *testing.B) {
	for _, dialect := range dbtest.Dialects {
		b.Run(dialect, func(b *testing.B) {
			h := newHouse(b, dbtest.Open(b, dialect))
			for i := range 500 {
				h.Active(b, fmt.Sprintf("x-%d", i))
			}
			r := expert.Requirement{
				Brand: h.Program.BrandID, Program: h.Program.ID, Topic: h.Topics["visa"], Language: "en", Now: h.Clock.Now(),
			}
			for b.Loop() {
				must(b, h.Store.Read(b.Context(), r.Brand, func(tx *gorm.DB) error {
					c, err := h.CandidatesTx(b.Context(), tx, r)
					if len(c.Eligible) != 500 {
						b.Fatalf("%d are eligible", len(c.Eligible))
					}
					return err
				}))
			}
		})
	}
}

// BenchmarkImport: 500 past questions with three answers each.
func BenchmarkImport(b *testing.B) {
	for _, dialect := range dbtest.Dialects {
		b.Run(dialect, func(b *testing.B) {
			h := newHouse(b, dbtest.Open(b, dialect))
			x, y, z := h.NewPerson(b).Person, h.NewPerson(b).Person, h.NewPerson(b).Person
			n := 0
			for b.Loop() {
				list := make([]expert.ImportQuestion, 500)
				for i := range list {
					n++
					list[i] = h.Question(fmt.Sprintf("q-%d", n), x, y, z)
				}
				_, err := h.Import(b.Context(), h.Owner, h.Program.ID, list)
				must(b, err)
			}
		})
	}
}
