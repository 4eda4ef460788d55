package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"knowhow/marketplace"
	"knowhow/matching/simulate"
)

func TestMarketPrintsWhatItMeasured(t *testing.T) {
	c := Market{Seed: 3, Policy: "random", Load: .7, Seeds: 1}
	c.Name = "json"
	var out bytes.Buffer
	if err := c.Run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"resolution_rate", "first_response_p50_s", "first_response_p90_s", "max_wait_s", "newcomer_share", "gini", "forecast_coverage"} {
		if v, ok := got[key].(float64); !ok || v <= 0 {
			t.Errorf("%s is %v", key, got[key])
		}
	}
	c.Name, c.Seeds = "text", 2
	out.Reset()
	if err := c.Run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.Contains(text, "2 seeds") || !strings.Contains(text, "random") {
		t.Error(text)
	}
}

func TestMarketRefuses(t *testing.T) {
	for _, c := range []Market{{Load: .7}, {Load: .7, Seeds: 1001}, {Seeds: 1}, {Seeds: 1, Load: 5.1}} {
		c.Policy = "ours"
		if err := c.Run(t.Context(), &bytes.Buffer{}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if err := (&Market{Seeds: 1, Load: .7, Policy: "nobody"}).Run(t.Context(), &bytes.Buffer{}); !errors.Is(err, simulate.ErrPolicy) {
		t.Errorf("unknown policy: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := (&Market{Seeds: 3, Load: .7, Policy: "ours"}).Run(ctx, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}
