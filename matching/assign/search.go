package assign

import "math"

// reach is an expert that the search can reach at a distance.
type reach struct {
	dist int64
	rank int32
}

func (r reach) before(o reach) bool { return r.dist < o.dist || r.dist == o.dist && r.rank < o.rank }

// goal is where a search may end: at an expert with a place to spare, or at a
// question that gives its place up and stays without.
type goal struct {
	dist     int64
	expert   int32 // with a place to spare; -1: none
	question int32 // that stays without
}

// place gives question q one expert more, and reports whether it did: not where
// q itself is the one to stay without, which is worth more than any chain of
// moves.
func (s *Solver) place(q int32) bool {
	mine := s.edges[s.first[q]:s.first[q+1]]
	gain, found := int64(0), int32(-1)
	for i := range mine {
		e := &mine[i]
		if e.held {
			continue
		}
		n := &s.nodes[e.expert]
		left := e.worth - n.price
		if n.capacity > 0 && left > 0 && (left > gain || left == gain && s.better(e, found, &mine)) {
			gain, found = left, int32(i)
		}
	}
	s.gains[q] = gain
	if found < 0 {
		return false
	}
	if n := &s.nodes[mine[found].expert]; n.held < n.capacity { // nobody has to move
		s.take(s.first[q] + found)
		return true
	}
	return s.search(q)
}

// better reports whether e goes before the edge found at a tie: to one with a
// place to spare, then by lot.
func (s *Solver) better(e *edge, found int32, mine *[]edge) bool {
	if found < 0 {
		return true
	}
	o := &(*mine)[found]
	x, y := &s.nodes[e.expert], &s.nodes[o.expert]
	if spare := x.held < x.capacity; spare != (y.held < y.capacity) {
		return spare
	}
	return s.rank[e.expert] < s.rank[o.expert]
}

// search is place where somebody has to move: Dijkstra's, from q by what a move
// loses at the prices so far, until no end is nearer than the best found.
func (s *Solver) search(q int32) bool {
	s.round++
	s.heap, s.seen, s.touched = s.heap[:0], s.seen[:0], s.touched[:0]
	end := goal{dist: math.MaxInt64, expert: -1, question: -1}
	s.pass(q, 0, -1, &end)
	for len(s.heap) > 0 {
		next := s.pop()
		if next.dist >= end.dist {
			break
		}
		e := s.by[next.rank]
		n := &s.nodes[e]
		if n.done || next.dist > n.dist {
			continue
		}
		n.done = true
		for _, held := range s.slots[n.slot : n.slot+n.held] {
			h := &s.edges[held]
			dist := n.dist + h.worth - n.price - s.gains[h.question]
			if c := &s.came[h.question]; c.round != s.round || dist < c.dist {
				s.pass(h.question, dist, held, &end)
			}
		}
	}
	s.reprice(end.dist)
	s.follow(q, end)
	return end.expert >= 0 || end.question != q
}

// pass goes on from question q, which would give up the edge via: to all other
// candidates, and to staying without.
func (s *Solver) pass(q int32, dist int64, via int32, end *goal) {
	c := &s.came[q]
	if c.round != s.round {
		s.seen = append(s.seen, q)
	}
	*c = came{dist: dist, round: s.round, via: via}
	all := dist + s.gains[q]
	if all < end.dist || all == end.dist && end.expert < 0 && via < 0 {
		*end = goal{dist: all, expert: -1, question: q}
	}
	first := s.first[q]
	for i, e := range s.edges[first:s.first[q+1]] {
		n := &s.nodes[e.expert]
		at := all - e.worth + n.price
		if at > end.dist || e.held || n.capacity == 0 || n.round == s.round && at >= n.dist {
			continue
		}
		if n.held < n.capacity {
			if at < end.dist || end.expert < 0 && end.question != s.seen[0] || end.expert >= 0 && s.rank[e.expert] < s.rank[end.expert] {
				s.mark(n, e.expert, at, first+int32(i))
				*end = goal{dist: at, expert: e.expert, question: -1}
			}
			continue
		}
		if at < end.dist {
			s.mark(n, e.expert, at, first+int32(i))
			s.push(reach{at, s.rank[e.expert]})
		}
	}
}

func (s *Solver) mark(n *node, expert int32, dist int64, via int32) {
	if n.round != s.round {
		n.round, n.done = s.round, false
		s.touched = append(s.touched, expert)
	}
	n.dist, n.via = dist, via
}

// reprice moves the potentials of all that is nearer than the end by how much
// it is nearer, so that every move still loses something or nothing.
func (s *Solver) reprice(end int64) {
	for _, e := range s.touched {
		if n := &s.nodes[e]; n.dist < end {
			n.price += end - n.dist
		}
	}
	for _, q := range s.seen {
		if d := s.came[q].dist; d < end {
			s.gains[q] -= end - d
		}
	}
}

// follow makes the moves from the end back to q.
func (s *Solver) follow(q int32, end goal) {
	at := end.question
	if end.expert >= 0 {
		given := s.nodes[end.expert].via
		at = s.edges[given].question
		s.take(given)
	}
	for at != q || s.came[at].via >= 0 {
		given := s.came[at].via
		e := s.edges[given].expert
		taken := s.nodes[e].via
		s.swap(given, taken)
		at = s.edges[taken].question
	}
}

// take gives the edge's question a place of its expert.
func (s *Solver) take(given int32) {
	e := &s.edges[given]
	n := &s.nodes[e.expert]
	s.slots[n.slot+n.held] = given
	n.held++
	e.held = true
}

// swap has one question take the place that another gives up.
func (s *Solver) swap(given, taken int32) {
	s.edges[given].held, s.edges[taken].held = false, true
	n := &s.nodes[s.edges[given].expert]
	for i := n.slot; ; i++ {
		if s.slots[i] == given {
			s.slots[i] = taken
			return
		}
	}
}

// push and pop keep the heap of four.
func (s *Solver) push(r reach) {
	s.heap = append(s.heap, r)
	i := len(s.heap) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !r.before(s.heap[up]) {
			break
		}
		s.heap[i] = s.heap[up]
		i = up
	}
	s.heap[i] = r
}

func (s *Solver) pop() reach {
	top, last := s.heap[0], s.heap[len(s.heap)-1]
	s.heap = s.heap[:len(s.heap)-1]
	n := len(s.heap)
	if n == 0 {
		return top
	}
	i := 0
	for {
		least := 4*i + 1
		if least >= n {
			break
		}
		for j := least + 1; j < min(4*i+5, n); j++ {
			if s.heap[j].before(s.heap[least]) {
				least = j
			}
		}
		if !s.heap[least].before(last) {
			break
		}
		s.heap[i] = s.heap[least]
		i = least
	}
	s.heap[i] = last
	return top
}
