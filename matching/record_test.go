package matching

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReplayAndJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		r := w.index().Rank(w.query, w.candidates, DefaultWeights())
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back Record
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(r, back) {
			t.Fatalf("went in %+v\ncame out %+v", r, back)
		}
		again, err := back.Replay()
		if err != nil {
			t.Fatal(err)
		}
		sameRanking(t, r, Record{Version: r.Version, Candidates: again}, itself)
		n := rapid.IntRange(0, 9).Draw(t, "top")
		if _, err := r.Top(n).Replay(); err != nil {
			t.Fatalf("top %d: %v", n, err)
		}
	})
}

func TestPartsSumToTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		r := w.index().Rank(w.query, w.candidates, DefaultWeights())
		for i, c := range r.Candidates {
			sum := 0.0
			for j, part := range c.Parts {
				if part != r.Factors[j].Weight*c.Features[j] {
					t.Fatalf("%s: part %v of weight %v and feature %v", r.Factors[j].Name, part, r.Factors[j].Weight, c.Features[j])
				}
				sum += part
			}
			if sum != c.Total || c.Rank != i+1 || i > 0 && c.Total > r.Candidates[i-1].Total {
				t.Fatalf("place %d: parts sum to %v, total %v, rank %d", i+1, sum, c.Total, c.Rank)
			}
		}
	})
}

// A feature takes little room in a record: six decimal places, and no -0.
func TestFeaturesAreRounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		r := w.index().Rank(w.query, w.candidates, DefaultWeights())
		for _, c := range r.Candidates {
			for j, x := range c.Features {
				text := strconv.FormatFloat(x, 'f', -1, 64)
				if _, decimals, _ := strings.Cut(text, "."); len(decimals) > 6 || text == "-0" {
					t.Fatalf("%s: %s", r.Factors[j].Name, text)
				}
			}
		}
	})
}

func TestReplayFindsTampering(t *testing.T) {
	record := func() Record {
		ix := NewIndex()
		ix.AddEvidence(Evidence{Document: id("1"), Expert: id("a"), Answered: day(-3), Resolved: day(-2)})
		return ix.Rank(Query{At: noon}, []Candidate{{Expert: id("a")}, {Expert: id("b")}}, DefaultWeights())
	}
	for name, change := range map[string]func(*Record){
		"weight":   func(r *Record) { r.Factors[featActivityMonth].Weight = 7 },
		"feature":  func(r *Record) { r.Candidates[0].Features[featIdleHours] = 1 },
		"missing":  func(r *Record) { r.Candidates[1].Features = r.Candidates[1].Features[1:] },
		"part":     func(r *Record) { r.Candidates[0].Parts[0]++ },
		"total":    func(r *Record) { r.Candidates[0].Total++ },
		"place":    func(r *Record) { r.Candidates[0], r.Candidates[1] = r.Candidates[1], r.Candidates[0] },
		"rank":     func(r *Record) { r.Candidates[0].Rank = 2 },
		"identity": func(r *Record) { r.Candidates[0].Expert, r.Candidates[1].Expert = id("b"), id("c") },
	} {
		r := record()
		change(&r)
		_, err := r.Replay()
		if name == "identity" {
			if err != nil {
				t.Errorf("ids decide nothing, yet: %v", err)
			}
			continue
		}
		if !errors.Is(err, ErrReplay) {
			t.Errorf("%s changed: error %v, want ErrReplay", name, err)
		}
	}
}

func TestIDText(t *testing.T) {
	var back ID
	text, _ := id("expert").MarshalText()
	if err := back.UnmarshalText(text); err != nil || back != id("expert") {
		t.Errorf("%s came back as %v, %v", text, back, err)
	}
	for _, bad := range []string{"", "00", string(text) + "00", "zz" + string(text[2:])} {
		if back.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q is taken for an id", bad)
		}
	}
}
