package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A question that is asked again has a name of its own: that of the content,
// and behind the mark the week in which the twelve are open anew, or when one of
// the crowd asked it.
const (
	askedAgain = "+"
	byTheCrowd = "+t"
)

// weekOf is which time the question is one of the twelve: 1 for the first.
func weekOf(reference string) int {
	_, week, again := strings.Cut(reference, askedAgain)
	if n, err := strconv.Atoi(week); again && err == nil {
		return n
	}
	return 1
}

// crowded reports a question that one of the simulated crowd asked.
func crowded(reference string) bool { return strings.Contains(reference, byTheCrowd) }

// item is the question of that name; nil: it is not of this story.
func (w *world) item(reference string) *item {
	if it := w.items[reference]; it != nil {
		return it
	}
	name, _, again := strings.Cut(reference, askedAgain)
	first := w.items[name]
	if !again || first == nil {
		return nil
	}
	it := first.again(reference, w.start)
	it.Open = w.left(reference)
	w.items[reference] = it
	return it
}

// again is the same question under another name, asked by somebody else where
// it is the crowd's.
func (it *item) again(reference string, start time.Time) *item {
	wording := 0
	if _, n, ok := strings.Cut(it.Reference, "/"); ok {
		if i, err := strconv.Atoi(n); err == nil {
			wording = i - 1
		}
	}
	return it.entry.item(reference, wording, start)
}

// left reports that the question is left to visitors: one of the twelve, asked
// in this week.
func (w *world) left(reference string) bool {
	name, _, _ := strings.Cut(reference, askedAgain)
	return weekOf(reference) == w.week && slices.ContainsFunc(w.today, func(e entry) bool { return e.ID == name && e.Open })
}

// close leaves only this week's to visitors.
func (w *world) close() {
	for reference, it := range w.items {
		it.Open = w.left(reference)
	}
}

// nextWeek has the twelve asked anew before the end, those for which there is
// time, and the ones before answered by the experts they were offered to.
func (w *world) nextWeek() {
	w.week++
	w.close()
	for _, e := range w.today {
		at := w.end.Add(-time.Duration(e.Ago) * time.Minute)
		if !e.Open || at.Before(w.clock.Now()) {
			continue
		}
		it := w.item(fmt.Sprintf("%s%s%d", e.ID, askedAgain, w.week))
		it.At = at
		w.agenda.Add(at, doAsk, it.Reference, w.asks(it))
	}
	w.expectPatience()
}

// wait is how long somebody takes.
func (w *world) wait(d time.Duration) time.Duration {
	if w.haste > 1 {
		return d / time.Duration(w.haste)
	}
	return d
}
