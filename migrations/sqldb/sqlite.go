package sqldb

import (
	"database/sql"
	"errors"

	gsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"modernc.org/sqlite"
)

// Extended result codes of SQLite, https://www.sqlite.org/rescode.html.
const (
	codeForeignKey = 787
	codePrimaryKey = 1555
	codeUnique     = 2067
)

// sqliteDialector is gorm's SQLite dialect over modernc's pure Go driver: it
// translates that driver's errors.
type sqliteDialector struct{ *gsqlite.Dialector }

func newSQLiteDialector(conn *sql.DB) gorm.Dialector {
	return sqliteDialector{&gsqlite.Dialector{Conn: conn}}
}

// Translate implements gorm.ErrorTranslator.
func (d sqliteDialector) Translate(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case codeUnique, codePrimaryKey:
		return gorm.ErrDuplicatedKey
	case codeForeignKey:
		return gorm.ErrForeignKeyViolated
	}
	return err
}
