package demo

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func mustLoad(t *testing.T) *cast {
	t.Helper()
	c, err := loadCast()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestContent: everything that is said is said by somebody who can, once.
func TestContent(t *testing.T) {
	c := mustLoad(t)
	byHandle := map[string]performer{}
	for _, x := range c.experts {
		byHandle[x.Handle] = x
	}
	said := map[string]string{}
	once := func(id, text string) {
		if other := said[text]; other != "" || strings.TrimSpace(text) == "" {
			t.Errorf("%s says what %s says: %s", id, other, text)
		}
		said[text] = id
	}
	pairs := 0
	for _, e := range slices.Concat(c.entries, c.today) {
		for _, ask := range e.Asks {
			once(e.ID, ask.Title+"\n"+ask.Body)
		}
		for _, answer := range e.Answers {
			once(e.ID, answer)
			pairs++
		}
		if len(e.Answers) != len(e.Asks) && !e.Open {
			t.Errorf("%s has %d answers to %d wordings", e.ID, len(e.Answers), len(e.Asks))
		}
		for _, turn := range e.First {
			e.check(t, byHandle, turn.By)
		}
		if e.By != "" {
			e.check(t, byHandle, e.By)
		}
		for _, list := range []map[string][]string{openings, closings, thanks} {
			if len(list[e.Language]) == 0 {
				t.Errorf("nobody is polite in %s", e.Language)
			}
		}
	}
	if pairs < 250 {
		t.Errorf("%d questions with an answer of their own", pairs)
	}
	if len(c.today) != 12 {
		t.Errorf("%d questions are open", len(c.today))
	}
}

// check: the expert is there, at that time, and may answer.
func (e entry) check(t *testing.T, experts map[string]performer, by string) {
	t.Helper()
	x, known := experts[by]
	switch {
	case !known:
		t.Errorf("%s: nobody is called %s", e.ID, by)
	case !slices.Contains(x.Languages, e.Language):
		t.Errorf("%s: %s does not answer in %s", e.ID, by, e.Language)
	case e.Topic == "plans" && !slices.Contains(x.Certified, "plans"):
		t.Errorf("%s: %s is not certified", e.ID, by)
	case e.Topic == "billing":
		t.Errorf("%s: the topic is the brand's own", e.ID)
	case x.Newcomer && e.Customer == "" && e.From <= x.Joins:
		t.Errorf("%s: asked before %s joins", e.ID, by)
	}
}

// TestItems: the past is asked in the past, in order, whenever it begins.
func TestItems(t *testing.T) {
	c := mustLoad(t)
	for _, start := range []time.Time{
		time.Date(2026, 9, 12, 19, 30, 0, 0, time.UTC), time.Date(2025, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
	} {
		list := c.items(start)
		if last := list[len(list)-1]; last.Reference != "today-01" || !last.At.Equal(start.Add(past)) {
			t.Errorf("the last question is %s at %s", last.Reference, last.At)
		}
		for i, it := range list {
			if i > 0 && it.At.Before(list[i-1].At) {
				t.Fatalf("%s is out of order", it.Reference)
			}
			if it.Customer == "" && (it.At.Before(start.Add(2*day)) || it.At.After(start.Add(lastAsk))) {
				t.Errorf("%s is asked at %s", it.Reference, it.At)
			}
			if strings.Contains(it.Title+it.Body, "{") {
				t.Errorf("%s: %s has a place left for a name", it.Reference, it.Body)
			}
			if len(it.Turns) == 0 {
				t.Errorf("%s: %d turns", it.Reference, len(it.Turns))
			}
		}
	}
}

// TestDraws: a draw follows from its names alone, and the draws are spread.
func TestDraws(t *testing.T) {
	if draw("a", "b", "c") != draw("a", "b", "c") || draw("a", "bc") == draw("a", "b", "c") {
		t.Error("a draw does not follow from its names")
	}
	hits := 0
	for i := range 1000 {
		d := draw("spread", time.Duration(i).String())
		if at := d.between(time.Minute, time.Hour); at < time.Minute || at >= time.Hour || at%time.Second != 0 {
			t.Fatalf("%s is not between a minute and an hour", at)
		}
		if d.in(30) {
			hits++
		}
	}
	if hits < 250 || hits > 350 {
		t.Errorf("%d of 1000 draws of 30 percent", hits)
	}
}
