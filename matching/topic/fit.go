package topic

import (
	"sync"
)

// labelled is a text with the topic it is of, 0 to the number of topics less 1.
type labelled struct {
	topic int
	grams []gram
}

// placed is a labelled text in a space.
type placed struct {
	topic  int
	vector vector
}

// fitted is all that reading a text needs.
type fitted struct {
	topics []string
	space  *space
	linear *linear
	nets   []*net // none where they do not help
	doubt  doubt
}

// The readers of a text, and what each sees of it.
var (
	linearSees = shares{ofPairs: 0.5, ofWords: 1, ofParts: 1}
	netsSee    = [...]shares{{ofWords: 1, ofParts: 1}, {ofStretches: 1}}
)

// netFeatures are where the features of a net begin and end.
func (s *space) netFeatures(net int) (first, end uint32) {
	if net == 0 {
		return s.begin[ofWords], s.begin[ofStretches]
	}
	return s.begin[ofStretches], s.begin[views]
}

// Part of the texts is left out by those that are then tested on it. Of many
// texts one part in ten is enough, and the nets go without it for good, since
// they take longest. Few texts are dear: each of five parts is left out once,
// and what then speaks has learned from all.
const many = 2000 // texts

func split(texts int) (tests, parts int) {
	if texts >= many {
		return 1, 10
	}
	return 5, 5
}

// fit fits to the texts, in their order; hints (names and descriptions of
// topics) are learned from like texts but not tested on. It works on at most
// two threads and gives the same bits on any number. It gives nil if halted.
func fit(topics []string, hints, texts []labelled, halt func() bool) *fitted {
	all := append(hints[:len(hints):len(hints)], texts...)
	f := &fitted{topics: topics, space: newSpace(all, len(topics)), nets: make([]*net, len(netsSee))}
	t := &trial{fitted: f, halt: halt, hints: len(hints), part: parts(texts, len(topics)), margins: len(texts) >= many}
	t.place(all)
	tests, _ := split(len(texts))
	t.linears, t.nets = make([]*linear, tests), make([][len(netsSee)]*net, tests)
	var work []func()
	for m := range tests {
		work = append(work, func() { t.fitLinear(m) })
		for n := range netsSee {
			work = append(work, func() { t.nets[m][n] = t.fitNet(n, m) })
		}
	}
	if tests > 1 {
		for n := range netsSee {
			work = append(work, func() { f.nets[n] = t.fitNet(n, nobody) })
		}
	}
	inPairs(work)
	if halt() {
		return nil
	}
	f.doubt = t.calibrate(texts)
	if tests == 1 {
		f.nets = t.nets[0][:]
	}
	if f.doubt.lean == 0 {
		f.nets = nil
	}
	f.space.lone = nil
	return f
}

// nobody leaves nothing out.
const nobody = -1

// trial is a fit under way.
type trial struct {
	*fitted
	halt    func() bool
	hints   int
	margins bool
	part    []int    // of each text
	seen    []placed // by the linear models, hints first
	netSeen [len(netsSee)][]placed
	linears []*linear // by the part left out
	nets    [][len(netsSee)]*net
}

// parts cuts the texts so that each topic's are spread evenly.
func parts(texts []labelled, topics int) []int {
	_, n := split(len(texts))
	part, count := make([]int, len(texts)), make([]int, topics)
	for i, text := range texts {
		part[i] = (count[text.topic] + text.topic) % n
		count[text.topic]++
	}
	return part
}

func (t *trial) place(all []labelled) {
	t.seen = make([]placed, len(all))
	for n := range t.netSeen {
		t.netSeen[n] = make([]placed, len(all))
	}
	for i, text := range all {
		v, _ := t.space.vector(text.grams, linearSees)
		t.seen[i] = placed{text.topic, v}
		for n, sees := range netsSee {
			v, _ := t.space.vector(text.grams, sees)
			t.netSeen[n][i] = placed{text.topic, v}
		}
	}
}

// fitLinear fits a linear model to all but a part, and from the first of them
// the one that learned from all.
func (t *trial) fitLinear(leftOut int) {
	var others, part []int32
	for i := range t.seen {
		if i >= t.hints && t.part[i-t.hints] == leftOut {
			part = append(part, int32(i))
		} else {
			others = append(others, int32(i))
		}
	}
	l := newLinearFit(t.seen, int(t.space.begin[ofStretches]), len(t.topics), t.margins)
	l.fit(others, l.rounds, t.halt)
	t.linears[leftOut] = l.linear
	if leftOut == 0 {
		t.linears[0] = l.clone()
		l.fit(append(others, part...), l.further, t.halt)
		t.linear = l.linear
	}
}

func (t *trial) fitNet(n, leftOut int) *net {
	first, end := t.space.netFeatures(n)
	return fitNet(t.without(t.netSeen[n], leftOut), first, end, len(t.topics), uint64(n+1), t.halt)
}

// without leaves a part out.
func (t *trial) without(all []placed, part int) []placed {
	if part == nobody {
		return all
	}
	out := append(make([]placed, 0, len(all)), all[:t.hints]...)
	for i, text := range all[t.hints:] {
		if t.part[i] != part {
			out = append(out, text)
		}
	}
	return out
}

// inPairs does all the work, two pieces at a time.
func inPairs(work []func()) {
	next := make(chan func(), len(work))
	for _, w := range work {
		next <- w
	}
	close(next)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			for w := range next {
				w()
			}
		})
	}
	both.Wait()
}
