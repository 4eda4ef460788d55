package question

import (
	"slices"
	"testing"
	"time"

	"knowhow/matching"
)

// Every weight is published, in a group, and the groups' shares are the whole.
func TestEveryParameterIsPublished(t *testing.T) {
	w := fitted{Weights: matching.DefaultWeights()}
	p, err := published(w)
	if err != nil || p.Own || p.Until != nil || p.Version != w.Version {
		t.Fatalf("%+v, %v", p, err)
	}
	tagged, err := named(w.Tagged)
	if err != nil {
		t.Fatal(err)
	}
	shares, features := 0, 0
	for i, g := range p.Groups {
		if !slices.Contains(ParameterGroups, g.Name) || i > 0 && g.ShareBP > p.Groups[i-1].ShareBP {
			t.Errorf("group %s in place %d has %d", g.Name, i, g.ShareBP)
		}
		shares += g.ShareBP
		for _, f := range g.Features {
			features++
			if weight, ok := tagged[f.Name]; !ok || weight != f.Tagged || groupOf[f.Name] != g.Name {
				t.Errorf("%s: %+v, is %v", g.Name, f, weight)
			}
		}
	}
	if len(p.Groups) != len(ParameterGroups) || features != len(tagged) || shares < 9_990 || shares > 10_010 {
		t.Errorf("%d groups with %d features of %d add up to %d", len(p.Groups), features, len(tagged), shares)
	}
	w.number, w.Fitted = 3, matching.Fitting{Resolved: 800, Until: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
	if p, err := published(w); err != nil || !p.Own || p.Resolved != 800 || !p.Until.Equal(w.Fitted.Until) {
		t.Errorf("of its own: %+v, %v", p, err)
	}
}
