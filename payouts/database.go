package payouts

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// byID reads the row with an id: *NotFoundError names noun.
func byID[T any](tx *gorm.DB, noun string, id uuid.UUID) (T, error) {
	var row, none T
	err := tx.Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return none, &NotFoundError{Noun: noun, ID: id}
	}
	if err != nil {
		return none, fmt.Errorf("read %s %s: %w", noun, id, err)
	}
	return row, nil
}

func postgres(tx *gorm.DB) bool { return tx.Dialector.Name() == "postgres" }

// forUpdate locks what is read. SQLite's writing transaction is itself the lock,
// and its dialect drops the clause.
func forUpdate(tx *gorm.DB) *gorm.DB {
	return tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
}

// stamp brings a time to what both databases keep: UTC, microseconds.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// idType is what a column of ids is in the database.
func idType(tx *gorm.DB) string {
	if postgres(tx) {
		return "uuid"
	}
	return "text"
}
