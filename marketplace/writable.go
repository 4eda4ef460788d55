package marketplace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// refusesWrites reports an error that says that the database, which may well be
// read, takes no writes at present. PostgreSQL: 53100 disk_full, 25006
// read_only_sql_transaction. SQLite, by its primary result code: 8 readonly, 10
// ioerr, 13 full.
func refusesWrites(err error) bool {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return state.SQLState() == "53100" || state.SQLState() == "25006"
	}
	var result interface{ Code() int }
	if !errors.As(err, &result) {
		return false
	}
	switch result.Code() & 0xff {
	case 8, 10, 13:
		return true
	}
	return false
}

// Writable tells whether the database takes writes. It costs nothing until a
// transaction of this process was refused for want of room on the disk or the
// like: from then on it tries to write, each time it is asked, since nobody may
// send anything else to a process that cannot, and gives the error until that
// went well.
func (s *Store) Writable(ctx context.Context, now time.Time) error {
	if !s.refused.Load() {
		return nil
	}
	// A key that no request has; it is forgotten like theirs.
	err := s.InTx(WithoutClaim(ctx), AllBrands, func(tx *gorm.DB) error {
		_, err := ExecTx(tx, `INSERT INTO claims (scope, key, fingerprint, result, created_at) VALUES (?, ?, ?, '', ?)
			ON CONFLICT (scope, key) DO UPDATE SET created_at = EXCLUDED.created_at`, "store", "writable", make([]byte, 32), now)
		return err
	})
	if err != nil {
		return fmt.Errorf("try to write: %w", err)
	}
	s.refused.Store(false)
	return nil
}
