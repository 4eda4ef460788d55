package topic

import (
	"encoding/binary"
	"math"
)

// writer appends the parts of a snapshot.
type writer struct{ to []byte }

func (w *writer) count(n int) { w.to = binary.AppendUvarint(w.to, uint64(n)) }
func (w *writer) flag(set bool) {
	if set {
		w.count(1)
	} else {
		w.count(0)
	}
}

func (w *writer) number(x float64) {
	w.to = binary.LittleEndian.AppendUint64(w.to, math.Float64bits(x))
}

func (w *writer) text(s string) {
	w.count(len(s))
	w.to = append(w.to, s...)
}

// grams are in order: each is written as its distance from the one before.
func (w *writer) grams(sorted []gram) {
	w.count(len(sorted))
	before := gram(0)
	for _, g := range sorted {
		w.to = binary.AppendUvarint(w.to, uint64(g-before))
		before = g
	}
}

func (w *writer) floats(all []float32) {
	w.count(len(all))
	for _, x := range all {
		w.to = binary.LittleEndian.AppendUint32(w.to, math.Float32bits(x))
	}
}

// reading takes the parts of a snapshot off its front. Once something is not
// as it must be, it is broken and gives nothing more.
type reading struct {
	from   []byte
	broken bool
}

func (r *reading) uvarint() uint64 {
	n, size := binary.Uvarint(r.from)
	if size <= 0 || r.broken {
		r.broken = true
		return 0
	}
	r.from = r.from[size:]
	return n
}

// count is of things that take at least a byte each, or a number as small.
func (r *reading) count() int {
	n := r.uvarint()
	if n > math.MaxInt32 {
		r.broken = true
		return 0
	}
	return int(n)
}

func (r *reading) flag() bool {
	n := r.uvarint()
	r.broken = r.broken || n > 1
	return n == 1
}

// bytes takes n things of so many bytes.
func (r *reading) bytes(n, each int) []byte {
	if r.broken || n > len(r.from)/each {
		r.broken = true
		return nil
	}
	out := r.from[:n*each]
	r.from = r.from[n*each:]
	return out
}

func (r *reading) text() string { return string(r.bytes(r.count(), 1)) }

func (r *reading) number() float64 {
	raw := r.bytes(1, 8)
	if raw == nil {
		return 0
	}
	x := math.Float64frombits(binary.LittleEndian.Uint64(raw))
	r.broken = r.broken || math.IsNaN(x) || math.IsInf(x, 0)
	return x
}

func (r *reading) floats() []float32 {
	n := r.count()
	raw := r.bytes(n, 4)
	if raw == nil {
		return nil
	}
	out := make([]float32, n)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		r.broken = r.broken || math.IsNaN(float64(out[i])) || math.IsInf(float64(out[i]), 0)
	}
	return out
}

func (r *reading) grams() []gram {
	n := r.count()
	if n > len(r.from) {
		r.broken = true
		return nil
	}
	out, before := make([]gram, n), uint64(0)
	for i := range out {
		before += r.uvarint()
		r.broken = r.broken || before > math.MaxUint32
		out[i] = gram(before)
	}
	return out
}
