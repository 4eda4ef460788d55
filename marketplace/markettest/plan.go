package markettest

import (
	"strings"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// Plan is how the database would go about a query of one brand, or of all,
// with no regard to how few rows its tables have now.
func (m *Market) Plan(brand marketplace.BrandID, query string) string {
	m.T.Helper()
	var plan []string
	m.must("explain", m.Store.InTx(m.Ctx(), brand, func(tx *gorm.DB) error {
		if m.DB.Dialect == "sqlite" {
			var steps []struct{ Detail string }
			err := tx.Raw("EXPLAIN QUERY PLAN " + query).Scan(&steps).Error
			for _, s := range steps {
				plan = append(plan, s.Detail)
			}
			return err
		}
		if err := tx.Exec("SET LOCAL enable_seqscan = off").Error; err != nil { // the tables are small
			return err
		}
		return tx.Raw("EXPLAIN " + query).Scan(&plan).Error
	}))
	return strings.Join(plan, " ")
}
