package dbtest

import (
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/migrations/sqldb"
)

// Dump writes out every row of every table, sorted, one a line. One statement
// reads them all: some hundred of their own took most of the time of the tests
// that compare.
func Dump(t testing.TB, db *sqldb.DB) string {
	t.Helper()
	var lines []string
	err := db.Read.WithContext(t.Context()).Transaction(func(tx *gorm.DB) error {
		if db.Dialect == "postgres" {
			if err := tx.Exec("SELECT set_config('knowhow.brand', '*', true)").Error; err != nil {
				return err
			}
		}
		var parts []string
		if err := tx.Raw(dumpParts[db.Dialect]).Scan(&parts).Error; err != nil || len(parts) == 0 {
			return err
		}
		return tx.Raw(strings.Join(parts, " UNION ALL ")).Scan(&lines).Error
	})
	if err != nil {
		t.Fatalf("dump the database: %v", err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// dumpParts make a SELECT of each table, of its rows as lines of text.
var dumpParts = map[string]string{
	"sqlite": `SELECT 'SELECT ''' || m.name || ':''' || group_concat(' || '' ' || c.name || ':'' || quote("' || c.name || '")', '' ORDER BY c.cid) || ' FROM "' || m.name || '"'
		FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' GROUP BY m.name`,
	"postgres": `SELECT 'SELECT ' || quote_literal(t.relname || ':')
		|| string_agg(format(' || %L || COALESCE(%I::text, ''NULL'')', ' ' || c.attname || ':', c.attname), '' ORDER BY c.attnum) || format(' FROM %I', t.relname)
		FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
		WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND pg_relation_size(t.oid) > 0
		GROUP BY t.relname`, // a table without pages has no rows
}
