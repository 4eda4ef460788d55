package training_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/experttest"
	"knowhow/marketplace/training"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A quiz draws its items by chance, the same when asked again, and others for
// somebody else; time for each runs out.
func TestQuizFromABankWithATimeForEachItem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, ref := t.Context(), training.QuizRef{Program: h.Program.ID}
		bank := make([]training.QuizItem, 40)
		for i := range bank {
			bank[i] = training.QuizItem{Question: fmt.Sprint("item ", i), Options: []string{"a", "b", "c"}, Answer: i % 3}
		}
		wait := time.Hour
		_, err := h.PublishQuiz(ctx, h.Owner, ref, training.NewQuiz{Items: bank, PassMark: 4, Draw: 5, ItemSeconds: 30, Attempts: 2, RetakeAfter: &wait})
		must(t, err)
		right := func(s training.Sitting) int {
			var n int
			_, err := fmt.Sscanf(s.Item.Question, "item %d", &n)
			must(t, err)
			return n % 3
		}
		seen := map[string]bool{}
		for i, handle := range []string{"dana", "eli"} {
			x := h.NewExpert(t, handle)
			_, err := h.Apply(ctx, x, h.Program.ID, experttest.Application{Motivation: "me"})
			must(t, err)
			if _, err := h.TakeQuiz(ctx, x, ref, 1, []int{0, 0, 0, 0, 0}); !errors.Is(err, training.ErrTimed) {
				t.Errorf("all at once: %v", err)
			}
			s, err := h.BeginQuiz(ctx, x, ref)
			must(t, err)
			again, err := h.BeginQuiz(ctx, x, ref)
			if err != nil || again.Item.Question != s.Item.Question || !again.Until.Equal(h.Clock.Now().Add(30*time.Second)) {
				t.Errorf("begun twice: %+v, %v", again, err)
			}
			var asked []string
			for item := range 5 {
				asked = append(asked, s.Item.Question)
				if item < 2+i { // two come too late for the first, three for the second
					h.Clock.Advance(36 * time.Second)
				}
				answer := right(s)
				if _, err := h.AnswerItem(ctx, x, ref, item+1, 0); !errors.Is(err, training.ErrStaleVersion) {
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
		_, figures, err := h.ItemFigures(ctx, h.Owner, ref)
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
		ctx, ref := t.Context(), training.QuizRef{Program: h.Program.ID}
		items := []training.QuizItem{visaItem, visaItem, visaItem, visaItem}
		_, err := h.PublishQuiz(ctx, h.Owner, ref, training.NewQuiz{Items: items, PassMark: 2})
		must(t, err)
		for i := range 24 {
			x := h.NewExpert(t, fmt.Sprint("x-", i))
			_, err := h.Apply(ctx, x, h.Program.ID, experttest.Application{Motivation: "me"})
			must(t, err)
			answers := []int{1, 1, 0, 0} // passes, and gets the third wrong
			if i%2 == 0 {
				answers = []int{0, 0, 1, 0} // fails, and gets the third right
			}
			_, err = h.TakeQuiz(ctx, x, ref, 1, answers)
			must(t, err)
		}
		_, figures, err := h.ItemFigures(ctx, h.Owner, ref)
		must(t, err)
		var hints []training.ItemHint
		for _, f := range figures {
			hints = append(hints, f.Hint)
		}
		if !slices.Equal(hints, []training.ItemHint{"", "", training.Misleading, training.TooHard}) {
			t.Errorf("hints %q of %+v", hints, figures)
		}
	})
}

// Who asked for more time has it, for the item that is shown too, and for no
// other's; too much is refused, and a failure keeps what was.
func TestMoreTimeForWhoNeedsIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, ref := t.Context(), training.QuizRef{Program: h.Program.ID}
		item := training.QuizItem{Question: "which?", Options: []string{"this", "that"}}
		_, err := h.PublishQuiz(ctx, h.Owner, ref, training.NewQuiz{Items: []training.QuizItem{item, item}, PassMark: 2, ItemSeconds: 30})
		must(t, err)
		slow, quick := h.NewExpert(t, "slow"), h.NewExpert(t, "quick")
		for _, percent := range []int{-1, expert.MaxExtraTime + 1} {
			if err := h.SetExtraTime(ctx, slow, percent); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("%d %%: %v", percent, err)
			}
		}
		for _, x := range []access.Caller{slow, quick} {
			_, err := h.Apply(ctx, x, h.Program.ID, experttest.Application{Motivation: "me"})
			must(t, err)
			_, err = h.BeginQuiz(ctx, x, ref)
			must(t, err)
		}
		began := h.Clock.Now()
		must(t, h.SetExtraTime(ctx, slow, 300))
		for _, c := range []struct {
			who   access.Caller
			time  time.Duration
			score int
		}{{slow, 2 * time.Minute, 2}, {quick, 30 * time.Second, 1}} {
			h.Clock.Set(began)
			s, err := h.Sitting(ctx, c.who, ref)
			if must(t, err); s.ItemTime != c.time || !s.Until.Equal(began.Add(c.time)) || s.Tries != 1 || s.Quiz.Asked() != 2 {
				t.Errorf("%v: %+v", c.who, s)
			}
			h.Clock.Advance(time.Minute)
			s, err = h.AnswerItem(ctx, c.who, ref, 0, 0)
			must(t, err)
			if s, err = h.AnswerItem(ctx, c.who, ref, 1, 0); err != nil || s.Attempt.Score != c.score {
				t.Errorf("after a minute: %d right, %v; want %d", s.Attempt.Score, err, c.score)
			}
		}
	})
}
