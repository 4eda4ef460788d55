package matching

import "math"

// halfLife is how long it takes for half of what something counts to be gone.
type halfLife struct {
	micros int64
	steps  float64 // of 1/1024 of it, in a microsecond
}

func days(n int64) halfLife {
	return halfLife{n * dayMicros, (1 << powerBits) / float64(n*dayMicros)}
}

const (
	hourMicros = int64(3600 * 1_000_000)
	dayMicros  = 24 * hourMicros
)

// sum is a decayed number of events. It is kept in cells of one half-life: from
// one cell to another it is halved exactly, so that rounding happens only where
// an event is added, and in order of time. An event more, at whatever time, can
// therefore never make a sum less.
type sum struct {
	value float64 // as of the beginning of the cell
	cell  int64
}

// push adds an event at t, which is not before any other.
func (s *sum) push(t int64, h halfLife) { s.enter(cellOf(t, h)) }

// enter adds an event of a cell.
func (s *sum) enter(cell int64, weight float64) {
	s.move(cell)
	s.value += weight
}

// move takes the sum on to a later cell, and tells how much of it is left.
func (s *sum) move(cell int64) float64 {
	if cell == s.cell {
		return 1
	}
	left := half(cell - s.cell)
	s.value, s.cell = s.value*left, cell
	return left
}

// at is the sum as of t, which is not before any event.
func (s *sum) at(t int64, h halfLife) float64 {
	if s.value == 0 {
		return 0
	}
	return s.value * decay(t-s.cell*h.micros, h)
}

// cellOf is the cell of a time and what an event then counts as of the cell's
// beginning: 1 up to 2.
func cellOf(t int64, h halfLife) (int64, float64) {
	cell := t / h.micros
	if t < cell*h.micros {
		cell--
	}
	return cell, powers[int(float64(t-cell*h.micros)*h.steps)]
}

// half is one half to the power of n, exactly.
func half(n int64) float64 {
	if n > 1022 {
		return 0
	}
	return math.Float64frombits(uint64(1023-n) << 52)
}

// decay gives what is left after age microseconds, which is not below zero: one
// half after h. It goes by steps of 1/1024 of a half-life.
func decay(age int64, h halfLife) float64 {
	n := int64(float64(age) * h.steps)
	return half(n>>powerBits) / powers[n&(1<<powerBits-1)]
}

const powerBits = 10

// powers are the powers of two from 1 up to 2.
var powers = func() (p [1<<powerBits + 1]float64) {
	for i := range p {
		p[i] = math.Exp2(float64(i) / (1 << powerBits))
	}
	return p
}()
