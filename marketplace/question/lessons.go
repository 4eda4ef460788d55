package question

import (
	"slices"

	"knowhow/marketplace/expert"
)

const (
	mostTaught = 3_000 // past questions of which a program's topics are learned: the latest
	lessonFrom = 240   // bytes of a question's body that its topic is read from
)

// lesson is a past question of a known topic; without a topic it is to be
// unlearned.
type lesson struct {
	id          expert.PastQuestionID
	topic, text string
}

// lessons are what the reading of a program's topics has yet to take in, in
// their order. Only topics that somebody named are learned, never those that were
// read: nobody learns from their own guesses.
type lessons struct {
	list    []lesson
	waiting map[expert.PastQuestionID]bool // in the list, to be learned
}

// take notes a change of evidence; known tells what was learned already. The
// text of what is unlearned goes at once.
func (l *lessons) take(c expert.EvidenceChange, known func(expert.PastQuestionID) bool) {
	id := c.Forgotten
	switch {
	case c.Answer != nil:
		return
	case c.Question != nil && c.Question.Topic != "":
		l.add(lesson{c.Question.ID, c.Question.Topic, lessonText(c.Question.Title, c.Question.Body)})
		return
	case c.Question != nil:
		id = c.Question.ID
	}
	if l.waiting[id] {
		delete(l.waiting, id)
		l.list = slices.DeleteFunc(l.list, func(one lesson) bool { return one.id == id })
	}
	if known(id) {
		l.list = append(l.list, lesson{id: id})
	}
}

// add has one learned. Of too many only the latest are, and of what is to be
// unlearned all.
func (l *lessons) add(one lesson) {
	if l.waiting == nil {
		l.waiting = map[expert.PastQuestionID]bool{}
	}
	l.waiting[one.id] = true
	l.list = append(l.list, one)
	if len(l.list) < 3*mostTaught {
		return
	}
	kept, late := make([]lesson, 0, 2*mostTaught), len(l.list)-mostTaught
	clear(l.waiting)
	for i, one := range l.list {
		if i < late && one.topic != "" {
			continue
		}
		kept = append(kept, one)
		if one.topic != "" {
			l.waiting[one.id] = true
		}
	}
	l.list = kept
}

// all hands over what is to be learned.
func (l *lessons) all() []lesson {
	list := l.list
	*l = lessons{}
	return list
}

// lessonText is what of a question its topic is read from.
func lessonText(title, body string) string {
	if len(body) > lessonFrom {
		body = body[:lessonFrom] // a character cut in two only ends a word
	}
	return title + "\n" + body
}
