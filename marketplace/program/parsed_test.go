package program

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestParsedPoliciesAreOnesOwn(t *testing.T) {
	want := DefaultPolicies()
	want.Reward.BaseMinor, want.Reward.ByTopic = 7_00, map[string]int64{"billing": 9_00}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		got, err := parsePolicies(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("parsePolicies = %+v, %v; want %+v", got, err, want)
		}
		got.Reward.ByTopic["billing"], got.Routing.WaveSizes[0] = 1, 99
	}
	if _, err := parsePolicies([]byte(`{"reward": 7}`)); err == nil {
		t.Error("what is no policies was read")
	}
	for range 2 * mostParsed {
		want.Reward.BaseMinor++
		if text, err = json.Marshal(want); err != nil {
			t.Fatal(err)
		}
		if got, err := parsePolicies(text); err != nil || got.Reward.BaseMinor != want.Reward.BaseMinor {
			t.Fatalf("parsePolicies = %d, %v", got.Reward.BaseMinor, err)
		}
	}
	if len(parsed.kept) > mostParsed {
		t.Errorf("%d texts are kept", len(parsed.kept))
	}
}
