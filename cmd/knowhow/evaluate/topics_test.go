package evaluate

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"knowhow/cmd/knowhow/internal/output"
)

// topicsSample is three topics, each in few words, with a row of none.
func topicsSample() string {
	var b strings.Builder
	row := func(text, label, split string, few bool) {
		fmt.Fprintf(&b, `{"text": %q, "label": %q, "sort": "of %s", "split": %q, "fewshot10": %v}`+"\n", text, label, label, split, few)
	}
	for i := range 60 {
		split := "train"
		if i%3 == 2 {
			split = "dev"
		}
		row(fmt.Sprintf("where is parcel number %d", i), "parcel", split, i < 10)
		row(fmt.Sprintf("reset password of account %d", i), "password", split, i < 10)
		row(fmt.Sprintf("send invoice %d again", i), "invoice", split, i < 10)
		row("play some jazz music", outOfScope, split, true)
	}
	return b.String()
}

func topicsFile(t *testing.T, content []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "rows.jsonl")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func measuredTopics(t *testing.T, c Topics) map[string]any {
	t.Helper()
	var out bytes.Buffer
	c.Format = output.Format{Name: "json"}
	if err := c.Run(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	var report map[string]any
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	return report
}

func TestTopics(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(topicsSample())); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	keys := []string{"accuracy", "ece", "oos_auroc", "oos_recall", "read_least_p99_ms", "read_p99_ms", "top3", "train_s"}
	for _, few := range []bool{false, true} {
		name := topicsFile(t, zipped.Bytes())
		report := measuredTopics(t, Topics{Train: name, Test: name, TrainSplit: "train", TestSplit: "dev", LabelField: "label", FewShot: few})
		var got []string
		for key := range report {
			got = append(got, key)
		}
		if slices.Sort(got); !slices.Equal(got, keys) {
			t.Errorf("keys %v, want %v", got, keys)
		}
		if least, first := report["read_least_p99_ms"].(float64), report["read_p99_ms"].(float64); least <= 0 || least > first {
			t.Errorf("reading took %v ms at the least, and %v the first time", least, first)
		}
		for _, key := range []string{"accuracy", "top3", "oos_auroc", "oos_recall"} {
			if report[key] != 1.0 {
				t.Errorf("few %v: %s is %v of what is plain to see", few, key, report[key])
			}
		}
	}
	var plain []string
	for line := range strings.Lines(topicsSample()) {
		if !strings.Contains(line, outOfScope) {
			plain = append(plain, line)
		}
	}
	name := topicsFile(t, []byte(strings.Join(plain, "")))
	report := measuredTopics(t, Topics{Train: name, Test: name, TrainSplit: "", TestSplit: "dev", LabelField: "sort"})
	if report["oos_auroc"] != nil || report["oos_recall"] != nil || report["accuracy"] != 1.0 {
		t.Errorf("without rows of no topic: %v", report)
	}
}

// A file in which no row names a split is measured with whole.
func TestTopicsTakesFilesWithoutSplits(t *testing.T) {
	train := topicsFile(t, []byte(topicsSample()))
	bare := topicsFile(t, []byte(strings.NewReplacer(`"split": "train", `, "", `"split": "dev", `, "").Replace(topicsSample())))
	report := measuredTopics(t, Topics{Train: train, Test: bare, TrainSplit: "train", TestSplit: "dev", LabelField: "label"})
	if report["accuracy"] != 1.0 {
		t.Errorf("%v", report)
	}
}

// Rows without a topic, and those of other splits, change nothing, nor does how
// a file begins, or whether topics are numbers.
func TestTopicsPassesOverWhatIsNotMarked(t *testing.T) {
	var noisy strings.Builder
	noisy.WriteString("\ufeff")
	for line := range strings.Lines(topicsSample()) {
		line = strings.NewReplacer(`"label": "parcel"`, `"label": 7`, `"label": "password"`, `"label": 8`).Replace(line)
		noisy.WriteString(strings.TrimSuffix(line, "\n") + "\r\n\r\n")
		noisy.WriteString(`{"text": "where is parcel", "label": null, "split": "dev"}` + "\n" + `{"text": "reset it", "split": "train"}` + "\n")
		noisy.WriteString(`{"text": "", "label": 7, "split": "test"}` + "\n")
	}
	name := topicsFile(t, []byte(noisy.String()))
	report := measuredTopics(t, Topics{Train: name, Test: name, TrainSplit: "train", TestSplit: "dev", LabelField: "label"})
	if report["accuracy"] != 1.0 || report["oos_auroc"] != 1.0 {
		t.Errorf("%v", report)
	}
}

func TestTopicsRefusesWhatItCannotMeasure(t *testing.T) {
	const row = `{"text": "a", "label": "b", "split": "train"}` + "\n"
	for _, test := range []struct{ rows, field, want string }{
		{"", "label", "there is no text in it"},
		{"no json\n", "label", "line 1"},
		{row + `{"label": "b", "split": "train"}`, "label", "line 2: text is missing"},
		{row, "label_ar", "no row has a label_ar"},
		{row + `{"text": "a", "label": ["b"]}`, "label", "line 2: label: "},
		{`{"text": 5, "label": "b", "split": "train"}`, "label", "line 1: text: "},
		{`{"text": "", "label": "b", "split": "train"}`, "label", "line 1: text is missing or empty"},
		{`{"text": "a", "label": "b", "split": "test"}`, "label", `no row has split "train"`},
		{`{"text": "a", "label": "oos", "split": "train"}`, "label", "every row is out of scope"},
		{row, "label", `no row has split "dev"`},
		{row + `{"text": "a", "label": "oos", "split": "dev"}`, "label", "every row is out of scope"},
		{"\x1f\x8bzip", "label", ""},
	} {
		name := topicsFile(t, []byte(test.rows))
		c := Topics{Train: name, Test: name, TrainSplit: "train", TestSplit: "dev", LabelField: test.field}
		var out bytes.Buffer
		if err := c.Run(context.Background(), &out); err == nil || !strings.Contains(err.Error(), test.want) || out.Len() > 0 {
			t.Errorf("%q: got %v, want %q", test.rows, err, test.want)
		}
	}
	name := topicsFile(t, []byte(row))
	c := Topics{Train: name, Test: name, TrainSplit: "train", TestSplit: "train", LabelField: "label", FewShot: true}
	if err := c.Run(context.Background(), &bytes.Buffer{}); !errors.Is(err, errNoFew) {
		t.Errorf("without few shots: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	c.FewShot = false
	if err := c.Run(ctx, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestStrangersAreTold(t *testing.T) {
	var ours []float64
	for i := range 100 {
		ours = append(ours, float64(i))
	}
	others := []float64{-1, 4, 5, 50, 200}
	if got := toldStrange(ours, others); got != 0.4 { // below 5, which rejects five of ours
		t.Errorf("told %v", got)
	}
	if got, want := areaUnder(ours, others), (100+95.5+94.5+49.5+0)/500; math.Abs(got-want) > 1e-12 {
		t.Errorf("area %v, want %v", got, want)
	}
}
