package quality_test

import (
	"slices"
	"strings"
	"testing"

	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

const longAdvice = advice + ` The filter sits behind the left cover; when it is wet the pump reports a fault and stops after a short while.`

// spun says the advice with some words exchanged, differently for each of seed.
func spun(seed string) string {
	list := strings.Fields(longAdvice)
	for i := 3; i < len(list); i += 4 {
		list[i] = seed + list[i]
	}
	return strings.Join(list, " ")
}

// Who makes an answer of somebody else's by exchanging words is shown, with which
// was made of which.
func TestSpunAnswersAreShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		first := b.answeredWith(longAdvice)
		b.ok("stop the expert", b.Experts.SetAvailability(ctx, b.Expert, false))
		b.Expert = b.Market.Expert("mimi")
		if got := b.signals(quality.SignalSpun); len(got) != 0 {
			t.Errorf("before: %+v", got)
		}
		made := b.answeredWith(spun("un"))
		got := b.signals(quality.SignalSpun)
		if len(got) != 1 || !slices.Equal(handles(got[0]), []string{"mimi"}) || got[0].Count != 1 || !slices.Equal(got[0].Assignments, []question.AssignmentID{made, first}) {
			t.Fatalf("shown %+v, want %s of %s", got, made, first)
		}
		if like := got[0].Alike; len(like) != 1 || like[0].By != made || like[0].Of != first || like[0].Share < .6 || like[0].Share > .9 {
			t.Errorf("alike are %+v", like)
		}
		if got := b.signals(quality.SignalCopied); len(got) != 0 {
			t.Errorf("copied: %+v", got)
		}
		b.Clock.Advance(100 * day)
		if got := b.signals(quality.SignalSpun); len(got) != 0 {
			t.Errorf("long after: %+v", got)
		}
	})
}

// different are questions that have nothing to do with each other.
var different = []string{
	"Where can I find an invoice of last March for my tax office?",
	"Are there Polish subtitles with films that were made in another country?",
	"How do we give our daughter her own account without any payments?",
	"My remote lost all pairing after changing both batteries on Tuesday evening",
}

// Who says the same in other words to whatever is asked is shown where it is
// often. Who does so to much the same question is not, nor who fills in a template.
func TestOwnSpunAnswersAreShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.answeredWith(longAdvice)
		for _, title := range different {
			b.askedAndAnswered(title, longAdvice+" Greetings!")
		}
		for _, seed := range []string{"un", "re", "be", "de"} {
			b.answeredWith(spun(seed))
		}
		if got := b.signals(quality.SignalSpun); len(got) != 0 {
			t.Errorf("to the same question, and by template: %+v", got)
		}
	})
	each(t, func(t *testing.T, b *bench) {
		b.answeredWith(longAdvice)
		for i, seed := range []string{"un", "re", "be", "de"} {
			b.askedAndAnswered(different[i], spun(seed))
			got := b.signals(quality.SignalSpun)
			if i < 2 && len(got) != 0 {
				t.Errorf("of %d: %+v", i+1, got)
			} else if i >= 2 && (len(got) != 1 || got[0].Count != i+1 || !slices.Equal(handles(got[0]), []string{"sam"}) || len(got[0].Alike) != i+1) {
				t.Errorf("of %d: %+v", i+1, got)
			}
		}
	})
}
