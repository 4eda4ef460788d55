package assign

// bid fills most places at once, before the searches: each question in turn
// offers the expert it gains most with as much as makes it indifferent to the
// next best, and whom it outbids offers anew (Bertsekas's auction with similar
// objects, without his ε). It stops where offers get nowhere, or after some
// rounds; whom that leaves is placed by search. An expert's price is the lowest
// offer among its holders, nothing while there is a place to spare; so whoever
// holds a place gains most there, as the searches need it.
//
// It is for questions that want one expert each.
func (s *Solver) bid() {
	s.offers = sized(s.offers, len(s.slots))
	s.queue = append(s.queue[:0], s.order...)
	s.left = s.left[:0]
	for i, most := 0, rounds*len(s.order); i < len(s.queue); i++ {
		if i >= most {
			s.left = append(s.left, s.queue[i])
			continue
		}
		q := s.queue[i]
		found, offer, raised := s.offer(q)
		if found < 0 {
			continue // better off without
		}
		n := &s.nodes[s.edges[found].expert]
		switch {
		case n.held < n.capacity:
			s.offers[n.slot+n.held] = offer
			s.take(found)
		case raised:
			s.queue = append(s.queue, s.outbid(found, offer))
		default:
			s.left = append(s.left, q)
			continue
		}
		if n.held == n.capacity {
			n.price = s.offers[s.lowest(n)]
		}
	}
	for i := range s.edges {
		if e := &s.edges[i]; e.held {
			s.gains[e.question] = e.worth - s.nodes[e.expert].price
		}
	}
}

// rounds is how often each question offers, on average and at most.
const rounds = 12

// offer is the edge that question q gains most by at the prices so far, what it
// offers for it, and whether that is more than the price; -1: none.
func (s *Solver) offer(q int32) (found int32, offer int64, raised bool) {
	first := s.first[q]
	mine := s.edges[first:s.first[q+1]]
	most, next, at := int64(0), int64(0), int32(-1)
	for i := range mine {
		e := &mine[i]
		n := &s.nodes[e.expert]
		left := e.worth - n.price
		if n.capacity == 0 || left <= next {
			if left != most || at < 0 || n.capacity == 0 || !s.better(e, at, &mine) {
				continue
			}
		}
		if left > most || left == most && (at < 0 || s.better(e, at, &mine)) {
			most, next, at = left, most, int32(i)
		} else {
			next = left
		}
	}
	if at < 0 || most <= 0 {
		return -1, 0, false
	}
	return first + at, s.nodes[mine[at].expert].price + most - next, most > next
}

// outbid gives the lowest offer's place to the edge, and tells who had it.
func (s *Solver) outbid(given int32, offer int64) int32 {
	n := &s.nodes[s.edges[given].expert]
	i := s.lowest(n)
	out := s.slots[i]
	s.edges[out].held, s.edges[given].held = false, true
	s.slots[i], s.offers[i] = given, offer
	return s.edges[out].question
}

// lowest is the slot of the lowest offer.
func (s *Solver) lowest(n *node) int32 {
	low := n.slot
	for i := n.slot + 1; i < n.slot+n.held; i++ {
		if s.offers[i] < s.offers[low] {
			low = i
		}
	}
	return low
}
