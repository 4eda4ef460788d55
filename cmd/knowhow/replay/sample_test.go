package replay_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"knowhow/migrations/dbtest"
)

// The report that README.md shows is what the sample's replay prints.
func TestReadmeShowsTheReport(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := command(dbtest.URL(t, "sqlite"))
	c.Format.Name = "text"
	if err := c.Run(t.Context(), &out, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	report, _, _ := strings.Cut(out.String(), "result ")
	if report == "" || !strings.Contains(string(readme), report) {
		t.Errorf("README.md lacks\n%s", report)
	}
}

// Names of users are whatever another community has: not slugs, equal but for
// their case, equal to those of the people whom the replay adds.
func TestNamesOfAnotherCommunity(t *testing.T) {
	text, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	names := strings.NewReplacer(`"u13"`, `"Olga Owner"`, `"u1"`, `"Ünal K."`, `"u2"`, `"b-2"`, `"u3"`, `"B-2"`, `"u4"`, `"Rico Reviewer"`)
	other := command(dbtest.URL(t, "sqlite"))
	other.Data, other.To = filepath.Join(t.TempDir(), "other.jsonl"), "brindle-201"
	if err := os.WriteFile(other.Data, []byte(names.Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := other.Run(t.Context(), &out, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	r := read(t, out.Bytes())
	sound(t, r)
	if r.Covered == 0 || r.Resolved == 0 {
		t.Errorf("nobody was found: %+v", r)
	}
}
