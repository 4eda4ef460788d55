package replay

import (
	"fmt"
	"slices"
	"testing"

	"knowhow/marketplace/training"
)

// past is a file of n questions, the last of them the window.
func past(t *testing.T, n int, rest string) *world {
	t.Helper()
	var lines []byte
	for i := range n {
		lines = fmt.Appendf(lines, `{"id":"q%d","title":"Title %d","created":"2026-01-01T%02d:%02d:00",%s}`+"\n", i, i, i/60, i%60, fmt.Sprintf(rest, i%7))
	}
	posts, err := load(file(t, lines), fmt.Sprintf("q%d", n-1), "")
	if err != nil {
		t.Fatal(err)
	}
	return &world{community: posts}
}

// The bank is made of whatever the file has, and each item has its one right option
// among others.
func TestBank(t *testing.T) {
	for _, c := range []struct {
		name, rest string
		questions  int
		items      int
	}{
		{"tags", `"tags":["tag%d"]`, 100, bankSize},
		{"texts", `"body":"Text %d"`, 100, bankSize},
		{"few", `"tags":["tag%d"]`, 6, 5},
		{"one tag for all", `"tags":["same"],"asker":"u%d"`, 20, 0},
		{"titles alone", `"asker":"u%d"`, 20, 0},
		{"no history", `"tags":["tag%d"]`, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := past(t, c.questions, c.rest)
			bank := w.bank()
			if len(bank) != c.items {
				t.Fatalf("%d items, want %d", len(bank), c.items)
			}
			at := map[int]bool{}
			for i, item := range bank {
				sound(t, item)
				at[item.Answer] = true
				if again := w.bank()[i]; again.Question != item.Question || !slices.Equal(again.Options, item.Options) {
					t.Errorf("another item the second time: %+v, %+v", item, again)
				}
			}
			if c.items == bankSize && len(at) < 2 {
				t.Error("the right option has one place")
			}
		})
	}
	for _, item := range platformItems {
		sound(t, item)
	}
}

func sound(t *testing.T, item training.QuizItem) {
	t.Helper()
	if item.Question == "" || len(item.Options) < 2 || item.Answer < 0 || item.Answer >= len(item.Options) {
		t.Errorf("%+v", item)
		return
	}
	for i, option := range item.Options {
		if option == "" || i != item.Answer && option == item.Options[item.Answer] {
			t.Errorf("option %d of %+v", i, item)
		}
	}
}

// Gold is what the community's votes were clear about, with its text, and of the
// history.
func TestGold(t *testing.T) {
	const answer = `"best":"good","best_src":"accepted","answers":[{"by":"good","at":"2026-01-01T00:10:00","score":3,"text":"Right %d."}]`
	if got := past(t, 30, answer).gold(); len(got) != goldEach || got[0].Bad || got[0].Language != spoken {
		t.Errorf("of liked answers: %+v", got)
	}
	const marked = `"answers":[{"by":"bad","at":"2026-01-01T00:10:00","score":-%d,"text":"Wrong."}]`
	got := past(t, 30, marked).gold()
	if len(got) == 0 {
		t.Error("nothing of answers that were marked down")
	}
	for _, g := range got {
		if !g.Bad {
			t.Errorf("taken for good: %+v", g)
		}
	}
	for name, rest := range map[string]string{
		"not voted on": `"best":"x","best_src":"accepted","answers":[{"by":"x","at":"2026-01-01T00:10:00","score":0,"text":"%d"}]`,
		"no text":      `"best":"x","best_src":"accepted","answers":[{"by":"x","at":"2026-01-01T00:10:00","score":1%d}]`,
		"later":        `"best":"x","best_src":"accepted","answers":[{"by":"x","at":"2026-01-02T00:10:00","score":1,"text":"%d"}]`,
	} {
		if got := past(t, 30, rest).gold(); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
