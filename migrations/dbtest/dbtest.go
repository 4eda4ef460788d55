// Package dbtest gives every test a migrated database of its own, on SQLite
// and on a throwaway PostgreSQL that the test process starts once, both in memory
// where there is room. Nothing is ever skipped: where PostgreSQL is missing the
// test fails and says what to install.
package dbtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"knowhow/migrations"
	"knowhow/migrations/pgtemp"
	"knowhow/migrations/sqldb"
)

// Dialects lists what Each runs on.
var Dialects = []string{"sqlite", "postgres"}

// Each runs fn as one subtest per database, each with a fresh migrated one.
func Each(t *testing.T, fn func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	for _, dialect := range Dialects {
		t.Run(dialect, func(t *testing.T) { fn(t, Open(t, dialect)) })
	}
}

// Open gives a fresh migrated database that goes when the test ends.
func Open(t testing.TB, dialect string) *sqldb.DB {
	t.Helper()
	return open(t, URL(t, dialect))
}

func open(t testing.TB, url string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(context.Background(), url)
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the test's database: %v", err)
		}
	})
	return db
}

// URL gives the URL of a fresh migrated database, for tests that start
// processes of their own.
func URL(t testing.TB, dialect string) string {
	t.Helper()
	if dialect == "sqlite" {
		return sqliteCopy(t)
	}
	return postgresCopy(t)
}

var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "khdb")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "template.db")
	if err := migrate("sqlite:" + file); err != nil {
		return nil, err
	}
	return os.ReadFile(file) // closing checkpointed the write-ahead log
})

func sqliteCopy(t testing.TB) string {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("migrate the SQLite template: %v", err)
	}
	return sqliteFile(t, template)
}

// sqliteFile is the URL of a file in memory with a content, that goes when the
// test ends.
func sqliteFile(t testing.TB, content []byte) string {
	t.Helper()
	in, err := pgtemp.Scratch()
	if err != nil {
		t.Fatalf("find room for the test's database: %v", err)
	}
	dir, err := os.MkdirTemp(in, "")
	if err != nil {
		t.Fatalf("find room for the test's database: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the test's database: %v", err)
		}
	})
	file := filepath.Join(dir, "test.db")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatalf("copy the test's database: %v", err)
	}
	return "sqlite:" + file
}

var (
	postgresServer = sync.OnceValues(func() (*pgtemp.Server, error) { return startPostgres(context.Background()) })
	postgresCopies atomic.Int64
	postgresClone  sync.Mutex // one clone at a time: the template allows no second user
)

func postgresCopy(t testing.TB) string { return postgresCopyOf(t, template) }

func postgresCopyOf(t testing.TB, template string) string {
	t.Helper()
	server, err := postgresServer()
	if err != nil {
		t.Fatalf("start a throwaway PostgreSQL: %v", err)
	}
	ctx, name := context.Background(), fmt.Sprintf("test_%d", postgresCopies.Add(1))
	postgresClone.Lock()
	defer postgresClone.Unlock()
	if err := server.Create(ctx, name, template); err != nil {
		t.Fatalf("clone the PostgreSQL template: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Drop(ctx, name); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return server.URL(name)
}

func migrate(databaseURL string) error {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.SQL()
	if err != nil {
		return err
	}
	_, err = migrations.Up(ctx, conn, db.Dialect)
	return err
}
