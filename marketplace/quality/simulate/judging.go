package simulate

import (
	"time"

	"knowhow/marketplace/expert"
	"knowhow/marketplace/quality/verdict"
	"knowhow/matching/standing"
)

// judging is the platform's part, as the market has it.
type judging struct {
	world
	skills   []verdict.Skill
	pairs    map[[2]int]time.Time // when two accounts last met in a review
	given    []int                // reviews given to each account on the day
	day      int
	done     []int             // assignments of each account
	beliefs  [][]expert.Belief // by account and place of the topic among theirs
	prior    standing.Prior    // what a program's outcomes teach of experts
	believed [][]expert.Belief // the same beliefs, given that
	ballots  []verdict.Ballot
	tally    tally
}

func newJudging(w world) *judging {
	j := &judging{
		world: w, skills: make([]verdict.Skill, len(w.accounts)), pairs: map[[2]int]time.Time{}, given: make([]int, len(w.accounts)),
		done: make([]int, len(w.accounts)), prior: expert.StartingPrior(),
		beliefs: make([][]expert.Belief, len(w.accounts)), believed: make([][]expert.Belief, len(w.accounts)),
	}
	j.tally.verdicts = map[int]seen{}
	for i := range j.beliefs {
		j.beliefs[i] = make([]expert.Belief, ofTopics)
		for t := range j.beliefs[i] {
			j.beliefs[i][t] = expert.Prior()
		}
		j.believe(i, start)
	}
	return j
}

// live has all work done, and what is drawn of it judged.
func (j *judging) live(going func() error) error {
	for _, job := range j.work {
		if day := job.number / perDay; day > j.day || job.number == 0 {
			if err := going(); err != nil {
				return err
			}
			j.day = day
			clear(j.given)
			j.learn(job.at())
		}
		j.one(job)
	}
	return nil
}

// one is one assignment: what is expected of it, and then what comes of it.
func (j *judging) one(job work) {
	topic := j.place(job)
	j.predict(job, topic)
	cause := verdict.Risk{Probation: j.done[job.author] < probation, LowRating: job.low}.
		Sample(j.chance(ofSample, job.number).Uint64N(verdict.Whole), sampleBP)
	j.done[job.author]++
	if cause == verdict.NotReviewed {
		return
	}
	failed := j.review(job)
	refused := failed && j.stands(job)
	j.tally.reviewed(job, j.accounts[job.author], failed, refused, j.majority(job))
	j.tally.observe(job.author, !refused)
	outcome := expert.Success
	if refused {
		outcome = expert.Failure
	}
	b := &j.beliefs[job.author][topic]
	*b = b.With(outcome, cause.Weight(sampleBP), job.at())
	j.believe(job.author, job.at())
}

// review has the work judged by people who are drawn, until their votes decide.
func (j *judging) review(job work) (fails bool) {
	var votes []verdict.Vote
	var voters []int
	for {
		outcome, _ := verdict.Judge(votes)
		voter, ok := 0, false
		if outcome == verdict.More {
			if voter, ok = j.seat(job, voters); !ok {
				outcome, _ = verdict.Conclude(votes)
			}
		}
		if !ok {
			j.reviewers(job, voters, votes)
			return outcome == verdict.Fail
		}
		failed := j.fails(j.chance(ofVote, job.number, len(votes)), voter, job.author, job.bad)
		votes = append(votes, verdict.Vote{Failed: failed, Skill: j.skills[voter].AsOf(job.at())})
		voters = append(voters, voter)
		j.tally.votes++
	}
}

// reviewers is what each vote says of its reviewer, by the others.
func (j *judging) reviewers(job work, voters []int, votes []verdict.Vote) {
	for i, voter := range voters {
		j.skills[voter] = j.skills[voter].Learn(votes[i].Failed, verdict.Bad(votes), job.at())
		j.ballots = append(j.ballots, verdict.Ballot{Reviewer: voter, Author: job.author, Failed: votes[i].Failed, Bad: verdict.Others(votes, i)})
	}
}

// seat draws who votes next; in between reviewers are given gold.
func (j *judging) seat(job work, voters []int) (int, bool) {
	rnd := j.chance(ofSeat, job.number, len(voters))
	list := make([]verdict.Candidate, len(j.accounts))
	for i := range list {
		list[i] = j.candidate(i, job, voters)
	}
	voter, ok := verdict.Choose(rnd, job.at(), list)
	if !ok {
		return 0, false
	}
	j.given[voter]++
	j.pairs[pair(voter, job.author)] = job.at()
	if verdict.Gold(rnd) {
		j.gold(job, rnd.IntN(len(j.accounts)))
	}
	return voter, true
}

func pair(a, b int) [2]int { return [2]int{min(a, b), max(a, b)} }

func (j *judging) candidate(i int, job work, voters []int) verdict.Candidate {
	c := verdict.Candidate{
		Part: i == job.author, Account: j.accounts[i].payout == j.accounts[job.author].payout,
		Paired: j.pairs[pair(i, job.author)], Skill: j.skills[i], Today: j.given[i],
	}
	for _, v := range voters {
		c.Voter = c.Voter || v == i
		c.Account = c.Account || j.accounts[v].payout == j.accounts[i].payout
	}
	return c
}

// gold gives somebody an item whose quality is known.
func (j *judging) gold(job work, reviewer int) {
	rnd := j.chance(ofGold, job.number, reviewer)
	bad, certainly := rnd.Float64() < goldBad, 0.0
	if bad {
		certainly = 1
	}
	j.skills[reviewer] = j.skills[reviewer].Learn(j.fails(rnd, reviewer, -1, bad), certainly, job.at())
	j.skills[reviewer].Gold++
	j.tally.gold++
}

// stands is whether a refusal stands. Every wrong one is appealed.
func (j *judging) stands(job work) bool {
	return job.bad || j.chance(ofAppeal, job.number).Float64() >= appealOK
}

// learn finds what the program's outcomes teach of experts.
func (j *judging) learn(now time.Time) {
	j.prior = expert.FitPrior(j.beliefs, j.prior, now)
	for i := range j.beliefs {
		j.believe(i, now)
	}
}

func (j *judging) believe(i int, now time.Time) {
	j.believed[i] = expert.Given(j.prior, j.beliefs[i], now)
}

func (j *judging) place(job work) int {
	for t, topic := range j.accounts[job.author].topics {
		if topic == job.topic {
			return t
		}
	}
	return 0
}
