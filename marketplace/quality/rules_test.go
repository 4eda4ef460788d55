package quality

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/notify/notifytest"
	"knowhow/marketplace/quality/verdict"
	"knowhow/marketplace/question"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// drawn reports whether chance draws an assignment that nothing else is known of.
func drawn(key []byte, askedAt time.Time, attempt, sampleBP int) bool {
	return verdict.Risk{}.Sample(draw(key, askedAt, attempt), sampleBP) == verdict.BySample
}

func TestDrawIsAFairShareAndRepeats(t *testing.T) {
	key := []byte("a key of thirty-two bytes, always")
	const n = 20_000
	for _, bp := range []int{0, 1, 500, 1000, 5000, 10_000} {
		hits := 0
		for i := range n {
			asked, attempt := noon.Add(time.Duration(i)*time.Minute), 1+i%3
			if !drawn(key, asked, attempt, bp) {
				continue
			}
			hits++
			if !drawn(key, asked.In(time.FixedZone("elsewhere", 3600)), attempt, min(bp+1, 10_000)) {
				t.Fatalf("a larger share leaves out what a smaller one drew: %v %d", asked, attempt)
			}
		}
		if want := n * bp / 10_000; hits < want-want/5-60 || hits > want+want/5+60 || bp == 10_000 && hits != n || bp == 0 && hits != 0 {
			t.Errorf("%d bp drew %d of %d, want about %d", bp, hits, n, want)
		}
	}
	// Pinned, so that a replay of today's data draws tomorrow what it draws today.
	var first []int
	for i := range 60 {
		if drawn(key, noon.Add(time.Duration(i)*time.Hour), 1, 1000) {
			first = append(first, i)
		}
	}
	if want := []int{2, 3, 13, 21, 23}; !slices.Equal(first, want) {
		t.Errorf("drew %v, want %v", first, want)
	}
}

// Who does not have the key cannot tell what is drawn.
func TestDrawHangsOnTheKey(t *testing.T) {
	same := 0
	for i := range 1000 {
		asked := noon.Add(time.Duration(i) * time.Microsecond)
		if drawn([]byte("one"), asked, 1, 5000) == drawn([]byte("another"), asked, 1, 5000) {
			same++
		}
	}
	if same < 420 || same > 580 {
		t.Errorf("two keys agree on %d of 1000 halves, want about 500", same)
	}
}

func TestReviewDueLeavesAQuarter(t *testing.T) {
	for _, c := range []struct{ release, want time.Duration }{
		{0, 0}, {4 * time.Hour, 3 * time.Hour}, {7 * 24 * time.Hour, 126 * time.Hour}, {3 * time.Microsecond, 2 * time.Microsecond},
	} {
		if got := reviewDue(noon, noon.Add(c.release)).Sub(noon); got != c.want {
			t.Errorf("of %v: due after %v, want %v", c.release, got, c.want)
		}
	}
}

func scores(n ...int) map[Criterion]int {
	m := map[Criterion]int{}
	for i, score := range n {
		m[Rubric[i]] = score
	}
	return m
}

func TestVerdictRules(t *testing.T) {
	extra := scores(5, 5, 5, 5, 5)
	extra["fast"] = 5
	for _, c := range []struct {
		name  string
		v     Verdict
		field string // "": fine
	}{
		{"all good", Verdict{Pass: true, Scores: scores(5, 5, 5, 5, 5)}, ""},
		{"passes with a 2", Verdict{Pass: true, Scores: scores(2, 3, 4, 5, 5)}, ""},
		{"fails with a 2", Verdict{Scores: scores(2, 3, 4, 5, 5), Note: "no"}, ""},
		{"fails with a 1", Verdict{Scores: scores(5, 5, 5, 1, 5), Note: "no"}, ""},
		{"passes with a 1", Verdict{Pass: true, Scores: scores(1, 5, 5, 5, 5)}, "pass"},
		{"fails without a low score", Verdict{Scores: scores(3, 3, 3, 3, 3), Note: "no"}, "pass"},
		{"fails without a note", Verdict{Scores: scores(1, 3, 3, 3, 3)}, "note"},
		{"no scores", Verdict{Pass: true}, "scores.correct"},
		{"one missing", Verdict{Pass: true, Scores: scores(5, 5, 5, 5)}, "scores.honest"},
		{"too high", Verdict{Pass: true, Scores: scores(5, 6, 5, 5, 5)}, "scores.complete"},
		{"too low", Verdict{Pass: true, Scores: scores(5, 5, -1, 5, 5)}, "scores.kind"},
		{"unknown criterion", Verdict{Pass: true, Scores: extra}, "scores"},
		{"note too long", Verdict{Pass: true, Scores: scores(5, 5, 5, 5, 5), Note: strings.Repeat("x", maxText+1)}, "note"},
		{"note not UTF-8", Verdict{Pass: true, Scores: scores(5, 5, 5, 5, 5), Note: "\xff"}, "note"},
	} {
		wantField(t, c.name, c.v.check(), c.field)
	}
}

func TestFeedbackRules(t *testing.T) {
	for _, c := range []struct {
		name  string
		f     Feedback
		field string
	}{
		{"solved alone", Feedback{Solved: true}, ""},
		{"unsolved alone", Feedback{}, ""},
		{"5", Feedback{Solved: true, CSAT: 5}, ""},
		{"3 without reason", Feedback{CSAT: 3}, ""},
		{"2 with reason", Feedback{CSAT: 2, Reason: ReasonUnclear}, ""},
		{"2 without", Feedback{CSAT: 2}, "reason"},
		{"1 without", Feedback{CSAT: 1, Solved: true}, "reason"},
		{"unknown reason", Feedback{CSAT: 4, Reason: "weather"}, "reason"},
		{"6", Feedback{CSAT: 6}, "csat"},
		{"-1", Feedback{CSAT: -1}, "csat"},
		{"long", Feedback{Comment: strings.Repeat("x", maxText+1)}, "comment"},
		{"NUL", Feedback{Comment: "a\x00b"}, "comment"},
	} {
		wantField(t, c.name, c.f.check(), c.field)
	}
}

func wantField(t *testing.T, name string, err error, field string) {
	t.Helper()
	var invalid *marketplace.InvalidError
	switch {
	case field == "" && err != nil:
		t.Errorf("%s: %v", name, err)
	case field != "" && (!errors.As(err, &invalid) || invalid.Field != field):
		t.Errorf("%s: got %v, want an InvalidError of %s", name, err, field)
	}
}

func TestFeedbackCountsForWhatTheExpertCanChange(t *testing.T) {
	for _, c := range []struct {
		f    Feedback
		want expert.Outcome
	}{
		{Feedback{Solved: true, CSAT: 5}, expert.Success},
		{Feedback{Solved: true, CSAT: 4, Reason: ReasonWaitingTime}, expert.Success},
		{Feedback{Solved: true, CSAT: 3}, ""},
		{Feedback{Solved: true}, ""},
		{Feedback{CSAT: 5}, ""},
		{Feedback{}, ""},
		{Feedback{CSAT: 1, Reason: ReasonWrong}, expert.Failure},
		{Feedback{CSAT: 2, Solved: true, Reason: ReasonUnfriendly}, expert.Failure},
		{Feedback{CSAT: 1, Reason: ReasonWaitingTime}, ""},
		{Feedback{CSAT: 1, Reason: ReasonProductDefect}, ""},
		{Feedback{CSAT: 2, Reason: ReasonPolicy}, ""},
		{Feedback{CSAT: 3, Reason: ReasonWrong}, ""},
	} {
		if got, counts := c.f.outcome(); got != c.want || counts != (c.want != "") {
			t.Errorf("%+v: %q %v, want %q", c.f, got, counts, c.want)
		}
	}
}

func TestStateMaps(t *testing.T) {
	reviews := []ReviewState{ReviewOpen, ReviewDecided, ReviewLapsed}
	allowed := map[string]bool{
		"open decided": true, "open lapsed": true,
		"appealable appealed": true, "appealable final": true,
		"appealed final": true, "appealed overturned": true, "appealed lapsed": true,
	}
	check := func(from, to string, got string, err error) {
		t.Helper()
		var moved *question.TransitionError
		switch {
		case allowed[from+" "+to] && (err != nil || got != to):
			t.Errorf("%s → %s: %q, %v", from, to, got, err)
		case !allowed[from+" "+to] && (!errors.As(err, &moved) || !errors.Is(err, marketplace.ErrConflict)):
			t.Errorf("%s → %s: %v, want a TransitionError", from, to, err)
		}
	}
	for _, from := range reviews {
		for _, to := range reviews {
			got, err := from.to(to)
			check(string(from), string(to), string(got), err)
		}
	}
	for _, from := range RefusalStates {
		for _, to := range RefusalStates {
			got, err := from.to(to)
			check(string(from), string(to), string(got), err)
		}
	}
}

// quoted lists values as SQL does.
func quoted[S ~string](values ...S) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = "'" + string(v) + "'"
	}
	return "(" + strings.Join(list, ", ") + ")"
}

func TestMigrationsMirrorTheClosedLists(t *testing.T) {
	for _, dialect := range []string{"postgres", "sqlite"} {
		sql, err := os.ReadFile("../../migrations/" + dialect + "/00021_quality.sql")
		if err != nil {
			t.Fatal(err)
		}
		caps, err := os.ReadFile("../../migrations/" + dialect + "/00039_caps.sql")
		if err != nil {
			t.Fatal(err)
		}
		if cause := "CHECK (cause IN " + quoted(CauseSample, CauseProbation, CauseUnverified) + ")"; !strings.Contains(string(caps), cause) {
			t.Errorf("%s lacks %s", dialect, cause)
		}
		for _, list := range []string{
			"state IN " + quoted(ReviewOpen, ReviewDecided, ReviewLapsed),
			"state IN " + quoted(RefusalStates...),
			"reason IN " + quoted(RefusalReasons...),
			"reason IN " + quoted(append([]FeedbackReason{""}, FeedbackReasons...)...),
		} {
			if !strings.Contains(string(sql), "CHECK ("+list+")") {
				t.Errorf("%s lacks CHECK (%s)", dialect, list)
			}
		}
	}
}

func TestEveryRefusalReasonHasWords(t *testing.T) {
	for _, r := range RefusalReasons {
		notifytest.MustSpell(t, refusedMail(Refusal{Reason: r}))
	}
	for _, how := range []string{"upheld", "rejected", "undecided"} {
		notifytest.MustSpell(t, decidedMail(Refusal{}, how))
	}
}

func TestWhoseAnswerStands(t *testing.T) {
	one, two := marketplace.NewID[question.Assignment](), marketplace.NewID[question.Assignment]()
	delivered, working := question.Assignment{ID: one, DeliveredAt: &noon}, question.Assignment{ID: two}
	from := func(a question.Author, id question.AssignmentID) question.Message {
		return question.Message{Author: a, AssignmentID: id}
	}
	customer, brand := from(question.ByCustomer, question.AssignmentID{}), from(question.ByBrand, question.AssignmentID{})
	for _, c := range []struct {
		name     string
		messages []question.Message
		want     question.AssignmentID
		ok       bool
	}{
		{"nothing yet", []question.Message{customer}, question.AssignmentID{}, false},
		{"a word of who still works", []question.Message{customer, from(question.ByExpert, two)}, question.AssignmentID{}, false},
		{"an answer", []question.Message{customer, from(question.ByExpert, one), customer}, one, true},
		{"an answer, the next still works", []question.Message{customer, from(question.ByExpert, one), from(question.ByExpert, two)}, one, true},
		{"the brand last", []question.Message{customer, from(question.ByExpert, one), brand}, question.AssignmentID{}, true},
		{"the brand first", []question.Message{customer, brand, customer, from(question.ByExpert, one)}, one, true},
	} {
		got, ok := lastAnswer(c.messages, []question.Assignment{delivered, working})
		if got.ID != c.want || ok != c.ok {
			t.Errorf("%s: %v %v, want %v %v", c.name, got.ID, ok, c.want, c.ok)
		}
	}
}

func TestWhoHadAPart(t *testing.T) {
	asker, worker, other := marketplace.NewID[access.Person](), marketplace.NewID[access.Person](), marketplace.NewID[access.Person]()
	turns := []question.Assignment{{PersonID: worker}}
	for _, c := range []struct {
		person access.PersonID
		want   bool
	}{{asker, true}, {worker, true}, {other, false}} {
		if got := hadPart(c.person, question.Question{AskerPerson: asker}, turns); got != c.want {
			t.Errorf("hadPart = %v, want %v", got, c.want)
		}
	}
}

// One customer in four is drawn for the recommendation, other ones each time.
func TestNPSDrawIsAFairShare(t *testing.T) {
	key := []byte("a key of thirty-two bytes, always")
	now, again := 0, 0
	for range 4_000 {
		id := access.NewCustomerID()
		if drawnNPS(key, id, noon) {
			now++
			if drawnNPS(key, id, noon.Add(npsEvery)) {
				again++
			}
		}
	}
	if now < 850 || now > 1150 || again < now/6 || again > now/3 {
		t.Errorf("of 4000 drew %d, of whom %d again", now, again)
	}
}

func TestNPSValueAndItsInterval(t *testing.T) {
	for _, c := range []struct{ promoters, passives, detractors, value, low, high int }{
		{6, 2, 2, 4000, -1259, 7412}, {1, 0, 0, 10_000, -4850, 9850}, {500, 300, 200, 3000, 2508, 3474}, {0, 0, 40, -10_000, -10_000, -8358},
	} {
		n := NPS{Promoters: c.promoters, Passives: c.passives, Detractors: c.detractors}
		n.weigh()
		if *n.Value != c.value || *n.Low != c.low || *n.High != c.high {
			t.Errorf("%+v: %d (%d to %d)", c, *n.Value, *n.Low, *n.High)
		}
	}
	var none NPS
	if none.weigh(); none.Value != nil || none.Low != nil {
		t.Errorf("of nobody: %+v", none)
	}
}
