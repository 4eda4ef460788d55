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
				h.active(b, fmt.Sprintf("x-%d", i))
			}
			r := expert.Requirement{
				Brand: h.program.BrandID, Program: h.program.ID, Topic: h.topics["visa"], Language: "en", Now: h.clock.Now(),
			}
			for b.Loop() {
				must(b, h.store.Read(b.Context(), r.Brand, func(tx *gorm.DB) error {
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
			x, y, z := h.person(b).Person, h.person(b).Person, h.person(b).Person
			n := 0
			for b.Loop() {
				list := make([]expert.ImportQuestion, 500)
				for i := range list {
					n++
					list[i] = h.question(fmt.Sprintf("q-%d", n), x, y, z)
				}
				_, err := h.Import(b.Context(), h.owner, h.program.ID, list)
				must(b, err)
			}
		})
	}
}
