package expert_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A quiz draws its items by chance, the same when asked again, and others for
// somebody else; time for each runs out.
func TestQuizFromABankWithATimeForEachItem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, ref := t.Context(), expert.QuizRef{Program: h.program.ID}
		bank := make([]expert.QuizItem, 40)
		for i := range bank {
			bank[i] = expert.QuizItem{Question: fmt.Sprint("item ", i), Options: []string{"a", "b", "c"}, Answer: i % 3}
		}
		wait := time.Hour
		_, err := h.PublishQuiz(ctx, h.owner, ref, expert.NewQuiz{Items: bank, PassMark: 4, Draw: 5, ItemSeconds: 30, Attempts: 2, RetakeAfter: &wait})
		must(t, err)
		right := func(s expert.Sitting) int {
			var n int
			_, err := fmt.Sscanf(s.Item.Question, "item %d", &n)
			must(t, err)
			return n % 3
		}
		seen := map[string]bool{}
		for i, handle := range []string{"dana", "eli"} {
			x := h.expert(t, handle)
			_, err := h.Apply(ctx, x, h.program.ID, expert.Application{Motivation: "me"})
			must(t, err)
			if _, err := h.TakeQuiz(ctx, x, ref, 1, []int{0, 0, 0, 0, 0}); !errors.Is(err, expert.ErrTimed) {
				t.Errorf("all at once: %v", err)
			}
			s, err := h.BeginQuiz(ctx, x, ref)
			must(t, err)
			again, err := h.BeginQuiz(ctx, x, ref)
			if err != nil || again.Item.Question != s.Item.Question || !again.Until.Equal(h.clock.Now().Add(30*time.Second)) {
				t.Errorf("begun twice: %+v, %v", again, err)
			}
			var asked []string
			for item := range 5 {
				asked = append(asked, s.Item.Question)
				if item < 2+i { // two come too late for the first, three for the second
					h.clock.Advance(36 * time.Second)
				}
				answer := right(s)
				if _, err := h.AnswerItem(ctx, x, ref, item+1, 0); !errors.Is(err, expert.ErrStaleVersion) {
					t.Errorf("another item: %v", err)
				}
				s, err = h.AnswerItem(ctx, x, ref, item, answer)
				must(t, err)
			}
			if got := s.Attempt; s.Item != nil || got.Passed || got.Score != 3-i || s.Again == nil {
				t.Errorf("%d late: %+v", 2+i, got)
			}
			seen[strings.Join(asked, ",")] = true
			if slices.Sort(asked); len(slices.Compact(asked)) != 5 {
				t.Errorf("drawn twice: %v", asked)
			}
		}
		if len(seen) != 2 {
			t.Error("two people were drawn the same items")
		}
		_, figures, err := h.ItemFigures(ctx, h.owner, ref)
		shown, missed := 0, 0
		for _, f := range figures {
			shown, missed = shown+f.Shown, missed+f.Missed
		}
		if err != nil || len(figures) != 40 || shown != 10 || missed != 5 {
			t.Errorf("figures: %d of %d shown, %d missed, %v", shown, len(figures), missed, err)
		}
	})
}

// The figures find what is wrong with an item, and say nothing of few tries.
func TestItemFiguresFindBadItems(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, ref := t.Context(), expert.QuizRef{Program: h.program.ID}
		items := []expert.QuizItem{visaItem, visaItem, visaItem, visaItem}
		_, err := h.PublishQuiz(ctx, h.owner, ref, expert.NewQuiz{Items: items, PassMark: 2})
		must(t, err)
		for i := range 24 {
			x := h.expert(t, fmt.Sprint("x-", i))
			_, err := h.Apply(ctx, x, h.program.ID, expert.Application{Motivation: "me"})
			must(t, err)
			answers := []int{1, 1, 0, 0} // passes, and gets the third wrong
			if i%2 == 0 {
				answers = []int{0, 0, 1, 0} // fails, and gets the third right
			}
			_, err = h.TakeQuiz(ctx, x, ref, 1, answers)
			must(t, err)
		}
		_, figures, err := h.ItemFigures(ctx, h.owner, ref)
		must(t, err)
		var hints []expert.ItemHint
		for _, f := range figures {
			hints = append(hints, f.Hint)
		}
		if !slices.Equal(hints, []expert.ItemHint{"", "", expert.Misleading, expert.TooHard}) {
			t.Errorf("hints %q of %+v", hints, figures)
		}
	})
}
