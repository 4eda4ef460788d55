package evaluate

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"knowhow/matching/topic"
)

// topicRow is one line of the data.
type topicRow struct {
	text, label, split string
	few                bool
	line               int
}

var (
	errOnlyOOS = errors.New("every row is out of scope")
	errNoFew   = errors.New("no row of the split has fewshot10")
)

// read reads the rows of a split, or those of its few shots.
func (c *Topics) read(ctx context.Context, name, split string, few bool) ([]topicRow, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() // only read from
	in := bufio.NewReader(stopping{ctx, file})
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReader(unpacked)
	}
	return topicRows(in, c.LabelField, split, few)
}

// topicRows reads the rows of a split that have a topic. A file of which no row
// names a split is one.
func topicRows(in io.Reader, field, split string, few bool) ([]topicRow, error) {
	all, err := allTopicRows(in, field)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errNoRows
	}
	ofSplit := slices.Clone(all)
	if split != "" && slices.ContainsFunc(all, func(r topicRow) bool { return r.split != "" }) {
		ofSplit = slices.DeleteFunc(ofSplit, func(r topicRow) bool { return r.split != split })
	}
	if len(ofSplit) == 0 {
		return nil, fmt.Errorf("no row has split %q", split)
	}
	rows := slices.DeleteFunc(ofSplit, func(r topicRow) bool { return r.label == "" })
	if len(rows) == 0 {
		return nil, fmt.Errorf("no row has a %s", field)
	}
	for _, row := range rows {
		if row.text == "" {
			return nil, fmt.Errorf("line %d: %w", row.line, errNoText)
		}
	}
	if few {
		rows = slices.DeleteFunc(rows, func(r topicRow) bool { return !r.few })
	}
	if len(rows) == 0 {
		return nil, errNoFew
	}
	return rows, nil
}

func allTopicRows(in io.Reader, field string) ([]topicRow, error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longestRow)
	var rows []topicRow
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), byteOrderMark))
		if len(line) == 0 {
			continue
		}
		row, err := parseTopic(line, field)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		row.line = n
		rows = append(rows, row)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("a line is %w", errLongRow)
	} else if err != nil {
		return nil, err
	}
	return rows, nil
}

// parseTopic reads one line; field names where its topic is, which is empty
// where the line has none.
func parseTopic(line []byte, field string) (row topicRow, err error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return row, err
	}
	var label name
	for _, part := range []struct {
		name string
		into any
	}{{"text", &row.text}, {field, &label}, {"split", &row.split}, {"fewshot10", &row.few}} {
		if value, there := raw[part.name]; there {
			if err := json.Unmarshal(value, part.into); err != nil {
				return row, fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
	row.label = string(label)
	return row, nil
}

func withoutOOS(rows []topicRow) []topicRow {
	return slices.DeleteFunc(slices.Clone(rows), func(r topicRow) bool { return r.label == outOfScope })
}

const topicBins = 15

const (
	// readings are how often a text is read for what that costs at the least.
	readings = 3
	// warming is how many other texts are read before time is taken.
	warming = 200
)

// topicTally counts what was read.
type topicTally struct {
	n, right, top3      int
	bins                [topicBins]struct{ sure, right float64 }
	familiar, strangers []float64       // of texts of our topics, and of none
	took, least         []time.Duration // of the first reading of each text, and the least of all
}

// warm reads texts that are not measured, as those before a server's were.
func warm(model *topic.Model, rows []topicRow) {
	for _, row := range rows[:min(warming, len(rows))] {
		model.Read(row.text)
	}
}

func (t *topicTally) add(model *topic.Model, row topicRow) {
	start := time.Now()
	reading := model.Read(row.text)
	took := time.Since(start)
	least := took
	for range readings - 1 {
		start = time.Now()
		model.Read(row.text)
		least = min(least, time.Since(start))
	}
	t.took, t.least = append(t.took, took), append(t.least, least)
	if row.label == outOfScope {
		t.strangers = append(t.strangers, reading.Familiar)
		return
	}
	t.n++
	t.familiar = append(t.familiar, reading.Familiar)
	place := slices.IndexFunc(reading.Topics, func(g topic.Guess) bool { return g.Topic == row.label })
	first := reading.Topics[0].Probability
	bin := &t.bins[min(topicBins-1, int(first*topicBins))]
	bin.sure += first
	if place == 0 {
		t.right++
		bin.right++
	}
	if place >= 0 && place < 3 {
		t.top3++
	}
}

func (t *topicTally) report(learning time.Duration) TopicsReport {
	r := TopicsReport{Accuracy: float64(t.right) / float64(t.n), Top3: float64(t.top3) / float64(t.n), TrainS: learning.Seconds()}
	for _, bin := range t.bins {
		r.ECE += math.Abs(bin.sure-bin.right) / float64(t.n)
	}
	r.ReadP99MS, r.ReadLeastP99MS = p99MS(t.took), p99MS(t.least)
	if len(t.strangers) > 0 {
		slices.Sort(t.familiar)
		area, told := areaUnder(t.familiar, t.strangers), toldStrange(t.familiar, t.strangers)
		r.OOSAUROC, r.OOSRecall = &area, &told
	}
	return r
}

func p99MS(took []time.Duration) float64 {
	slices.Sort(took)
	return took[(len(took)-1)*99/100].Seconds() * 1e3
}

// areaUnder is the share of pairs of one of ours and one that is not in which
// ours is the more familiar; a tie is half a pair.
func areaUnder(ours, others []float64) float64 {
	sum := 0.0
	for _, x := range others {
		below, _ := slices.BinarySearch(ours, x)
		notAbove, _ := slices.BinarySearchFunc(ours, x, func(a, x float64) int { return cmp.Or(cmp.Compare(a, x), -1) })
		sum += float64(len(ours)-notAbove) + float64(notAbove-below)/2
	}
	return sum / float64(len(ours)*len(others))
}

// toldStrange is the share of the others that are less familiar than all but
// the strangest 5 % of ours.
func toldStrange(ours, others []float64) float64 {
	threshold, told := ours[len(ours)/20], 0
	for _, x := range others {
		if x < threshold {
			told++
		}
	}
	return float64(told) / float64(len(others))
}
