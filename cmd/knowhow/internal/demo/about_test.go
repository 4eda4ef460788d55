package demo

import (
	"fmt"
	"strings"
	"testing"

	"knowhow/matching/topic"
)

// What the brand says of its topics is enough to read most of the story's
// questions by, before any was asked.
func TestAbout(t *testing.T) {
	model := &topic.Model{}
	for _, tp := range topics {
		if tp.Description == "" || len(tp.Description) > 1000 {
			t.Errorf("%s is described in %d bytes", tp.Slug, len(tp.Description))
		}
		if err := model.Describe(tp.Slug, tp.Name); err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(tp.Description, "\n") {
			if err := model.Learn(fmt.Sprint(tp.Slug, i), line, tp.Slug); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := model.Fit(nil); err != nil {
		t.Fatal(err)
	}
	right, asked := 0, 0
	for _, e := range mustLoad(t).entries {
		for _, a := range e.Asks {
			asked++
			if model.Read(a.Title + "\n" + a.Body).Topics[0].Topic == e.Topic {
				right++
			}
		}
	}
	t.Logf("%d of %d are read right", right, asked)
	if right*10 < asked*6 {
		t.Errorf("%d of %d questions are read right", right, asked)
	}
}
