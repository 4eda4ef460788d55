package matching

import (
	"cmp"
	"slices"
)

// turn is when an expert answered.
type turn struct {
	since  int64
	expert uint32
}

// lately is the last turns of all, ascending by time. It keeps more than are
// asked for, so that some may be taken out before it has to be filled again.
type lately struct {
	turns   []turn
	dropped bool // there are older ones
}

const (
	latelyAsked = 256
	latelyKept  = 4 * latelyAsked
)

func (l *lately) place(m turn) (int, bool) {
	return slices.BinarySearchFunc(l.turns, m, func(a, b turn) int {
		return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.expert, b.expert))
	})
}

func (l *lately) enter(m turn) {
	i, _ := l.place(m)
	if i == 0 && l.dropped {
		return
	}
	l.turns = slices.Insert(l.turns, i, m)
	if len(l.turns) > latelyKept {
		l.turns = append(l.turns[:0], l.turns[latelyKept-2*latelyAsked:]...)
		l.dropped = true
	}
}

func (l *lately) leave(m turn) {
	if i, found := l.place(m); found {
		l.turns = slices.Delete(l.turns, i, i+1)
	}
}

// refill reads the last turns again where too many were taken out.
func (ix *Index) refill() {
	l := &ix.lately
	if !l.dropped || len(l.turns) >= latelyAsked {
		return
	}
	l.turns, l.dropped = l.turns[:0], false
	for slot := range ix.experts {
		for _, e := range ix.experts[slot].events {
			l.enter(turn{e.since, uint32(slot)})
		}
	}
}

// before gives the experts who answered last before t, the latest first, with
// repeats, until visit is false.
func (l *lately) before(t int64, visit func(slot uint32) bool) {
	n, _ := l.place(turn{since: t})
	for _, m := range slices.Backward(l.turns[max(0, n-latelyAsked):n]) {
		if !visit(m.expert) {
			return
		}
	}
}
