package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"knowhow/marketplace"
)

func TestMatch(t *testing.T) {
	var out bytes.Buffer
	c := Match{Experts: 300, Questions: 20}
	c.Format.Name = "json"
	if err := c.Run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	var r MatchReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Experts != 300 || r.Questions != 20 || r.FTS5Questions != 20 || r.BytesPerExpert < 500 || r.BytesPerExpert > 100_000 {
		t.Errorf("report %+v", r)
	}
	for name, figure := range map[string]float64{"build_s": r.BuildS, "rank_p50_ms": r.RankP50, "add_us": r.AddUS, "assign_ms": r.AssignMS,
		"fts5_p50_ms": r.FTS5P50, "ratio": r.Ratio} {
		if !(figure > 0) || math.IsInf(figure, 0) {
			t.Errorf("%s is %v", name, figure)
		}
	}
	if r.RankP99 < r.RankP50 || r.RankOnceP99 < r.RankP99 || r.FTS5P99 < r.FTS5P50 {
		t.Errorf("percentiles out of order: %+v", r)
	}
}

func TestMatchRefusesAndStops(t *testing.T) {
	for _, c := range []Match{{Experts: 99, Questions: 10}, {Experts: 2_000_000, Questions: 10}, {Experts: 100, Questions: 9}} {
		if err := c.Run(t.Context(), &bytes.Buffer{}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("%+v: %v, want ErrInvalid", c, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := (&Match{Experts: 100, Questions: 10}).Run(ctx, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// Words are as uneven as they are said to be, and profiles as long.
func TestCorpus(t *testing.T) {
	c := newCorpus(200, 3)
	counts, n := map[string]int{}, 400_000
	for range n {
		counts[c.text(1)]++
	}
	total := 0.0
	for i := range zipfWords {
		total += 1 / float64(i+1)
	}
	for _, rank := range []int{0, 1, 9, 99} {
		want := float64(n) / float64(rank+1) / total
		if got := float64(counts[c.words[rank]+" "]); math.Abs(got-want) > 5*math.Sqrt(want) {
			t.Errorf("word %d is drawn %v times, want %v", rank, got, want)
		}
	}
	lengths, questions := make([]int, 200), 0
	if err := c.each(func(expert int, q settled) error {
		lengths[expert] += len(bytes.Fields([]byte(q.Title + q.Body)))
		questions++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, n := range lengths {
		if n < leastProfile-perExpert || n > mostProfile {
			t.Errorf("a profile of %d words", n)
		}
	}
	if questions != 200*perExpert {
		t.Errorf("%d questions", questions)
	}
}
