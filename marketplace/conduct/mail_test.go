package conduct

import (
	"testing"
	"time"

	"knowhow/marketplace/notify/notifytest"
)

func TestEveryMailIsInEveryLanguage(t *testing.T) {
	reasons := []Reason{SuspendQuality, SuspendConduct, SuspendPrivacy, SuspendFraud, SuspendTerms}
	for _, kind := range []Kind{Suspension, Restriction} {
		for _, occasion := range []string{"imposed", "lifted", appealUpheld, appealUndecided, appealRejected} {
			for _, reason := range reasons {
				for _, within := range []time.Duration{time.Hour, 24 * time.Hour, 11 * 24 * time.Hour} {
					m := Measure{Kind: kind, Reason: reason, Evidence: "…", Decision: "…", Topics: []string{"1", "2"}}
					notifytest.MustSpell(t, m.notice(occasion, "Acme", "https://", within))
				}
			}
		}
	}
}
