package database

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// ErrDisplaced: the database was restored into another PostgreSQL server, whose
// transactions have lower numbers than what is in it.
var ErrDisplaced = errors.New("the database was restored from another server and is not settled; knowhow backup restored does that")

// numbered is what is read in the order of PostgreSQL's transaction numbers.
// Where a restored row has a number that its server has not reached, readers
// wait for it in vain, or read what is new before it.
var numbered = []struct {
	table, column, next, below string
	trigger                    string // what keeps rows from being changed
}{
	{"events", "xid", nextXID, belowXID, ""},
	{"past_questions", "xid", nextXID, belowXID, ""},
	{"evidence", "xid", nextXID, belowXID, ""},
	{"roster_changes", "xid", nextXID, belowXID, ""},
	{"payout_facts", "tx_id", asNumber(nextXID), asNumber(belowXID), "payout_facts_append_only"},
}

const (
	// nextXID is above every number this server has given.
	nextXID = "pg_snapshot_xmax(pg_current_snapshot())"
	// belowXID is below every number that a running transaction has.
	belowXID = "((pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)::text::xid8)"
)

// placed reads the place up to which somebody was told of payouts' facts, "number.id".
var placed = "FROM told_facts WHERE place <> '' AND CAST(split_part(place, '.', 1) AS bigint) >= " + asNumber(nextXID)

// settlePlaces puts such a place before the first fact that was not told, by the
// number that it is about to have: what follows it and was told is told again, of
// which a mail's key makes one.
var settlePlaces = `UPDATE told_facts SET place = ` + asNumber(belowXID) + ` || '.' || COALESCE(
		(SELECT MIN(id) - 1 FROM payout_facts WHERE (tx_id, id) >
			(CAST(split_part(place, '.', 1) AS bigint), CAST(split_part(place, '.', 2) AS bigint))),
		(SELECT MAX(id) FROM payout_facts), 0)
	` + strings.TrimPrefix(placed, "FROM told_facts ")

func asNumber(xid string) string { return "CAST(CAST(" + xid + " AS text) AS bigint)" }

// CheckSettled refuses a PostgreSQL database with ErrDisplaced.
func CheckSettled(ctx context.Context, store *marketplace.Store) error {
	displaced := false
	err := store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if !marketplace.Postgres(tx) {
			return nil
		}
		for _, t := range numbered {
			var found bool
			err := tx.Raw(fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM %s WHERE %s >= %s)", t.table, t.column, t.next)).Row().Scan(&found)
			if err != nil {
				return fmt.Errorf("look at %s: %w", t.table, err)
			}
			displaced = displaced || found
		}
		var found bool
		if err := tx.Raw("SELECT EXISTS (SELECT 1 " + placed + ")").Row().Scan(&found); err != nil {
			return fmt.Errorf("look at told_facts: %w", err)
		}
		displaced = displaced || found
		return nil
	})
	if err == nil && displaced {
		err = ErrDisplaced
	}
	return err
}

// Settle numbers anew what was restored from a server with higher transaction
// numbers, all alike, so that it is read in the order in which it was written,
// before all that is new, and returns how many rows that took. Whoever had read
// a part of it has to begin anew. Nothing else may write meanwhile. Again, it
// does nothing.
func Settle(ctx context.Context, store *marketplace.Store) (rows int64, err error) {
	err = store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		rows = 0
		if !marketplace.Postgres(tx) {
			return nil
		}
		if err := tx.Exec(settlePlaces).Error; err != nil {
			return fmt.Errorf("settle told_facts: %w", err)
		}
		for _, t := range numbered {
			statements := []string{fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s >= %s", t.table, t.column, t.below, t.column, t.next)}
			if t.trigger != "" {
				statements = []string{
					fmt.Sprintf("ALTER TABLE %s DISABLE TRIGGER %s", t.table, t.trigger), statements[0],
					fmt.Sprintf("ALTER TABLE %s ENABLE TRIGGER %s", t.table, t.trigger),
				}
			}
			for _, s := range statements {
				done := tx.Exec(s)
				if done.Error != nil {
					return fmt.Errorf("settle %s: %w", t.table, done.Error)
				}
				rows += done.RowsAffected
			}
		}
		return nil
	})
	return rows, err
}
