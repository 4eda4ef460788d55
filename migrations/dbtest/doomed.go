package dbtest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Doomed is the URL of a database for a process that is to be killed, and a wait
// for what becomes of it. Of a process that is dead PostgreSQL has the connections
// until it comes to them, and may yet commit what was on its way.
func Doomed(t testing.TB, url string) (theirs string, rest func()) {
	t.Helper()
	if !strings.HasPrefix(url, "postgres://") {
		return url, func() {}
	}
	const name = "doomed"
	return url + "&application_name=" + name, func() {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
		defer cancel()
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			t.Fatalf("look for who was killed: %v", err)
		}
		for left := 1; left > 0 && err == nil; {
			err = conn.QueryRow(ctx, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`, name).Scan(&left)
		}
		if err = errors.Join(err, conn.Close(ctx)); err != nil {
			t.Fatalf("wait for who was killed: %v", err)
		}
	}
}
