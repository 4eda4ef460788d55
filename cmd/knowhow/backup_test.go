package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/pgtemp"
	"knowhow/migrations/sqldb"
)

// made is what `backup restored` prints.
type made struct {
	Settled    int64            `json:"settled"`
	Rows       map[string]int64 `json:"rows"`
	Postings   int64            `json:"postings"`
	Violations []string         `json:"violations"`
	Sealed     struct {
		Opened int   `json:"opened"`
		Broken int   `json:"broken"`
		Named  []any `json:"named"`
	} `json:"sealed"`
}

// busyMarket is a market in which questions are asked and resolved until stop is
// called, which tells how many were.
func busyMarket(t *testing.T, url string) (keyFile string, stop func() int64) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	m := markettest.New(t, db)
	ada := m.Expert("ada")
	live := func() {
		dana := m.Customer("Dana Whitlow")
		q := m.Ask(dana, "4K turns blurry on the Box")
		m.Answer(ada, m.Accept(ada))
		if err := m.Questions.Resolve(m.Ctx(), dana, q.ID); err != nil {
			t.Error(err)
		}
		m.RunDue()
	}
	for range 5 {
		live()
	}
	over, ended, n := make(chan struct{}), make(chan struct{}), int64(5)
	go func() {
		defer close(ended)
		for {
			select {
			case <-over:
				return
			default:
				live()
				n++
			}
		}
	}()
	return m.KeyFile, func() int64 {
		close(over)
		<-ended
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		return n
	}
}

// restored fails the test unless the database at url is sound, holds from 5 to
// most questions, and can be served.
func restored(t *testing.T, url, keyFile string, most int64) made {
	t.Helper()
	t.Setenv("KNOWHOW_DATABASE_URL", url)
	r := mustPrint[made](t, "backup", "restored", "--key-file", keyFile)
	if n := r.Rows["questions"]; n < 5 || n > most || r.Rows["assignments"] > n || r.Rows["brands"] != 1 {
		t.Errorf("rows %v, where at most %d were asked", r.Rows, most)
	}
	if r.Postings == 0 || len(r.Violations) != 0 || r.Sealed.Opened == 0 || r.Sealed.Broken != 0 {
		t.Errorf("the restored database: %+v", r)
	}
	if again := mustPrint[made](t, "backup", "restored", "--key-file", keyFile); again.Settled != 0 {
		t.Errorf("again, %d rows were numbered anew", again.Settled)
	}
	other := filepath.Join(t.TempDir(), "other")
	if out, _, _ := knowhow(t, "keys", "generate"); os.WriteFile(other, []byte(out), 0o600) != nil {
		t.Fatal("write other keys")
	}
	if _, stderr, code := knowhow(t, "backup", "restored", "--key-file", other); code != 1 || !strings.Contains(stderr, "do not open") {
		t.Errorf("with other keys: %d, %s", code, stderr)
	}
	mail := t.TempDir()
	_, stderr, code := knowhow(t, "serve", "--listen", "127.0.0.1:0", "--mail-dir", mail, "--mail-from", "a@example.com", "--key-file", other)
	if code != 1 || !strings.Contains(stderr, "not this database's keys") {
		t.Errorf("served with other keys: %d, %s", code, stderr)
	}
	served(t, "--key-file", keyFile)
	return r
}

// served fails the test unless `knowhow serve` begins to serve.
func served(t *testing.T, args ...string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var complaints strings.Builder
	announced := &seer{for_: "Serving http://", seen: stop}
	args = append([]string{"serve", "--listen", "127.0.0.1:0", "--mail-dir", t.TempDir(), "--mail-from", "a@example.com", "--log-level", "error"}, args...)
	if code := run(ctx, args, announced, &complaints); code != 0 || !announced.was {
		t.Errorf("it does not serve: %d, %s", code, &complaints)
	}
}

// seer waits for a text to be written.
type seer struct {
	for_ string
	seen func()
	was  bool
}

func (s *seer) Write(p []byte) (int, error) {
	if strings.Contains(string(p), s.for_) {
		s.was = true
		s.seen()
	}
	return len(p), nil
}

func TestBackupOfSQLite(t *testing.T) {
	url := dbtest.URL(t, "sqlite")
	t.Setenv("KNOWHOW_DATABASE_URL", url)
	keyFile, stop := busyMarket(t, url)
	file := filepath.Join(t.TempDir(), "backup.db")
	written := mustPrint[struct {
		File  string `json:"file"`
		Bytes int64  `json:"bytes"`
	}](t, "backup", "write", file)
	asked := stop()
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != written.Bytes || written.File != file {
		t.Errorf("the backup: %v, %v, said %+v", info, err, written)
	}
	if _, stderr, code := knowhow(t, "backup", "write", file); code != 2 || !strings.Contains(stderr, "is there already") {
		t.Errorf("over a file: %d, %s", code, stderr)
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
		t.Errorf("beside the backup is left %v, %v", left, err)
	}
	restored(t, "sqlite:"+file, keyFile, asked)
}

func TestBackupOfPostgres(t *testing.T) {
	url := dbtest.URL(t, "postgres")
	t.Setenv("KNOWHOW_DATABASE_URL", url)
	if _, stderr, code := knowhow(t, "backup", "write", "x"); code != 2 || !strings.Contains(stderr, "pg_dump") {
		t.Errorf("to write a backup of PostgreSQL: %d, %s", code, stderr)
	}
	keyFile, stop := busyMarket(t, url)
	file := filepath.Join(t.TempDir(), "backup.dump")
	script(t, url, "backup-postgres.sh", file)
	asked := stop()

	// Another server's transactions have other numbers: lower ones, here.
	other, err := pgtemp.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Stop() })
	if err := other.Create(t.Context(), "again", ""); err != nil {
		t.Fatal(err)
	}
	script(t, other.URL("again"), "restore-postgres.sh", file)
	t.Setenv("KNOWHOW_DATABASE_URL", other.URL("again"))
	_, stderr, code := knowhow(t, "serve", "--listen", "127.0.0.1:0", "--mail-dir", t.TempDir(), "--mail-from", "a@example.com", "--key-file", keyFile)
	if code != 1 || !strings.Contains(stderr, "knowhow backup restored") {
		t.Errorf("served before it was settled: %d, %s", code, stderr)
	}
	if r := restored(t, other.URL("again"), keyFile, asked); r.Settled == 0 {
		t.Error("no row was numbered anew")
	}
}

// script runs one of the project's scripts on a database.
func script(t *testing.T, url, name, file string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join("..", "..", "scripts", name), file)
	cmd.Env = append(os.Environ(), "KNOWHOW_DATABASE_URL="+url)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
