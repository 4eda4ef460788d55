package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"knowhow/migrations/dbtest"
)

// given has standard input hold text for the rest of the test.
func given(t *testing.T, text string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "input")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	was := os.Stdin
	os.Stdin = file
	t.Cleanup(func() { os.Stdin = was; file.Close() })
}

func TestAdminCreate(t *testing.T) {
	type created struct {
		Person string  `json:"person"`
		Email  string  `json:"email"`
		Brand  *string `json:"brand"`
		Link   string  `json:"link"`
	}
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Setenv("KNOWHOW_DATABASE_URL", dbtest.URL(t, dialect))
			keys, _, _ := knowhow(t, "keys", "generate")
			t.Setenv("KNOWHOW_KEYS", strings.TrimSpace(keys))
			ada := []string{"admin", "create", "--email", "ada@example.com", "--name", "Ada Okoye", "--base-url", "https://help.example.com"}

			first := mustPrint[created](t, ada...)
			if first.Person == "" || first.Brand != nil || !strings.HasPrefix(first.Link, "https://help.example.com/reset#") {
				t.Fatalf("created %+v", first)
			}
			branded := mustPrint[created](t, append(ada, "--brand", "Brindlewave")...)
			if branded.Person != first.Person || branded.Brand == nil || branded.Link == first.Link {
				t.Fatalf("with a brand: %+v", branded)
			}
			given(t, "an orange light, blinking\n")
			again := mustPrint[created](t, append(ada, "--brand", " brindlewave", "--password-stdin")...)
			if again.Person != first.Person || again.Brand == nil || *again.Brand != *branded.Brand || again.Link != "" {
				t.Errorf("again: %+v, first %+v", again, branded)
			}
			text, _, code := knowhow(t, append(ada, "--brand", "Brindlewave")...)
			if code != 0 || !strings.Contains(text, "is an operator") || !strings.Contains(text, "https://help.example.com/reset#") {
				t.Errorf("as text: %d, %s", code, text)
			}
			for _, c := range []struct {
				names, input string
				args         []string
			}{
				{"--email", "", []string{"--name", "Ada"}},
				{"email", "", []string{"--name", "Ada", "--email", "nobody"}},
				{"name", "", []string{"--name", "", "--email", "eve@example.com"}},
				{"--base-url", "", []string{"--name", "Eve", "--email", "eve@example.com", "--base-url", "help"}},
				{"--password-stdin", "\n", []string{"--name", "Eve", "--email", "eve@example.com", "--password-stdin"}},
				{"password", "password\n", []string{"--name", "Eve", "--email", "eve@example.com", "--password-stdin"}},
			} {
				given(t, c.input)
				if out, stderr, code := knowhow(t, append([]string{"admin", "create"}, c.args...)...); code != 2 || out != "" || !strings.Contains(stderr, c.names) {
					t.Errorf("%v: %d, %q, %s; want %s named", c.args, code, out, stderr, c.names)
				}
			}
			others, _, _ := knowhow(t, "keys", "generate")
			t.Setenv("KNOWHOW_KEYS", strings.TrimSpace(others))
			if out, stderr, code := knowhow(t, ada...); code != 1 || out != "" || !strings.Contains(stderr, "not this database's keys") {
				t.Errorf("with other keys: %d, %q, %s", code, out, stderr)
			}
		})
	}
}

func TestHealthOfNobody(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"--listen", "nowhere"}, 2}, {[]string{"--metrics-listen", "nowhere"}, 2}, {[]string{"--listen", "127.0.0.1:1"}, 1},
	} {
		if out, stderr, code := knowhow(t, append([]string{"health"}, c.args...)...); code != c.code || out != "" || !strings.HasPrefix(stderr, "knowhow: ") {
			t.Errorf("health %v: %d, %q, %s", c.args, code, out, stderr)
		}
	}
}
