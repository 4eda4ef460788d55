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
// they take longest.
const (
	many      = 2000 // texts
	manyParts = 10
)

// fit fits to the texts, in their order; hints (names and descriptions of
// topics) are learned from like texts but not tested on. It works on at most
// two threads and gives the same bits on any number. It gives nil if halted.
func fit(topics []string, hints, texts []labelled, halt func() bool) *fitted {
	if len(texts) < many {
		return fitFew(topics, hints, texts, halt)
	}
	t := newTrial(topics, hints, texts, halt)
	t.margins, t.part = true, parts(texts, len(topics), manyParts)
	inPairs(t.work())
	if halt() {
		return nil
	}
	apart := t.space.apart()
	var sample []tested
	for i, text := range texts {
		if t.part[i] == leftOut {
			sample = append(sample, test(apart, t.apart, t.nets, text))
		}
	}
	return t.finish(sample)
}

// fewParts are the parts of few texts, which are dear: each is left out once, and
// what then speaks has learned from all.
const fewParts = 5

// fitFew tests each part by readers to whom it never was: even which words tell
// topics apart they have from the others. Where a word is in a handful of texts,
// knowing of one more would make them better than they are with strangers' texts,
// and too sure.
func fitFew(topics []string, hints, texts []labelled, halt func() bool) *fitted {
	whole := newTrial(topics, hints, texts, halt)
	if len(texts) < leastTested { // then nothing can be said, and the nets are of no use
		if whole.fitLinear(); halt() {
			return nil
		}
		return whole.finish(nil)
	}
	part, without := parts(texts, len(topics), fewParts), make([]*trial, fewParts)
	work := whole.work()
	for m := range without {
		var others []labelled
		for i, text := range texts {
			if part[i] != m {
				others = append(others, text)
			}
		}
		without[m] = newTrial(topics, hints, others, halt)
		work = append(work, without[m].work()...)
	}
	inPairs(work)
	if halt() {
		return nil
	}
	sample := make([]tested, len(texts))
	for i, text := range texts {
		reader := without[part[i]]
		sample[i] = test(reader.space, reader.linear, reader.nets, text)
	}
	return whole.finish(sample)
}

// trial is a fit under way.
type trial struct {
	*fitted
	halt    func() bool
	hints   int
	margins bool
	part    []int    // of each text; nil where none is left out
	seen    []placed // by the linear model, hints first
	netSeen [len(netsSee)][]placed
	apart   *linear // the linear model without the part that is left out
}

// leftOut is the part that is tested on.
const leftOut = 0

func newTrial(topics []string, hints, texts []labelled, halt func() bool) *trial {
	all := append(hints[:len(hints):len(hints)], texts...)
	f := &fitted{topics: topics, space: newSpace(all, len(topics)), nets: make([]*net, len(netsSee))}
	t := &trial{fitted: f, halt: halt, hints: len(hints)}
	t.place(all)
	return t
}

// work is what there is to do, in pieces that may be done in any order.
func (t *trial) work() []func() {
	work := []func(){t.fitLinear}
	for n := range netsSee {
		work = append(work, func() { t.nets[n] = t.fitNet(n) })
	}
	return work
}

// finish makes of it what reads texts, by what came of the tests.
func (t *trial) finish(sample []tested) *fitted {
	f := t.fitted
	if f.doubt = calibrate(sample); f.doubt.lean == 0 {
		f.nets = nil
	}
	f.space.lone = nil
	return f
}

// parts cuts the texts so that each topic's are spread evenly.
func parts(texts []labelled, topics, n int) []int {
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

// isOut tells whether a text, by its place behind the hints, is left out.
func (t *trial) isOut(i int) bool {
	return t.part != nil && i >= t.hints && t.part[i-t.hints] == leftOut
}

// fitLinear fits a linear model to all but the part that is left out, and goes
// on from it to the one that learned from all.
func (t *trial) fitLinear() {
	var others, part []int32
	for i := range t.seen {
		if t.isOut(i) {
			part = append(part, int32(i))
		} else {
			others = append(others, int32(i))
		}
	}
	l := newLinearFit(t.seen, int(t.space.begin[ofStretches]), len(t.topics), t.margins)
	l.fit(others, l.rounds, t.halt)
	if len(part) > 0 {
		t.apart = l.clone()
		l.fit(append(others, part...), l.further, t.halt)
	}
	t.linear = l.linear
}

// fitNet fits a net to all but the part that is left out.
func (t *trial) fitNet(n int) *net {
	first, end := t.space.netFeatures(n)
	texts := make([]placed, 0, len(t.netSeen[n]))
	for i, text := range t.netSeen[n] {
		if !t.isOut(i) {
			texts = append(texts, text)
		}
	}
	return fitNet(texts, first, end, len(t.topics), uint64(n+1), t.halt)
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
