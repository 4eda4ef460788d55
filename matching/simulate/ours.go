package simulate

import (
	"cmp"
	"slices"
	"time"

	"knowhow/matching/assign"
	"knowhow/matching/standing"
	"knowhow/matching/wave"
)

// matcher is what the platform does: it believes of each expert on each topic
// what tests and outcomes say (standing), draws from that who is worth a try, and
// finds the assignment that is worth most (assign).
type matcher struct {
	market   Market
	score    func(q *question, p *person) float64
	prior    standing.Prior
	cells    [][]standing.Cell   // by expert and topic
	beliefs  [][]standing.Belief // the same, of what the prior makes
	outcomes int
	offers   int
	solver   assign.Solver
}

const (
	most = 20 // candidates per question
	// sharp is by how much draws are nearer to what is expected than the belief
	// would have them: as if there were so much more evidence.
	sharp = 8
)

// overtake is by how much later a question may be asked that goes first.
const overtake = 2 * time.Hour

var ageing = assign.Ageing{Spread: 1, Overtake: overtake}

func newMatcher(m Market) *matcher {
	o := &matcher{market: m, prior: standing.Default()}
	o.score = o.drawn
	return o
}

// drawn is a draw from what is believed: the same for the same question, expert
// and belief, however often it is asked for. To newcomers doubt is never a
// disadvantage: they count for no less than is expected of them (optimistic
// sampling: May, Korda, Lee, Leslie, J. Mach. Learn. Res. 13, 2012).
func (o *matcher) drawn(q *question, p *person) float64 {
	b := o.beliefs[p.number][q.topic]
	draw := assign.Draw(assign.Chance(o.market.Seed, ofChoice, q.lot, p.lot), sharp*b.Alpha, sharp*b.Beta)
	if p.duty < probation {
		return max(draw, b.Mean())
	}
	return draw
}

func (o *matcher) joined(p *person) {
	cells := make([]standing.Cell, topics)
	if !o.market.Untested {
		for t := range cells {
			cells[t] = standing.Cell{Right: p.right[t], Of: items}
		}
	}
	o.cells = append(o.cells, cells)
	o.beliefs = append(o.beliefs, o.prior.Believe(cells))
}

func (o *matcher) answered(q *question, p *person, good bool) {
	c := &o.cells[p.number][q.topic]
	if good {
		c.Good++
	} else {
		c.Bad++
	}
	o.prior.BelieveInto(o.beliefs[p.number], o.cells[p.number])
	o.outcomes++
}

// nightly learns from all outcomes so far what to expect of experts.
func (o *matcher) nightly() {
	if o.outcomes < 100 {
		return
	}
	o.prior = standing.Fit(o.cells, o.prior, "nightly")
	for i, cells := range o.cells {
		o.prior.BelieveInto(o.beliefs[i], cells)
	}
}

func (o *matcher) choose(now time.Duration, waiting []*question, waves []wave.Wave, free []*person) [][]*person {
	problem := assign.Problem{Questions: make([]assign.Question, len(waiting)), Experts: make([]assign.Expert, len(free))}
	for i, p := range free {
		problem.Experts[i] = assign.Expert{Capacity: min(1, assign.Allowance(p.offers, o.offers-p.before, shareBound)), Lot: p.lot}
	}
	for i, q := range waiting {
		problem.Questions[i] = assign.Question{
			Candidates: o.candidates(q, free), Urgency: ageing.Urgency(now - q.since), Want: waves[i].Experts, Lot: q.lot,
		}
	}
	chosen := make([][]*person, len(waiting))
	plan, err := o.solver.Solve(problem)
	if err != nil {
		panic(err) // scores are within 0 and 1, candidates are the free
	}
	for i, asked := range plan.Asked {
		for _, e := range asked {
			chosen[i] = append(chosen[i], free[e])
			o.offers++
		}
	}
	return chosen
}

// candidates are the best of the free who have not had the question.
func (o *matcher) candidates(q *question, free []*person) []assign.Candidate {
	list := make([]assign.Candidate, 0, len(free))
	for i, p := range free {
		if !q.had[p.number] {
			list = append(list, assign.Candidate{Expert: i, Score: o.score(q, p)})
		}
	}
	if len(list) > most {
		slices.SortFunc(list, func(a, b assign.Candidate) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(free[a.Expert].lot, free[b.Expert].lot))
		})
		list = list[:most]
	}
	return list
}

// byMean sorts by what is expected, the best first.
func (o *matcher) byMean(q *question, free []*person) {
	slices.SortFunc(free, func(a, b *person) int {
		return cmp.Or(cmp.Compare(o.beliefs[b.number][q.topic].Mean(), o.beliefs[a.number][q.topic].Mean()), cmp.Compare(a.lot, b.lot))
	})
}

// greedy is inTurn by what is believed on average: it never tries anybody to know
// them, and nobody is kept for what they are best at.
type greedy struct {
	inTurn
	*matcher
}

func newGreedy(m Market) *greedy {
	g := &greedy{matcher: newMatcher(m)}
	g.prefer = g.byMean
	return g
}

func (g *greedy) choose(now time.Duration, waiting []*question, waves []wave.Wave, free []*person) [][]*person {
	return g.inTurn.choose(now, waiting, waves, free)
}
func (g *greedy) joined(p *person)                           { g.matcher.joined(p) }
func (g *greedy) answered(q *question, p *person, good bool) { g.matcher.answered(q, p, good) }
func (g *greedy) nightly()                                   { g.matcher.nightly() }
