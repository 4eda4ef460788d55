package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"knowhow/migrations/dbtest"
)

// knowhow runs one command line and returns what it printed and its exit code.
func knowhow(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, complaints bytes.Buffer
	code = run(t.Context(), args, &out, &complaints)
	return out.String(), complaints.String(), code
}

// mustPrint runs one command line that has to succeed, and reads its JSON.
func mustPrint[T any](t *testing.T, args ...string) T {
	t.Helper()
	stdout, stderr, code := knowhow(t, append(args, "--format", "json")...)
	if code != 0 {
		t.Fatalf("%v: exit code %d: %s", args, code, stderr)
	}
	var result T
	decoder := json.NewDecoder(strings.NewReader(stdout))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&result); err != nil {
		t.Fatalf("%v printed %s: %v", args, stdout, err)
	}
	return result
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{nil, {"--help"}, {"migrate", "--help"}, {"evaluate", "redaction", "--help"}} {
		stdout, stderr, code := knowhow(t, args...)
		if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "Usage: knowhow") {
			t.Errorf("knowhow %v: %d, %q, %q", args, code, stdout, stderr)
		}
	}
	if stdout, _, _ := knowhow(t, "migrate", "up", "--help"); !strings.Contains(stdout, "$KNOWHOW_DATABASE_URL") {
		t.Errorf("the help does not name the variable: %s", stdout)
	}
}

// Whatever can be set is explained; what serve takes can be set by a variable.
func TestEveryFlagIsExplained(t *testing.T) {
	flags := 0
	err := kong.Visit(kong.Must(&commands{}).Model, func(v kong.Visitable, next kong.Next) error {
		node, ok := v.(*kong.Node)
		if !ok {
			return next(nil)
		}
		if node.Type == kong.CommandNode && node.Help == "" {
			t.Errorf("%s is not explained", node.FullPath())
		}
		for _, f := range node.Flags {
			if flags++; f.Help == "" && !f.Hidden {
				t.Errorf("%s --%s is not explained", node.FullPath(), f.Name)
			}
			if node.Name == "serve" && len(f.Envs) == 0 && f.Name != "help" {
				t.Errorf("--%s has no variable", f.Name)
			}
		}
		for _, p := range node.Positional {
			if p.Help == "" {
				t.Errorf("%s %s is not explained", node.FullPath(), p.Name)
			}
		}
		return next(nil)
	})
	if err != nil || flags < 60 {
		t.Errorf("%d flags were looked at: %v", flags, err)
	}
}

func TestCalledWrongly(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		args  []string
		names string // what the complaint must name
		code  int
	}{
		{[]string{"frobnicate"}, "frobnicate", 2},
		{[]string{"migrate"}, "up", 2},
		{[]string{"migrate", "sideways"}, "sideways", 2},
		{[]string{"version", "now"}, "now", 2},
		{[]string{"version", "--colour"}, "--colour", 2},
		{[]string{"version", "--format", "xml"}, "--format", 2},
		{[]string{"version", "--log-level", "loud"}, "--log-level", 2},
		{[]string{"migrate", "up", "--database-url", "mysql://root:hush@localhost/x"}, "--database-url", 2},
		{[]string{"migrate", "up", "--database-url", "sqlite:"}, "no file is named", 2},
		{[]string{"migrate", "up", "--database-url", "postgres://u:hush@[broken"}, "--database-url", 2},
		{[]string{"migrate", "up", "--database-url", "sqlite:no/such/dir/x.db"}, "no/such/dir", 1},
		{[]string{"migrate", "status"}, "knowhow.db", 1},
		{[]string{"migrate", "down"}, "knowhow.db", 1},
		{[]string{"evaluate", "redaction"}, "--data", 2},
		{[]string{"evaluate", "redaction", "--data", "nowhere.jsonl"}, "nowhere.jsonl", 2},
		{[]string{"evaluate", "redaction", "--data", os.DevNull}, "no text", 1},
	} {
		stdout, stderr, code := knowhow(t, c.args...)
		if code != c.code || stdout != "" || !strings.HasPrefix(stderr, "knowhow: ") || !strings.Contains(stderr, c.names) {
			t.Errorf("knowhow %v: exit code %d (want %d), printed %q, complained %q", c.args, code, c.code, stdout, stderr)
		}
		if strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "hush") {
			t.Errorf("knowhow %v complained %q, want one line without the password", c.args, stderr)
		}
	}
	if left, err := os.ReadDir("."); err != nil || len(left) != 0 {
		t.Errorf("refused commands left %v, %v", left, err)
	}
}

type steps struct {
	Steps []struct {
		Version   int64   `json:"version"`
		File      string  `json:"file"`
		AppliedAt *string `json:"applied_at"`
	} `json:"steps"`
}

func (s steps) applied() (n int) {
	for _, step := range s.Steps {
		if step.AppliedAt != nil {
			n++
		}
	}
	return n
}

func TestMigrate(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Setenv("KNOWHOW_DATABASE_URL", dbtest.URL(t, dialect))
			before := mustPrint[steps](t, "migrate", "status")
			all := len(before.Steps)
			if all == 0 || before.applied() != all {
				t.Fatalf("a migrated database has %d of %d steps", before.applied(), all)
			}
			down := mustPrint[struct {
				TakenBack string `json:"taken_back"`
			}](t, "migrate", "down")
			if newest := before.Steps[all-1].File; down.TakenBack != newest {
				t.Errorf("took back %q, want %q", down.TakenBack, newest)
			}
			if got := mustPrint[steps](t, "migrate", "status").applied(); got != all-1 {
				t.Errorf("then %d steps are applied, want %d", got, all-1)
			}
			if text, _, code := knowhow(t, "migrate", "status"); code != 0 || strings.Count(text, "missing") != 1 {
				t.Errorf("as text: %s", text)
			}
			for _, want := range []int{1, 0} {
				up := mustPrint[struct {
					Applied int `json:"applied"`
				}](t, "migrate", "up")
				if up.Applied != want {
					t.Errorf("up applied %d steps, want %d", up.Applied, want)
				}
			}
		})
	}
}

func TestMigrateMakesTheSQLiteFile(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, stderr, code := knowhow(t, "migrate", "up"); code != 0 || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	info, err := os.Stat("knowhow.db")
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v", info.Mode())
	}
}

func TestInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out, complaints bytes.Buffer
	file := filepath.Join(t.TempDir(), "x.db")
	if code := run(ctx, []string{"migrate", "up", "--database-url", "sqlite:" + file}, &out, &complaints); code != exitInterrupted {
		t.Errorf("exit code %d: %s", code, &complaints)
	}
	if got := complaints.String(); got != "knowhow: interrupted\n" {
		t.Errorf("complained %q", got)
	}
}

func TestEvaluateRedaction(t *testing.T) {
	type report struct {
		Recall    map[string]float64 `json:"recall"`
		Precision float64            `json:"precision"`
		PerMille  float64            `json:"false_positives_per_1000_tokens"`
		Counts    any                `json:"counts"`
	}
	got := mustPrint[report](t, "evaluate", "redaction", "--data", "testdata/marked.jsonl")
	if got.Recall["EMAIL_ADDRESS"] != 1 || got.Recall["CREDIT_CARD"] != 1 || len(got.Recall) != 2 || got.Precision != 1 || got.PerMille != 0 {
		t.Errorf("report %+v", got)
	}
	text, _, code := knowhow(t, "evaluate", "redaction", "--data", "testdata/marked.jsonl")
	if code != 0 || !strings.Contains(text, "EMAIL_ADDRESS") || !strings.Contains(text, "3 texts") {
		t.Errorf("as text: %s", text)
	}
	if _, stderr, code := knowhow(t, "evaluate", "redaction", "--data", "main.go"); code != 1 || !strings.Contains(stderr, "main.go: read marked text 1") {
		t.Errorf("of a file of another kind: %d, %s", code, stderr)
	}
}

func TestVersion(t *testing.T) {
	got := mustPrint[map[string]string](t, "version")
	if got["version"] == "" || got["go"] == "" || got["system"] == "" {
		t.Errorf("version %v", got)
	}
}
