package dbtest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"knowhow/migrations/sqldb"
)

// Filled is a database that takes long to fill and is filled once: the tests of
// a process that begin with it get copies. Safe for concurrent use.
type Filled struct {
	fill     func(t testing.TB, db *sqldb.DB)
	sqlite   sync.Once
	file     []byte
	postgres sync.Once
	name     string
}

// NewFilled describes one that fill fills, on each dialect when it is wanted first.
func NewFilled(fill func(t testing.TB, db *sqldb.DB)) *Filled { return &Filled{fill: fill} }

// Open gives a copy that goes when the test ends.
func (f *Filled) Open(t testing.TB, dialect string) *sqldb.DB {
	t.Helper()
	if dialect == "sqlite" {
		return open(t, f.sqliteURL(t))
	}
	return open(t, f.postgresURL(t))
}

// Each runs fn as one subtest per database, each with a copy.
func (f *Filled) Each(t *testing.T, fn func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	for _, dialect := range Dialects {
		t.Run(dialect, func(t *testing.T) { fn(t, f.Open(t, dialect)) })
	}
}

func (f *Filled) sqliteURL(t testing.TB) string {
	f.sqlite.Do(func() {
		url := sqliteCopy(t)
		f.fillAndClose(t, url)
		file, err := os.ReadFile(strings.TrimPrefix(url, "sqlite:"))
		if err != nil {
			t.Fatalf("keep what was filled: %v", err)
		}
		f.file = file
	})
	if f.file == nil {
		t.Fatal("it could not be filled")
	}
	return sqliteFile(t, f.file)
}

var filledNames atomic.Int64

func (f *Filled) postgresURL(t testing.TB) string {
	f.postgres.Do(func() {
		server, err := postgresServer()
		if err != nil {
			t.Fatalf("start a throwaway PostgreSQL: %v", err)
		}
		name := fmt.Sprintf("filled_%d", filledNames.Add(1))
		postgresClone.Lock()
		err = server.Create(context.Background(), name, template)
		postgresClone.Unlock()
		if err != nil {
			t.Fatalf("clone the PostgreSQL template: %v", err)
		}
		f.fillAndClose(t, server.URL(name))
		f.name = name
	})
	if f.name == "" {
		t.Fatal("it could not be filled")
	}
	return postgresCopyOf(t, f.name)
}

// fillAndClose fills the database; closed, it can be copied.
func (f *Filled) fillAndClose(t testing.TB, url string) {
	db, err := sqldb.Open(context.Background(), url)
	if err != nil {
		t.Fatalf("open what is to be filled: %v", err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Fatalf("close what was filled: %v", err)
		}
	}()
	f.fill(t, db)
}
