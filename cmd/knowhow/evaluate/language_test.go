package evaluate

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/matching/language"
)

// said are sentences of two languages, written for this test.
func said() []languageRow {
	var rows []languageRow
	for _, thing := range []string{"router", "modem", "laptop", "tablet", "monitor"} {
		rows = append(rows,
			languageRow{"My " + thing + " does not start since the last update", "en", "sentence"},
			languageRow{"Mein " + thing + " startet seit dem letzten Update nicht mehr", "de", "sentence"},
			languageRow{"the " + thing, "en", "word-pair"}, languageRow{"der " + thing, "de", "word-pair"})
	}
	return rows
}

func fileOf(t *testing.T, name string, rows []languageRow) string {
	t.Helper()
	var lines bytes.Buffer
	for _, r := range rows {
		line, err := json.Marshal(map[string]string{"text": r.Text, "lang": r.Lang, "kind": r.Kind})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&lines, "%s\n", line)
	}
	return written(t, name, lines.Bytes())
}

func written(t *testing.T, name string, content []byte) string {
	t.Helper()
	if strings.HasSuffix(name, ".gz") {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		content = packed.Bytes()
	}
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLanguageReport(t *testing.T) {
	for _, folds := range []int{0, 5} {
		for _, name := range []string{"said.jsonl", "said.jsonl.gz"} {
			var out bytes.Buffer
			c := Language{Data: fileOf(t, name, said()), Folds: folds, Format: output.Format{Name: "json"}}
			if err := c.Run(t.Context(), &out); err != nil {
				t.Fatal(err)
			}
			var got struct {
				Accuracy  float64                    `json:"accuracy"`
				SureShare float64                    `json:"sure_share"`
				ByLang    map[string]json.RawMessage `json:"by_language"`
				ByKind    map[string]LanguageShare   `json:"by_kind"`
			}
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), `"accuracy_when_sure"`) || len(got.ByLang) != 2 || got.ByKind["sentence"].N != 10 {
				t.Errorf("%s", out.String())
			}
			if got.ByKind["sentence"].Accuracy < 1 || got.Accuracy < 0.7 {
				t.Errorf("%d folds: plain sentences right %.2f, all %.2f", folds, got.ByKind["sentence"].Accuracy, got.Accuracy)
			}
		}
	}
}

// A held-out text has no part in the model that judges it.
func TestFoldsHoldOut(t *testing.T) {
	rows := append(said(), languageRow{"ᚠᚢᚦᚨᚱᚲ ᚷᚹᚺᚾᛁᛃ", "is", "sentence"})
	report, err := (&Language{Folds: 5}).measure(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	if got := report.ByLanguage["is"]; got.N != 1 || got.Accuracy != 0 {
		t.Errorf("a language with one text: %+v", got)
	}
}

func TestLanguageModelWritten(t *testing.T) {
	name := filepath.Join(t.TempDir(), "model.bin")
	c := Language{Data: fileOf(t, "said.jsonl", said()), Write: name}
	var out bytes.Buffer
	if err := c.Run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := language.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if tag, _, _ := m.Detect("seit dem letzten Update"); tag != "de" {
		t.Errorf("German is %s", tag)
	}
	if !strings.Contains(out.String(), "right when sure") {
		t.Errorf("%s", out.String())
	}
}

func TestBadLanguageData(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		want    error
		says    string
	}{
		"empty":     {"", errNoRows, ""},
		"no text":   {`{"lang":"en"}`, errNoText, "line 1"},
		"no lang":   {"\n" + `{"text":"a"}`, errNoLang, "line 2"},
		"not JSON":  {"text,lang", nil, "line 1"},
		"long line": {strings.Repeat("x", longestRow+1), errLongRow, ""},
		"number":    {`{"text":1,"lang":"en"}`, nil, "line 1"},
	} {
		err := (&Language{Data: written(t, "bad.jsonl", []byte(c.content))}).Run(t.Context(), new(bytes.Buffer))
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (&Language{Data: fileOf(t, "few.jsonl", said()[:3]), Folds: 2}).Run(t.Context(), new(bytes.Buffer)); !errors.Is(err, language.ErrFewExamples) {
		t.Error(err)
	}
	if err := (&Language{Data: fileOf(t, "said.jsonl", said()), Folds: 1}).Run(t.Context(), new(bytes.Buffer)); err == nil {
		t.Error("one fold was taken")
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (&Language{Data: fileOf(t, "said.jsonl", said())}).Run(stopped, new(bytes.Buffer)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
