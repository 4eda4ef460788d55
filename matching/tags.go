package matching

import (
	"math"
	"slices"
	"strings"
)

// tagIndex is who answered questions with one tag, and when.
type tagIndex struct {
	name    string
	asked   []int64        // when each document with the tag was asked, ascending
	slotOf  map[uint32]int // expert to place in experts
	experts []tagExpert
}

type tagExpert struct {
	slot uint32
	at   []int64 // ascending
	year sum     // of all of them, halved every year
}

// tagged gives the tags of these names, the new ones too.
func (ix *Index) tagged(names []string) []*tagIndex {
	tags := make([]*tagIndex, len(names))
	for i, name := range names {
		t, ok := ix.tags[name]
		if !ok {
			t = &tagIndex{name: name, slotOf: make(map[uint32]int)}
			ix.tags[name] = t
		}
		tags[i] = t
	}
	return tags
}

func byName(a, b *tagIndex) int { return strings.Compare(a.name, b.name) }

func names(tags []*tagIndex) []string {
	names := make([]string, len(tags))
	for i, t := range tags {
		names[i] = t.name
	}
	return names
}

func (t *tagIndex) enter(slot uint32, at int64) {
	i, ok := t.slotOf[slot]
	if !ok {
		i = len(t.experts)
		t.experts = append(t.experts, tagExpert{slot: slot})
		t.slotOf[slot] = i
	}
	x := &t.experts[i]
	if n := len(x.at); n == 0 || x.at[n-1] <= at {
		x.at = append(x.at, at)
		x.year.push(at, yearHalfLife)
		return
	}
	x.at = insertTime(x.at, at)
	x.year = x.sum(len(x.at))
}

// leave takes one answer out, and forgets the expert here when it was the last.
func (t *tagIndex) leave(slot uint32, at int64) {
	i := t.slotOf[slot]
	x := &t.experts[i]
	if x.at = removeTime(x.at, at); len(x.at) > 0 {
		x.year = x.sum(len(x.at))
		return
	}
	last := len(t.experts) - 1
	t.experts[i] = t.experts[last]
	t.slotOf[t.experts[i].slot] = i
	t.experts = t.experts[:last]
	delete(t.slotOf, slot)
}

func (x *tagExpert) sum(n int) sum {
	var s sum
	for _, at := range x.at[:n] {
		s.push(at, yearHalfLife)
	}
	return s
}

// before is what is left at t of the answers before it.
func (x *tagExpert) before(t int64) float64 {
	n := timesBefore(x.at, t)
	if n == len(x.at) {
		return x.year.at(t, yearHalfLife)
	}
	s := x.sum(n)
	return s.at(t, yearHalfLife)
}

// telling is a tag of a question that some earlier one has.
type telling struct {
	*tagIndex
	usual float64 // share of the questions before it that have it
}

// known gives the tags of a question that some earlier one has, each once.
func (ix *Index) known(tags []string, at int64, into []telling) []telling {
	all := timesBefore(ix.text.asked, at)
	names := slices.Sorted(slices.Values(tags))
	for _, name := range slices.Compact(names) {
		t := ix.tags[name]
		if t == nil {
			continue
		}
		if with := timesBefore(t.asked, at); with > 0 {
			into = append(into, telling{t, (float64(with) + 0.5) / (float64(all) + 1)})
		}
	}
	return into
}

// How many answers of an expert are assumed to be like everybody's, before
// their own say what they answer.
const (
	usually       = 20.0
	usuallyTagged = 10.0
)

// take adds what an expert did under the tag to what they did under the others.
// A second answer says less than the first.
func (t *telling) take(x *tagExpert, at int64, to *tally) {
	to.tags += math.Log(1 + x.before(at)/(usuallyTagged*t.usual))
}
