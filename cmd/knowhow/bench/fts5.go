package bench

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver, as migrations/sqldb has it
)

// fts5 measures SQLite's full-text search over the same profiles.
func (r *MatchReport) fts5(ctx context.Context, p *progress, questions []string) (err error) {
	dir, err := os.MkdirTemp("", "knowhow-bench-")
	if err != nil {
		return fmt.Errorf("make room for FTS5: %w", err)
	}
	defer os.RemoveAll(dir) // as good as temporary files get
	db, err := sql.Open("sqlite", filepath.Join(dir, "profiles.db")+"?_pragma=journal_mode(off)&_pragma=synchronous(off)&_pragma=cache_size(-400000)")
	if err != nil {
		return fmt.Errorf("open FTS5: %w", err)
	}
	defer db.Close() // the directory goes with it
	db.SetMaxOpenConns(1)
	began := time.Now()
	if err := r.fillFTS5(ctx, p, db); err != nil {
		return fmt.Errorf("fill FTS5: %w", err)
	}
	r.FTS5BuildS = rounded(time.Since(began).Seconds(), 2)
	times := make([]time.Duration, len(questions))
	for i, q := range questions {
		p.bar("search with FTS5", i, len(questions))
		began := time.Now()
		if err := search(ctx, db, q); err != nil {
			return fmt.Errorf("search with FTS5: %w", err)
		}
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	r.FTS5Questions = len(questions)
	r.FTS5P50, r.FTS5P99 = rounded(quantile(times, .5), 3), rounded(quantile(times, .99), 3)
	return nil
}

// fillFTS5 gives each expert's profile a row.
func (r *MatchReport) fillFTS5(ctx context.Context, p *progress, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, "CREATE VIRTUAL TABLE profiles USING fts5(text, content='')"); err != nil {
		return err
	}
	profiles := make([]string, r.Experts)
	err := newCorpus(r.Experts, 1).each(func(expert int, q settled) error {
		profiles[expert] += q.Title + q.Body
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	insert, err := tx.PrepareContext(ctx, "INSERT INTO profiles (rowid, text) VALUES (?, ?)")
	if err != nil {
		return err
	}
	for i, text := range profiles {
		p.bar("index profiles with FTS5", i, len(profiles))
		if _, err := insert.ExecContext(ctx, i+1, text); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "INSERT INTO profiles (profiles) VALUES ('optimize')")
	return err
}

// search finds the 20 best profiles for any of the question's words.
func search(ctx context.Context, db *sql.DB, question string) error {
	words := strings.Fields(question)
	slices.Sort(words)
	match := `"` + strings.Join(slices.Compact(words), `" OR "`) + `"`
	rows, err := db.QueryContext(ctx, "SELECT rowid FROM profiles WHERE profiles MATCH ? ORDER BY rank LIMIT 20", match)
	if err != nil {
		return err
	}
	defer rows.Close()
	found, id := 0, 0
	for rows.Next() {
		if err := rows.Scan(&id); err != nil {
			return err
		}
		found++
	}
	if found == 0 {
		return fmt.Errorf("nothing like %q", question)
	}
	return rows.Err()
}

// rounded keeps so many digits behind the point.
func rounded(x float64, digits int) float64 {
	unit := math.Pow10(digits)
	return math.Round(x*unit) / unit
}
