package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"knowhow/marketplace/assembly"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/redact"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestKeysGenerate(t *testing.T) {
	type made struct {
		Keys string `json:"keys"`
	}
	whole := mustPrint[made](t, "keys", "generate").Keys
	entry, stderr, code := knowhow(t, "keys", "generate", "--entry", "--id", "k2")
	if code != 0 || stderr != "" || !strings.HasPrefix(entry, "k2:") || strings.Contains(entry, ",") {
		t.Fatalf("an entry: %d, %s", code, stderr)
	}
	if ring, err := redact.ParseKeyring(whole); err != nil || ring.Primary() != "k1" {
		t.Errorf("the keys do not parse: %v", err)
	}
	if ring, err := redact.ParseKeyring(entry + "," + whole); err != nil || ring.Primary() != "k2" {
		t.Errorf("the keys with the entry before them do not parse: %v", err)
	}
	for _, id := range []string{"index", "k 1", "", strings.Repeat("k", 33)} {
		stdout, stderr, code := knowhow(t, "keys", "generate", "--entry", "--id", id)
		if code != 2 || stdout != "" || !strings.Contains(stderr, "id") {
			t.Errorf("with the id %q: %d, %q, %s", id, code, stdout, stderr)
		}
	}
}

func TestKeysReseal(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			url := dbtest.URL(t, dialect)
			db, err := sqldb.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			}()
			m := markettest.New(t, db)
			m.Customer("Dana Whitlow")
			text, err := os.ReadFile(m.KeyFile)
			if err != nil {
				t.Fatal(err)
			}
			old, index, _ := strings.Cut(strings.TrimSpace(string(text)), ",")
			next := redact.GenerateKey("k2")
			t.Setenv("KNOWHOW_DATABASE_URL", url)
			t.Setenv("KNOWHOW_KEYS", next+","+old+","+index)
			first := mustPrint[assembly.Resealing](t, "keys", "reseal")
			if first.Primary != "k2" || first.Resealed < 8 || first.Unchanged != 0 || first.Broken != 0 {
				t.Errorf("the first time: %+v", first)
			}
			t.Setenv("KNOWHOW_KEYS", next+","+index)
			again := mustPrint[assembly.Resealing](t, "keys", "reseal")
			if again.Resealed != 0 || again.Unchanged != first.Resealed || again.Broken != 0 {
				t.Errorf("with the old key taken away: %+v", again)
			}
			if err := db.Write.Exec("UPDATE persons SET email_sealed = email_index WHERE id = ?", m.Owner.Person).Error; err != nil {
				t.Fatal(err)
			}
			stdout, stderr, code := knowhow(t, "keys", "reseal")
			if code != 1 || !strings.Contains(stderr, "do not open: 1") || !strings.Contains(stdout, "persons.email_sealed at id "+m.Owner.Person.String()) {
				t.Errorf("with a broken value: %d, %s, %s", code, stdout, stderr)
			}
			if strings.Contains(stdout+stderr, old) || strings.Contains(stdout+stderr, next) {
				t.Error("a key was printed")
			}
		})
	}
}

func TestKeysResealRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, stderr, code := knowhow(t, "keys", "reseal"); code != 1 || !strings.Contains(stderr, "knowhow.db") {
		t.Errorf("without a database: %d, %s", code, stderr)
	}
	for _, dialect := range dbtest.Dialects {
		t.Setenv("KNOWHOW_DATABASE_URL", dbtest.URL(t, dialect))
		if _, stderr, code := knowhow(t, "keys", "reseal"); code != 1 || !strings.Contains(stderr, "--key-file") {
			t.Errorf("without keys: %d, %s", code, stderr)
		}
		if _, stderr, code := knowhow(t, "keys", "reseal", "--key-file", "missing.keys"); code != 1 || !strings.Contains(stderr, "missing.keys") {
			t.Errorf("with a key file that is not there: %d, %s", code, stderr)
		}
		t.Setenv("KNOWHOW_KEYS", "k1:hush")
		if _, stderr, code := knowhow(t, "keys", "reseal"); code != 1 || !strings.Contains(stderr, "KNOWHOW_KEYS") || strings.Contains(stderr, "hush") {
			t.Errorf("with bad keys: %d, %s", code, stderr)
		}
		t.Setenv("KNOWHOW_KEYS", "")
	}
	if left, err := filepath.Glob("*"); err != nil || len(left) != 0 {
		t.Errorf("the refused command left %v, %v", left, err)
	}
}
