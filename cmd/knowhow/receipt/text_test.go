package receipt

import (
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/question"
)

// What was forecast stands beside the wait it was, and nothing where nothing
// was.
func TestForecastIsWritten(t *testing.T) {
	asked, median := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), 90
	answered := asked.Add(2 * time.Minute)
	wait := question.Wait{AskedAt: asked, FirstResponseDue: asked.Add(time.Hour), FirstResponse: &answered, ResolutionDue: asked.Add(24 * time.Hour)}
	for want, said := range map[string]*question.Said{
		"forecast of the first response: 1m30s; nine in ten within not known": {MedianS: &median},
		"": nil,
	} {
		var b strings.Builder
		wait.Forecast = said
		writeWait(&b, wait)
		if got := b.String(); strings.Contains(got, "forecast") != (said != nil) || !strings.Contains(got, want) || !strings.Contains(got, "after 2m0s") {
			t.Errorf("%q", got)
		}
	}
}
