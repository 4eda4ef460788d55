package redact

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

const markedSet = "../../../shared/data/pii/presidio_synth_v2.jsonl.gz"

// TestEvaluateDefinitions holds the counting rules on hand-made spans.
func TestEvaluateDefinitions(t *testing.T) {
	in := `{"text":"ünder a@example.com or 10.0.0.1","template_id":1,"spans":[{"type":"EMAIL_ADDRESS","start":6,"end":19},{"type":"DOMAIN_NAME","start":23,"end":31}]}
{"text":"b@example.com","template_id":2,"spans":[{"type":"GPE","start":0,"end":13}]}
`
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(in))
	_ = z.Close()
	for _, data := range []string{in, zipped.String()} {
		got, err := Evaluate(strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if got.Recall["EMAIL_ADDRESS"] != 1 || len(got.Recall) != 1 || got.Precision != 0.5 {
			t.Errorf("recall %v, precision %v; want EMAIL_ADDRESS 1 only, 0.5", got.Recall, got.Precision)
		}
		if c := got.Counts; c.TruePositives != 1 || c.FalsePositives != 1 || c.Neutral != 1 || c.Texts != 2 {
			t.Errorf("counts %+v; want one each", c)
		}
	}
	if _, err := Evaluate(strings.NewReader(`{"text":`)); err == nil {
		t.Error("a cut-off file was accepted")
	}
}

// openMarked opens the marked set, or skips the test.
func openMarked(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Open(markedSet)
	if err != nil {
		t.Skipf("NOT MEASURED: no marked set at %s", markedSet)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestMarkedSet holds floors a little under what is reached on the marked set.
func TestMarkedSet(t *testing.T) {
	got, err := Evaluate(openMarked(t))
	if err != nil {
		t.Fatal(err)
	}
	floors := map[string]float64{
		"EMAIL_ADDRESS": 1, "CREDIT_CARD": 1, "IBAN_CODE": 1, "IP_ADDRESS": 1, "PHONE_NUMBER": 0.98, "PERSON": 0.94, "STREET_ADDRESS": 0.95,
	}
	for kind, floor := range floors {
		if recall := got.Recall[kind]; recall < floor {
			t.Errorf("%s: recall %.3f, floor %.3f", kind, recall, floor)
		}
	}
	if got.Precision < 0.93 {
		t.Errorf("precision %.3f, floor 0.93", got.Precision)
	}
	t.Logf("recall %v, precision %.3f, false positives per 1,000 tokens %.2f", got.Recall, got.Precision, got.FalsePositivesPer1000Words)
}

const ordinarySet = "../../../shared/data/travel_se_body/questions.jsonl.gz"

// TestOrdinaryText holds how much is redacted in ordinary questions, which have
// little personal data and many names of places.
func TestOrdinaryText(t *testing.T) {
	f, err := os.Open(ordinarySet)
	if err != nil {
		t.Skipf("NOT MEASURED: no ordinary questions at %s", ordinarySet)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	r, tokens, found := New(Options{}), 0, map[Kind]int{}
	decoder := json.NewDecoder(z)
	for n := 0; decoder.More() && n < 600; n++ {
		var q struct{ Title, Body string }
		if err := decoder.Decode(&q); err != nil {
			t.Fatal(err)
		}
		text := q.Title + "\n\n" + q.Body
		tokens += len(strings.Fields(text))
		for _, s := range r.Redact(text, nil).Spans {
			found[s.Kind]++
		}
	}
	total := 0
	for _, n := range found {
		total += n
	}
	rate := 1000 * float64(total) / float64(tokens)
	t.Logf("%.2f redactions per 1,000 tokens in %d tokens: %v", rate, tokens, found)
	if rate > 4 {
		t.Errorf("%.2f redactions per 1,000 tokens, want at most 4", rate)
	}
}
