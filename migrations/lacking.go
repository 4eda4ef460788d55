package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Lacking names the first step that the database lacks, "" where it has all.
// It reads no step's text and takes no lock, so it may be asked at any time.
func Lacking(ctx context.Context, db *sql.DB, dialect string) (string, error) {
	has, err := applied(ctx, db, dialect)
	if err != nil {
		return "", fmt.Errorf("read the schema's steps: %w", err)
	}
	list, err := fs.ReadDir(files, dialect)
	if err != nil {
		return "", fmt.Errorf("list the steps for %s: %w", dialect, err)
	}
	for _, file := range list {
		number, _, _ := strings.Cut(file.Name(), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return "", fmt.Errorf("the step %s has no number: %w", file.Name(), err)
		}
		if !has[version] {
			return file.Name(), nil
		}
	}
	return "", nil
}

// applied is the steps that goose wrote down and did not take back.
func applied(ctx context.Context, db *sql.DB, dialect string) (map[int64]bool, error) {
	there, exists := false, "SELECT to_regclass('goose_db_version') IS NOT NULL"
	if dialect == "sqlite" {
		exists = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'goose_db_version')"
	}
	if err := db.QueryRowContext(ctx, exists).Scan(&there); err != nil || !there {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT version_id, is_applied FROM goose_db_version ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	has := map[int64]bool{}
	for rows.Next() {
		var version int64
		var is bool
		if err := rows.Scan(&version, &is); err != nil {
			return nil, err
		}
		has[version] = is
	}
	return has, rows.Err()
}
