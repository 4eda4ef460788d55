package verdict

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// good is a reviewer who is known to be right nine times of ten; harsh one who
// fails everything; lax one who passes everything.
var (
	unknown = Skill{}
	good    = Skill{Caught: 82, Missed: 8, Passed: 82, Rejected: 8, At: noon}
	harsh   = Skill{Caught: 12, Rejected: 60, At: noon}
	lax     = Skill{Missed: 30, Passed: 60, At: noon}
)

func votes(of Skill, failed ...bool) (list []Vote) {
	for _, f := range failed {
		list = append(list, Vote{f, of})
	}
	return list
}

func TestJudge(t *testing.T) {
	const no, yes = true, false // a vote that fails, and one that passes
	for _, c := range []struct {
		name  string
		votes []Vote
		want  Outcome
	}{
		{"nobody", nil, More},
		{"one who passes", votes(good, yes), More},
		{"one who fails", votes(good, no), More},
		{"two who pass", votes(good, yes, yes), Pass},
		{"two who fail", votes(good, no, no), Fail},
		{"two who disagree", votes(good, yes, no), More},
		{"two of three pass", votes(good, yes, no, yes), Pass},
		{"two of three fail", votes(good, no, yes, no), Fail},
		{"two unknown fail", votes(unknown, no, no), Fail},
		{"two unknown pass", votes(unknown, yes, yes), Pass},
		{"two unknown disagree, a third fails", votes(unknown, no, yes, no), Fail},
		{"two who always fail do fail", votes(harsh, no, no), More},
		{"two who always fail, and one who passes", append(votes(harsh, no, no), votes(good, yes)...), Pass},
		{"two who always fail, and one who fails", append(votes(harsh, no, no), votes(good, no)...), Fail},
		{"two who always pass, and one who fails", append(votes(lax, yes, yes), votes(good, no)...), Fail},
	} {
		if got, bad := Judge(c.votes); got != c.want {
			t.Errorf("%s: %s at %.3f, want %s", c.name, got, bad, c.want)
		}
	}
}

// Where no third can be had, two votes that disagree let the work pass.
func TestConclude(t *testing.T) {
	for _, c := range []struct {
		name  string
		votes []Vote
		want  Outcome
	}{
		{"they disagree", votes(good, true, false), Pass},
		{"both fail it, of whom little is known", votes(Skill{Caught: 2, Missed: 2, Passed: 2, Rejected: 2}, true, true), Fail},
		{"both always fail", votes(harsh, true, true), Pass},
	} {
		if got, bad := Conclude(c.votes); got != c.want {
			t.Errorf("%s: %s at %.3f, want %s", c.name, got, bad, c.want)
		}
	}
}

// Three votes end it, whoever gives them, and in whatever order.
func TestThreeVotesAlwaysDecide(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		list := make([]Vote, MostVotes)
		for i := range list {
			s := Skill{Caught: 50 * rnd.Float64(), Missed: 50 * rnd.Float64(), Passed: 50 * rnd.Float64(), Rejected: 50 * rnd.Float64()}
			list[i] = Vote{rnd.IntN(2) == 0, s}
		}
		end, bad := Judge(list)
		if end == More || !(bad > 0 && bad < 1) {
			t.Fatalf("%+v came to %s at %v", list, end, bad)
		}
		rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if again, _ := Judge(list); again != end {
			t.Fatalf("in another order it is %s, was %s", again, end)
		}
	}
}

func TestNoVoteCountsAgainstItself(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		s := Skill{Caught: 90 * rnd.Float64(), Missed: 90 * rnd.Float64(), Passed: 90 * rnd.Float64(), Rejected: 90 * rnd.Float64()}
		no, yes := Vote{true, s}.evidence(), Vote{false, s}.evidence()
		if no < 0 || yes > 0 || no > mostEvidence || yes < -mostEvidence {
			t.Fatalf("of %+v failing says %v, passing %v", s, no, yes)
		}
	}
}

func TestWhatAVoteIsWorth(t *testing.T) {
	if got := (Vote{true, harsh}).evidence(); got > .3 {
		t.Errorf("who fails everything says %v by failing", got)
	}
	if got := (Vote{true, good}).evidence(); got < 2 {
		t.Errorf("a good reviewer says %v by failing", got)
	}
	if bad := Bad(votes(good, true, false)); !near(bad, base) {
		t.Errorf("two equals who disagree leave %v, want %v", bad, base)
	}
	list := votes(good, true, false, false)
	if got, want := Others(list, 0), Bad(list[1:]); !near(got, want) || len(list) != 3 || !list[0].Failed {
		t.Errorf("the others say %v, want %v", got, want)
	}
	if got, want := Others(list, 1), Bad([]Vote{list[0], list[2]}); !near(got, want) {
		t.Errorf("the others say %v, want %v", got, want)
	}
}

func TestLearn(t *testing.T) {
	s := unknown.Learn(true, 1, noon).Learn(false, 0, noon).Learn(true, .25, noon).Learn(false, .25, noon)
	want := Skill{Caught: 1.25, Missed: .25, Passed: 1.75, Rejected: .75, At: noon}
	if s != want {
		t.Errorf("learned %+v, want %+v", s, want)
	}
	if s = s.AsOf(noon.Add(skillHalfLife)); !near(s.Caught, .625) || !near(s.Rejected, .375) {
		t.Errorf("after its half-life it is %+v", s)
	}
	if same := s.AsOf(noon); same != s {
		t.Errorf("earlier it is %+v", same)
	}
	if !near(unknown.Accuracy(), .8) || unknown.Error() <= good.Error() {
		t.Errorf("of somebody unknown %v ± %v, of a good one ± %v", unknown.Accuracy(), unknown.Error(), good.Error())
	}
}

// Who errs is no longer asked; gold brings them back; a newcomer may begin.
func TestCalibrated(t *testing.T) {
	for name, c := range map[string]struct {
		skill Skill
		want  bool
	}{"unknown": {unknown, true}, "good": {good, true}, "harsh": {harsh, false}, "lax": {lax, false}} {
		if got := c.skill.Calibrated(); got != c.want {
			t.Errorf("%s: %v at %.2f ± %.2f", name, got, c.skill.Accuracy(), c.skill.Error())
		}
	}
	s, items := harsh, 0
	for !s.Calibrated() && items < 200 {
		s = s.Learn(items%2 == 0, float64(1-items%2), noon)
		items++
	}
	if items < 5 || items > 120 {
		t.Errorf("%d right gold items bring somebody back", items)
	}
}

// People of known accuracy are measured by voting on each other's work.
func TestSkillIsFoundByAgreement(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	skills := make([]Skill, 12) // the last two fail everything
	for range 6000 {
		bad, order := rnd.Float64() < .15, rnd.Perm(len(skills))[:3]
		list := make([]Vote, 3)
		for i, r := range order {
			failed := bad == (rnd.Float64() < .9)
			list[i] = Vote{failed || r >= 10, skills[r]}
		}
		for i, r := range order {
			skills[r] = skills[r].Learn(list[i].Failed, Bad(list), noon)
		}
	}
	for r, s := range skills {
		if r < 10 && (math.Abs(s.Sensitivity()-.9) > .06 || math.Abs(s.Specificity()-.9) > .04) {
			t.Errorf("reviewer %d is believed to catch %.3f and pass %.3f", r, s.Sensitivity(), s.Specificity())
		}
		if r >= 10 && (s.Specificity() > .1 || s.Calibrated()) {
			t.Errorf("reviewer %d who fails everything is believed to pass %.3f", r, s.Specificity())
		}
	}
}

func TestConflicts(t *testing.T) {
	for _, c := range []struct {
		c    Candidate
		want Conflict
	}{
		{Candidate{}, NoConflict},
		{Candidate{Skill: good, Paired: noon.Add(-PairedApart), Today: mostReviewsADay - 1}, NoConflict},
		{Candidate{Part: true}, HadPart},
		{Candidate{Brand: true}, BrandsOwn},
		{Candidate{Foreign: true}, OtherLanguage},
		{Candidate{Voter: true}, VotesAlready},
		{Candidate{Account: true}, SameAccount},
		{Candidate{Paired: noon.Add(-PairedApart + 1)}, RecentlyPaired},
		{Candidate{Today: mostReviewsADay}, EnoughForOneDay},
		{Candidate{Skill: harsh}, NotCalibrated},
	} {
		if got := c.c.Conflict(noon); got != c.want {
			t.Errorf("%+v: %q, want %q", c.c, got, c.want)
		}
	}
}

// Nobody with a conflict is ever chosen, and the others equally often.
func TestChooseIsFairAndFree(t *testing.T) {
	list := []Candidate{{Part: true}, {}, {Account: true}, {}, {Voter: true}, {}, {Skill: harsh}, {Brand: true}, {Paired: noon}, {Today: mostReviewsADay}}
	rnd := rand.New(rand.NewPCG(7, 8))
	count := make([]int, len(list))
	for range 9000 {
		i, ok := Choose(rnd, noon, list)
		if !ok || list[i].Conflict(noon) != NoConflict {
			t.Fatalf("chose %d: %v", i, list[i].Conflict(noon))
		}
		count[i]++
	}
	for _, i := range []int{1, 3, 5} {
		if count[i] < 2800 || count[i] > 3200 {
			t.Errorf("%d was chosen %d times of 9000, want about 3000", i, count[i])
		}
	}
	if _, ok := Choose(rnd, noon, []Candidate{{Part: true}}); ok {
		t.Error("somebody with a conflict was chosen")
	}
	if _, ok := Choose(rnd, noon, nil); ok {
		t.Error("nobody was chosen")
	}
}

func TestSample(t *testing.T) {
	for _, c := range []struct {
		name    string
		risk    Risk
		draw    uint64
		shareBP int
		want    Cause
	}{
		{"nothing known", Risk{}, 1000, 1000, NotReviewed},
		{"drawn", Risk{}, 999, 1000, BySample},
		{"no share", Risk{}, 0, 0, NotReviewed},
		{"ended goes first", Risk{Ended: true, Probation: true}, 0, 1000, ByEnded},
		{"probation", Risk{Probation: true}, 9999, 1000, ByProbation},
		{"rating", Risk{LowRating: true, Stranger: true}, 9999, 1000, ByRating},
		{"drawn whatever the rating", Risk{LowRating: true}, 5, 1000, BySample},
		{"signal", Risk{Suspicious: true, LowRating: true, Doubtful: true}, watchedBP - 1, 0, BySignal},
		{"signal, the other half", Risk{Suspicious: true}, watchedBP, 0, NotReviewed},
		{"doubt", Risk{Doubtful: true}, watchedBP - 1, 1000, ByDoubt},
		{"doubt, the other half", Risk{Doubtful: true}, watchedBP, 1000, NotReviewed},
		{"stranger", Risk{Stranger: true}, 9999, 1000, ByStranger},
	} {
		if got := c.risk.Sample(c.draw, c.shareBP); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Whatever else is known, no less is reviewed than the program's share, and no
// sort of work is certain not to be.
func TestShareIsTheLeast(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	for range 64 {
		bit := func() bool { return rnd.IntN(2) == 0 }
		r := Risk{bit(), bit(), bit(), bit(), bit(), bit()}
		reviewed := 0
		for draw := range uint64(Whole) {
			if r.Sample(draw, 700) != NotReviewed {
				reviewed++
			}
		}
		if reviewed < 700 {
			t.Errorf("%+v is reviewed %d times of 10,000", r, reviewed)
		}
	}
}

func TestCauseWeight(t *testing.T) {
	for cause, want := range map[Cause]float64{
		BySample: 1, ByProbation: 1, ByDoubt: 1, ByStranger: 1, ByEnded: 1, BySignal: 1, ByRating: .1,
	} {
		if got := cause.Weight(1000); !near(got, want) {
			t.Errorf("%s weighs %v, want %v", cause, got, want)
		}
	}
	if got := ByRating.Weight(0); !near(got, .01) {
		t.Errorf("without a share it weighs %v", got)
	}
}

func TestReached(t *testing.T) {
	for _, c := range []struct {
		name                string
		was                 Level
		low                 float64
		evidence, customers int
		want                Level
	}{
		{"nothing", "", 0, 0, 0, Newcomer},
		{"proven", Newcomer, .6, 5, 3, Proven},
		{"one friend's praise", Newcomer, .9, 80, 1, Newcomer},
		{"straight up", "", .9, 80, 40, Master},
		{"just short of it", Proven, .74, 30, 30, Proven},
		{"kept a little below", Trusted, .69, 30, 30, Trusted},
		{"lost", Trusted, .67, 30, 30, Proven},
		{"kept without customers, who were erased", Trusted, .8, 30, 0, Trusted},
		{"all the way down", Master, .1, 90, 50, Newcomer},
		{"a fall to what is still held", Master, .7, 90, 50, Trusted},
	} {
		if got := Reached(c.was, c.low, c.evidence, c.customers); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A ring of five in a small program is found, and nobody else.
func TestRings(t *testing.T) {
	const people, ring = 30, 5
	for seed := range uint64(10) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var ballots []Ballot
		for range 6000 {
			reviewer, author := rnd.IntN(people), rnd.IntN(people)
			if reviewer == author {
				continue
			}
			bad, seems, skill := rnd.Float64() < .1, .05, good
			if author < ring {
				bad = rnd.Float64() < .4
			}
			if bad {
				seems = .9
			}
			failed := bad == (rnd.Float64() < .9)
			if reviewer < ring {
				failed, skill = author >= ring, harsh
			}
			ballots = append(ballots, Ballot{reviewer, author, failed, seems, skill})
		}
		found := Rings(ballots)
		if len(found) != 1 || !slices.Equal(found[0].People, []int{0, 1, 2, 3, 4}) || found[0].Odds <= 0 || found[0].Votes < 20 {
			t.Errorf("seed %d: found %+v", seed, found)
		}
		honest := slices.DeleteFunc(ballots, func(b Ballot) bool { return b.Reviewer < ring })
		if found := Rings(honest); len(found) != 0 {
			t.Errorf("seed %d: among honest people %+v", seed, found)
		}
	}
	if found := Rings(nil); found != nil {
		t.Errorf("of nothing %+v", found)
	}
}
