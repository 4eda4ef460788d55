package assign

import (
	"cmp"
	"slices"
)

// Solve finds the plan that is worth most. It is the minimum-cost flow from the
// questions through their candidates, by successive shortest paths with
// potentials (Edmonds and Karp, J. ACM 19, 1972; Jonker and Volgenant, Computing
// 38, 1987): one question after the other is given what it wants at the prices
// so far, and where that is taken, the shortest chain of moves makes room.
// Calculated in fixed point of 2⁻²⁴, exactly. Errors: ErrScore, ErrCandidate.
func Solve(p Problem) (Plan, error) {
	var s Solver
	return s.Solve(p)
}

// Solver solves one problem after the other with the same memory. The zero value
// is ready; it is for one goroutine at a time.
type Solver struct {
	first []int32 // by question, and one more: where its edges begin
	edges []edge
	gains []int64 // by question: potentials
	nodes []node  // by expert
	slots []int32 // edges held, by expert
	order []int32 // of the questions
	rank  []int32 // of the experts by lot
	by    []int32 // experts by rank

	offers []int64 // by slot
	queue  []int32 // questions that offer
	left   []int32 // and those that are left

	heap    []reach
	seen    []int32 // questions that the search came by
	came    []came  // by question
	touched []int32 // experts that the search came by
	round   int32
}

// edge is a candidate.
type edge struct {
	worth    int64
	expert   int32
	question int32
	held     bool
}

// node is an expert.
type node struct {
	price    int64
	dist     int64 // in the search of round
	via      int32 // the edge that came here
	round    int32
	capacity int32
	held     int32
	slot     int32 // where its slots begin
	done     bool
}

// came is how the search came by a question.
type came struct {
	dist  int64
	round int32
	via   int32 // the edge that would be given up; -1: the question itself
}

// Solve is the function Solve. The plan is the caller's.
func (s *Solver) Solve(p Problem) (Plan, error) {
	if err := s.load(p); err != nil {
		return Plan{}, err
	}
	left := s.order
	if p.single() {
		s.bid()
		left = s.left
	}
	for _, q := range left {
		for range p.Questions[q].want() {
			if !s.place(q) {
				break // nor would another one more
			}
		}
	}
	return s.plan(p), nil
}

// load lays the problem out.
func (s *Solver) load(p Problem) error {
	total := 0
	for i := range p.Questions {
		total += len(p.Questions[i].Candidates)
	}
	s.edges, s.first = slices.Grow(s.edges[:0], total), slices.Grow(s.first[:0], len(p.Questions)+1)
	s.gains = sized(s.gains, len(p.Questions))
	s.came = sized(s.came, len(p.Questions))
	s.nodes = sized(s.nodes, len(p.Experts))
	s.round = 0
	for i := range p.Questions {
		if err := s.loadQuestion(int32(i), &p.Questions[i]); err != nil {
			return err
		}
	}
	s.first = append(s.first, int32(len(s.edges)))
	most, slot := p.most(), int32(0)
	for e := range s.nodes {
		n := &s.nodes[e]
		n.capacity, n.slot = int32(max(0, min(p.Experts[e].Capacity, most, int(n.held)+1))), slot // more would be spare anyway
		n.held, n.round = 0, 0
		slot += n.capacity
	}
	s.slots = sized(s.slots, int(slot))
	s.sort(p)
	return nil
}

// loadQuestion adds a question's edges, and counts in held how many of them each
// expert has.
func (s *Solver) loadQuestion(i int32, q *Question) error {
	s.first = append(s.first, int32(len(s.edges)))
	for _, c := range q.Candidates {
		if c.Expert < 0 || c.Expert >= len(s.nodes) || s.nodes[c.Expert].round == i+1 {
			return ErrCandidate
		}
		worth, err := fixed(c.Score, q.Urgency)
		if err != nil {
			return err
		}
		n := &s.nodes[c.Expert]
		n.round = i + 1
		n.held++
		if worth > 0 {
			s.edges = append(s.edges, edge{worth: worth, expert: int32(c.Expert), question: i})
		}
	}
	return nil
}

// sort finds the order in which things are looked at, whatever order they came
// in: the more urgent first, then by lots.
func (s *Solver) sort(p Problem) {
	s.order, s.rank, s.by = sized(s.order, len(p.Questions)), sized(s.rank, len(p.Experts)), sized(s.by, len(p.Experts))
	for i := range s.order {
		s.order[i] = int32(i)
	}
	slices.SortFunc(s.order, func(a, b int32) int {
		x, y := &p.Questions[a], &p.Questions[b]
		return cmp.Or(cmp.Compare(y.Urgency, x.Urgency), cmp.Compare(x.Lot, y.Lot), cmp.Compare(a, b))
	})
	for e := range s.by {
		s.by[e] = int32(e)
	}
	slices.SortFunc(s.by, func(a, b int32) int {
		return cmp.Or(cmp.Compare(p.Experts[a].Lot, p.Experts[b].Lot), cmp.Compare(a, b))
	})
	for rank, e := range s.by {
		s.rank[e] = int32(rank)
	}
}

// plan reads the result off.
func (s *Solver) plan(p Problem) Plan {
	plan := Plan{Asked: make([][]int, len(p.Questions)), Prices: make([]float64, len(s.nodes)), Gains: make([]float64, len(p.Questions))}
	held := make([]int, 0, len(s.slots))
	var worth int64
	for q := range p.Questions {
		from := len(held)
		mine := s.edges[s.first[q]:s.first[q+1]]
		for i := range mine {
			if mine[i].held {
				held = append(held, int(s.first[q])+i)
				worth += mine[i].worth
			}
		}
		asked := held[from:len(held):len(held)]
		if len(asked) > 1 {
			slices.SortFunc(asked, func(a, b int) int {
				x, y := &s.edges[a], &s.edges[b]
				return cmp.Or(cmp.Compare(y.worth, x.worth), cmp.Compare(s.rank[x.expert], s.rank[y.expert]))
			})
		}
		for i, e := range asked {
			asked[i] = int(s.edges[e].expert)
		}
		plan.Asked[q] = asked
		plan.Gains[q] = float64(s.gains[q]) / unit
	}
	for e := range s.nodes {
		plan.Prices[e] = float64(s.nodes[e].price) / unit
	}
	plan.Worth = float64(worth) / unit
	return plan
}

// sized is a slice of n zeros in the memory of list, if that is enough.
func sized[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n)
	}
	list = list[:n]
	clear(list)
	return list
}
