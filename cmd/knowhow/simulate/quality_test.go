package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"knowhow/marketplace"
)

func TestQualityPrintsWhatItMeasured(t *testing.T) {
	c := Quality{Seed: 3, Seeds: 2}
	c.Name = "json"
	var out bytes.Buffer
	if err := c.Run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"bad_passed", "bad_passed_majority", "honest_refused", "brier", "brier_mean", "brier_wilson"} {
		mean, ok := got[key].(float64)
		within, has := got[key+"_ci"].(map[string]any)
		if !ok || mean <= 0 || !has || within["low"].(float64) > mean || within["high"].(float64) < mean {
			t.Errorf("%s is %v, within %v", key, got[key], got[key+"_ci"])
		}
	}
	first := out.String()
	out.Reset()
	if err := c.Run(t.Context(), &out); err != nil || out.String() != first {
		t.Errorf("again it is another: %v", err)
	}
	c.Name, c.Seeds = "text", 1
	out.Reset()
	if err := c.Run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.Contains(text, "by plain majority") || !strings.Contains(text, "1 seeds") {
		t.Error(text)
	}
}

func TestQualityRefuses(t *testing.T) {
	for _, seeds := range []int{0, -1, 1001} {
		if err := (&Quality{Seeds: seeds}).Run(t.Context(), &bytes.Buffer{}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("%d seeds: %v", seeds, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := (&Quality{Seeds: 3}).Run(ctx, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}
