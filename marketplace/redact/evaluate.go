package redact

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Marked is one text of an evaluation set with its marked spans.
type Marked struct {
	Text     string       `json:"text"`
	Template int          `json:"template_id"`
	Spans    []MarkedSpan `json:"spans"`
}

// MarkedSpan is what a person marked; offsets are Unicode code points.
type MarkedSpan struct {
	Type  string `json:"type"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Tally is the count behind one type's recall.
type Tally struct {
	Found int `json:"found"`
	Total int `json:"total"`
}

// Report is how well redaction does on marked text.
type Report struct {
	Recall                     map[string]float64 `json:"recall"` // by type; absent types are absent
	Precision                  float64            `json:"precision"`
	FalsePositivesPer1000Words float64            `json:"false_positives_per_1000_tokens"`
	Counts                     Counts             `json:"counts"`
}

// Counts are the numbers behind a Report.
type Counts struct {
	Texts          int              `json:"texts"`
	Tokens         int              `json:"tokens"` // words between white space
	Redactions     int              `json:"redactions"`
	TruePositives  int              `json:"true_positives"`
	FalsePositives int              `json:"false_positives"`
	Neutral        int              `json:"neutral"`
	ByType         map[string]Tally `json:"by_type"`
}

// countedTypes are the types of personal data that redaction answers for.
var countedTypes = map[string]bool{
	"EMAIL_ADDRESS": true, "CREDIT_CARD": true, "IBAN_CODE": true, "IP_ADDRESS": true, "PHONE_NUMBER": true,
	"PERSON": true, "STREET_ADDRESS": true, "US_SSN": true, "UK_NINO": true, "US_ITIN": true, "ES_NIF": true,
	"ES_NIE": true, "IT_FISCAL_CODE": true, "PL_PESEL": true, "DE_TAX_ID": true, "FR_NIR": true, "NL_BSN": true,
	"TR_TCKN": true, "US_PASSPORT": true,
}

// neutralTypes are neither asked for nor wrong to redact.
var neutralTypes = map[string]bool{"ZIP_CODE": true, "US_DRIVER_LICENSE": true, "AGE": true, "DOMAIN_NAME": true}

// neededCover is the share of a marked span's characters, in percent, that
// redactions, of whatever kind, must cover for it to be found.
const neededCover = 80

// Evaluate redacts each marked text (JSON lines, plain or gzip) as a
// conversation of its own, and counts. A marked span is found when redactions
// cover at least 80 % of its characters. A redaction is a true positive when it
// touches a span of a counted type, else neutral when it touches one that
// counts neither way, else a false positive.
func (r *Redactor) Evaluate(in io.Reader) (Report, error) {
	t := newTally()
	err := ReadMarked(in, func(m Marked) error {
		t.add(m, r.Redact(m.Text, nil))
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	return t.report(), nil
}

// Evaluate is Redactor.Evaluate with default options.
func Evaluate(in io.Reader) (Report, error) { return New(Options{}).Evaluate(in) }

// ReadMarked calls fn with each marked text of a set, plain or gzip.
func ReadMarked(in io.Reader, fn func(Marked) error) error {
	buffered := bufio.NewReader(in)
	var plain io.Reader = buffered
	if head, _ := buffered.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return fmt.Errorf("open gzip: %w", err)
		}
		plain = z
	}
	decoder := json.NewDecoder(plain)
	for n := 1; ; n++ {
		var m Marked
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read marked text %d: %w", n, err)
		}
		if err := fn(m); err != nil {
			return err
		}
	}
}

// tally adds up a Report.
type tally struct {
	Counts
}

func newTally() *tally { return &tally{Counts{ByType: map[string]Tally{}}} }

// add counts one text and its redactions.
func (t *tally) add(m Marked, got Result) {
	t.Texts++
	t.Tokens += len(strings.Fields(m.Text))
	t.Redactions += len(got.Spans)
	covered := coverage(m.Text, got.Spans)
	for _, s := range m.Spans {
		if countedTypes[s.Type] {
			count := t.ByType[s.Type]
			count.Total++
			if isFound(s, covered) {
				count.Found++
			}
			t.ByType[s.Type] = count
		}
	}
	for _, s := range got.Spans {
		switch judge(m, s) {
		case truePositive:
			t.TruePositives++
		case falsePositive:
			t.FalsePositives++
		default:
			t.Neutral++
		}
	}
}

// coverage tells for each code point of a text whether it is redacted.
func coverage(text string, spans []Span) []bool {
	covered := make([]bool, 0, len(text))
	k := 0
	for i := range text {
		for k < len(spans) && spans[k].End <= i {
			k++
		}
		covered = append(covered, k < len(spans) && i >= spans[k].Start)
	}
	return covered
}

func isFound(s MarkedSpan, covered []bool) bool {
	n := 0
	for i := max(s.Start, 0); i < min(s.End, len(covered)); i++ {
		if covered[i] {
			n++
		}
	}
	return n*100 >= (s.End-s.Start)*neededCover
}

// judgements of a redaction.
const (
	falsePositive = iota
	neutral
	truePositive
)

// judge holds a redaction against the marked spans.
func judge(m Marked, s Span) int {
	start := utf8.RuneCountInString(m.Text[:s.Start])
	end := start + utf8.RuneCountInString(m.Text[s.Start:s.End])
	verdict := falsePositive
	for _, marked := range m.Spans {
		if marked.Start >= end || marked.End <= start {
			continue
		}
		if countedTypes[marked.Type] {
			return truePositive
		}
		if neutralTypes[marked.Type] {
			verdict = neutral
		}
	}
	return verdict
}

func (t *tally) report() Report {
	r := Report{Recall: map[string]float64{}, Counts: t.Counts}
	for kind, count := range t.ByType {
		r.Recall[kind] = float64(count.Found) / float64(count.Total)
	}
	if n := t.TruePositives + t.FalsePositives; n > 0 {
		r.Precision = float64(t.TruePositives) / float64(n)
	}
	if t.Tokens > 0 {
		r.FalsePositivesPer1000Words = 1000 * float64(t.FalsePositives) / float64(t.Tokens)
	}
	return r
}
