package markettest

import (
	"knowhow/migrations/dbtest"
)

// Snapshot writes out every row of every table, so that two of them tell
// whether anything at all changed in between.
func (m *Market) Snapshot() string {
	m.T.Helper()
	return dbtest.Dump(m.T, m.DB)
}
