package simulate

import (
	"math/rand/v2"
	"time"

	"knowhow/matching/assign"
)

const (
	people      = 200
	rings       = 4 // a tenth of the people
	ringSize    = 5
	multiples   = 6 // three in a hundred
	accountsOf  = 3 // each of those
	assignments = 20_000
	perDay      = 200
	topics      = 20
	ofTopics    = 4 // that one account works on

	honestBad  = .05
	crookedBad = .40
	right      = .90 // of honest reviewers' votes
	appealOK   = .95 // of appeals are decided right

	rated     = .30 // of work is rated by its customer
	lowIfBad  = .50 // of ratings of bad work are low, for a reason that was the expert's
	lowIfGood = .04

	// sampleBP is what is drawn by chance of all work; with what is reviewed for a
	// reason it comes to 20 %.
	sampleBP  = 1_330
	probation = 5  // assignments in which an account is new
	goldBad   = .5 // of gold items are bad
)

// start is a Monday.
var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// What a draw is about; draws about different things are independent, and what
// one policy draws more than the other changes nothing else.
const (
	ofAuthor = iota + 1
	ofWork
	ofTopic
	ofRating
	ofSample
	ofSeat
	ofVote
	ofGold
	ofAppeal
	ofChoosers
	ofChooserVote
	ofChooserAppeal
)

// account is one account of somebody.
type account struct {
	group  int // who pass each other; 0: honest
	payout int // the payout account behind it
	topics [ofTopics]int
}

// crooked reports somebody who is in it for the money.
func (a account) crooked() bool { return a.group > 0 }

// mates reports whether two accounts pass each other.
func (a account) mates(b account) bool { return a.crooked() && a.group == b.group }

// work is one assignment.
type work struct {
	number, author, topic int
	bad, low              bool // low: its customer rated it so
}

func (w work) at() time.Time {
	return start.Add(time.Duration(w.number) * 24 * time.Hour / perDay)
}

// world is what is drawn before anybody judges.
type world struct {
	seed     uint64
	accounts []account
	work     []work
}

func newWorld(seed uint64) world {
	w := world{seed: seed}
	add := func(group, payout int) {
		a := account{group: group, payout: payout}
		copy(a.topics[:], w.chance(ofTopic, len(w.accounts)).Perm(topics))
		w.accounts = append(w.accounts, a)
	}
	for p := range people {
		switch ring := p / ringSize; {
		case ring < rings:
			add(ring+1, p)
		case p < rings*ringSize+multiples:
			for range accountsOf {
				add(p+1, p)
			}
		default:
			add(0, p)
		}
	}
	w.work = make([]work, assignments)
	for i := range w.work {
		w.work[i] = w.assign(i)
	}
	return w
}

func (w world) assign(number int) work {
	of := w.chance(ofAuthor, number)
	job := work{number: number, author: of.IntN(len(w.accounts))}
	author := w.accounts[job.author]
	job.topic = author.topics[of.IntN(ofTopics)]
	share, low := honestBad, lowIfGood
	if author.crooked() {
		share = crookedBad
	}
	if job.bad = w.chance(ofWork, number).Float64() < share; job.bad {
		low = lowIfBad
	}
	rating := w.chance(ofRating, number)
	job.low = rating.Float64() < rated && rating.Float64() < low
	return job
}

// chance gives draws that depend on the seed and on what they are about alone.
func (w world) chance(of uint64, about ...int) *rand.Rand {
	lots := []uint64{of}
	for _, n := range about {
		lots = append(lots, uint64(n))
	}
	return assign.Chance(w.seed, lots...)
}

// vote is whether a reviewer fails work, of an author or, below zero, of nobody
// they know: gold.
func (w world) fails(rnd *rand.Rand, reviewer, author int, bad bool) bool {
	r := w.accounts[reviewer]
	switch {
	case !r.crooked():
		return bad == (rnd.Float64() < right)
	case author < 0:
		return true // not a friend's, so a rival's
	}
	return !r.mates(w.accounts[author])
}
