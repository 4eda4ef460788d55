package payouts

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

func postgres(tx *gorm.DB) bool { return tx.Dialector.Name() == "postgres" }

// forUpdate locks what is read. SQLite's writing transaction is itself the lock,
// and its dialect drops the clause.
func forUpdate(tx *gorm.DB) *gorm.DB {
	return tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
}

// stamp brings a time to what both databases keep: UTC, microseconds.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
