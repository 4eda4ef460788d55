package topic

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
)

// ErrSnapshot is bytes that are no snapshot of this version, or a damaged one.
var ErrSnapshot = errors.New("no snapshot of a topic model, or a damaged one")

// A snapshot is a mark, the version, the body and its checksum, all of it
// little-endian. A new version is another mark: an old snapshot is refused, and
// the model learned anew.
const (
	mark     = "knowhow topics 2\n"
	checksum = 4 // bytes
)

var table = crc32.MakeTable(crc32.Castagnoli)

// Snapshot writes the model down. What was fitted is left out where it is
// stale, so that nothing of what was forgotten is in it: fit after restoring.
func (m *Model) Snapshot() []byte {
	w := writer{to: []byte(mark)}
	w.count(len(m.topics))
	number := make(map[string]int, len(m.topics))
	for i, t := range m.topics {
		number[t.name] = i
		w.text(t.name)
		w.grams(t.grams)
	}
	w.count(len(m.examples))
	for _, e := range m.examples {
		w.text(e.id)
		w.count(number[e.topic])
		w.grams(e.grams)
	}
	if m.fitted == nil || m.stale {
		w.count(0)
	} else {
		w.count(1)
		w.count(m.since)
		w.fitted(m.fitted)
	}
	return binary.LittleEndian.AppendUint32(w.to, crc32.Checksum(w.to, table))
}

// Restore reads a snapshot, or returns ErrSnapshot.
func Restore(snapshot []byte) (*Model, error) {
	end := len(snapshot) - checksum
	if end < len(mark) || string(snapshot[:len(mark)]) != mark {
		return nil, fmt.Errorf("read %d bytes: %w", len(snapshot), ErrSnapshot)
	}
	if crc32.Checksum(snapshot[:end], table) != binary.LittleEndian.Uint32(snapshot[end:]) {
		return nil, fmt.Errorf("read %d bytes: the checksum is another: %w", len(snapshot), ErrSnapshot)
	}
	r := reading{from: snapshot[len(mark):end]}
	m := r.model()
	if r.broken || len(r.from) > 0 {
		return nil, fmt.Errorf("read %d bytes: %w", len(snapshot), ErrSnapshot)
	}
	return m, nil
}

func (r *reading) model() *Model {
	m := &Model{}
	for range r.count() {
		d := described{name: r.text(), grams: r.grams()}
		r.broken = r.broken || checkName(d.name) != nil || m.topic(d.name) >= 0
		if m.topics = append(m.topics, d); r.broken {
			return nil
		}
	}
	for range r.count() {
		e := example{id: r.text()}
		topic := r.count()
		if e.grams = r.grams(); r.broken || topic >= len(m.topics) || e.id == "" {
			r.broken = true
			return nil
		}
		e.topic = m.topics[topic].name
		m.examples = append(m.examples, e)
	}
	m.renumber()
	r.broken = r.broken || len(m.place) != len(m.examples)
	if r.count() == 1 {
		m.since = r.count()
		m.fitted = r.fitted()
	}
	return m
}

func (w *writer) fitted(f *fitted) {
	w.count(len(f.topics))
	for _, name := range f.topics {
		w.text(name)
	}
	known := make([]gram, len(f.space.weight))
	for g, feature := range f.space.feature {
		known[feature] = g
	}
	w.grams(known)
	w.floats(f.space.weight)
	w.number(f.space.most)
	w.flag(f.linear.margins)
	w.floats(f.linear.weight)
	w.count(len(f.nets))
	for _, n := range f.nets {
		for _, part := range [][]float32{n.in, n.inOwn, n.out, n.outOwn} {
			w.floats(part)
		}
	}
	w.number(f.doubt.lean)
	w.number(f.doubt.sharp)
	w.floats(f.doubt.usual)
}

func (r *reading) fitted() *fitted {
	f := &fitted{space: &space{feature: map[gram]uint32{}}, linear: &linear{}}
	for range r.count() {
		f.topics = append(f.topics, r.text())
		if r.broken {
			return nil
		}
	}
	known := r.grams()
	f.space.weight, f.space.most = r.floats(), r.number()
	r.broken = r.broken || len(f.space.weight) != len(known)
	for feature, g := range known {
		f.space.feature[g] = uint32(feature)
		f.space.begin[viewOf(g)+1]++
	}
	for view := range views {
		f.space.begin[view+1] += f.space.begin[view]
	}
	topics := len(f.topics)
	f.linear = &linear{topics: topics, margins: r.flag(), weight: r.floats()}
	r.broken = r.broken || topics == 0 || len(f.space.feature) != len(known) ||
		len(f.linear.weight) != (int(f.space.begin[ofStretches])+1)*topics
	nets := r.count()
	r.broken = r.broken || nets != 0 && nets != len(netsSee)
	for i := range nets {
		if r.broken {
			return nil
		}
		first, end := f.space.netFeatures(i)
		n := &net{topics: topics, first: first, in: r.floats(), inOwn: r.floats(), out: r.floats(), outOwn: r.floats()}
		r.broken = r.broken || len(n.in) != int(end-first)*units || len(n.inOwn) != units || len(n.out) != topics*units || len(n.outOwn) != topics
		f.nets = append(f.nets, n)
	}
	f.doubt = doubt{lean: r.number(), sharp: r.number(), usual: r.floats()}
	r.broken = r.broken || !slices.IsSorted(f.doubt.usual)
	return f
}
