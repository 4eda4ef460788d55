package question

import (
	"testing"
	"time"

	"knowhow/marketplace/notify"
	"knowhow/marketplace/notify/notifytest"
)

func TestEveryMailIsInEveryLanguage(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	soon, later := now.Add(time.Hour), now.Add(50*time.Hour)
	w := heldUp{AskedAt: now, ForecastP90S: 3600}
	end := notify.Words{Of: "question.end", Values: notify.Values{"day": notify.Day(now), "link": "https://", "question": "1"}}
	list := []notify.Letter{
		{Name: "question.answer"}, {Name: "question.ended"}, {Name: "question.message"}, nudgeLetter(now),
		w.letter(nil, now), w.letter(&Forecast{MedianAt: &soon}, now), w.letter(&Forecast{MedianAt: &soon, P90At: &later}, now),
	}
	for i := range list {
		list[i] = list[i].Ending(end)
	}
	for _, more := range []int{0, 1, 2, 3, 11, 100} {
		list = append(list, watched{RewardMinor: 350, Currency: "EUR", Title: "…", More: more}.offerLetter("https://"))
	}
	list = append(list, notify.Letter{Name: "question.words", Values: notify.Values{"link": "https://"}})
	for _, l := range list {
		notifytest.MustSpell(t, l)
	}
}
