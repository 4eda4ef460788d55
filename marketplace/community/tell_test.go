package community

import (
	"testing"
	"time"

	"knowhow/marketplace/notify"
	"knowhow/marketplace/notify/notifytest"
)

func TestEveryMailIsInEveryLanguage(t *testing.T) {
	for _, what := range []string{toldAnswer, toldElection, toldVoting, toldResult, "carried", "overdue"} {
		notifytest.MustSpell(t, notify.Letter{Name: "community." + what, Values: notify.Values{
			"brand": "Acme", "day": notify.Day(time.Now()), "link": "https://",
		}})
	}
}
