package language

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// ErrModel is returned for what is not a whole model file of this version.
var ErrModel = errors.New("not a whole language model of this version")

const (
	magic    = "KHLANG1\n"
	mostFile = 16 << 20 // bytes, unpacked
)

// Encode writes the model as a file: the magic, the checksum of what follows,
// and deflated columns: names, sureness, runs per bucket, gaps between hashes,
// languages, weights.
func (m *Model) Encode(to io.Writer) error {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err = w.Write(m.columns()); err == nil {
		err = w.Close()
	}
	if err != nil {
		return fmt.Errorf("deflate: %w", err)
	}
	head := binary.LittleEndian.AppendUint32([]byte(magic), crc32.ChecksumIEEE(packed.Bytes()))
	_, err = to.Write(append(head, packed.Bytes()...))
	return err
}

func (m *Model) columns() []byte {
	out := binary.AppendUvarint(nil, uint64(len(m.tags)))
	for i, tag := range m.tags {
		out = append(binary.AppendUvarint(out, uint64(len(tag))), tag...)
		out = appendFloat(out, m.caution[i])
	}
	for _, v := range []float64{m.scale, m.sureAt, m.explains} {
		out = appendFloat(out, v)
	}
	out = binary.AppendUvarint(binary.AppendUvarint(out, uint64(len(m.rests))), uint64(len(m.says)))
	for b := range len(m.buckets) - 1 {
		out = binary.AppendUvarint(out, uint64(m.buckets[b+1].runs-m.buckets[b].runs))
	}
	for b := range len(m.buckets) - 1 {
		before := uint16(0)
		for _, rest := range m.rests[m.buckets[b].runs:m.buckets[b+1].runs] {
			out = binary.AppendUvarint(out, uint64(rest-before))
			before = rest
		}
	}
	for _, s := range m.says {
		out = append(out, byte(s))
	}
	for _, s := range m.says {
		out = append(out, byte(s>>8))
	}
	return out
}

func appendFloat(to []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(to, math.Float64bits(v))
}

// Decode reads what Encode wrote. Anything else is ErrModel.
func Decode(file []byte) (*Model, error) {
	head := len(magic) + 4
	if len(file) < head || string(file[:len(magic)]) != magic {
		return nil, fmt.Errorf("%w: it does not begin as one", ErrModel)
	}
	if binary.LittleEndian.Uint32(file[len(magic):]) != crc32.ChecksumIEEE(file[head:]) {
		return nil, fmt.Errorf("%w: it is damaged", ErrModel)
	}
	var unpacked bytes.Buffer
	unpacked.Grow(2 * len(file))
	if _, err := unpacked.ReadFrom(io.LimitReader(flate.NewReader(bytes.NewReader(file[head:])), mostFile)); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrModel, err)
	}
	r := columns{left: unpacked.Bytes()}
	m := r.model()
	if r.bad || len(r.left) != 0 {
		return nil, fmt.Errorf("%w: its columns do not fit together", ErrModel)
	}
	return m, nil
}

// columns reads the parts of a file; bad says that one did not fit.
type columns struct {
	left []byte
	bad  bool
}

func (r *columns) take(n uint64) []byte {
	if n > uint64(len(r.left)) {
		r.bad = true
		return make([]byte, min(n, 8))
	}
	part := r.left[:n]
	r.left = r.left[n:]
	return part
}

func (r *columns) number() uint64 {
	v, n := binary.Uvarint(r.left)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.left = r.left[n:]
	return v
}

// length is a number of things that take at least a byte each.
func (r *columns) length() int {
	n := r.number()
	if n > uint64(len(r.left)) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *columns) float() float64 {
	v := math.Float64frombits(binary.LittleEndian.Uint64(r.take(8)))
	r.bad = r.bad || math.IsNaN(v) || math.IsInf(v, 0)
	return v
}

func (r *columns) model() *Model {
	m := &Model{buckets: make([]bucket, 1<<bucketBits+1)}
	names := r.length()
	if names < 2 || names > maxTags {
		r.bad = true
		return nil
	}
	for range names {
		m.tags = append(m.tags, Tag(r.take(r.number())))
		m.caution = append(m.caution, r.float())
	}
	m.scale, m.sureAt, m.explains = r.float(), r.float(), r.float()
	m.rests, m.says = make([]uint16, r.length()), make([]says, r.length())
	r.hashes(m)
	r.evidence(m)
	return m
}

func (r *columns) hashes(m *Model) {
	at := uint64(0)
	for b := range len(m.buckets) - 1 {
		if at += min(r.number(), uint64(len(m.rests))+1); at > uint64(len(m.rests)) {
			r.bad = true
			return
		}
		m.buckets[b+1].runs = uint32(at)
	}
	if r.bad = r.bad || at != uint64(len(m.rests)); r.bad {
		return
	}
	for b := range len(m.buckets) - 1 {
		rest := uint64(0)
		for i := m.buckets[b].runs; i < m.buckets[b+1].runs; i++ {
			rest += min(r.number(), 1<<restBits)
			m.rests[i] = uint16(rest)
		}
		r.bad = r.bad || rest >= 1<<restBits
	}
}

// evidence reads languages and weights, and finds where each bucket's begin.
func (r *columns) evidence(m *Model) {
	names, levels := r.take(uint64(len(m.says))), r.take(uint64(len(m.says)))
	if r.bad {
		return
	}
	runs, b, first := uint32(0), 0, true // first: of a run
	for i, name := range names {
		for ; first && b < len(m.buckets) && m.buckets[b].runs == runs; b++ {
			m.buckets[b].says = uint32(i)
		}
		if int(name&saysTag) >= len(m.tags) || name > saysTag|saysLast {
			r.bad = true
			return
		}
		m.says[i] = says(name) | says(levels[i])<<8
		if first = name&saysLast != 0; first {
			runs++
		}
	}
	for ; b < len(m.buckets); b++ {
		m.buckets[b].says = uint32(len(names))
	}
	r.bad = r.bad || runs != uint32(len(m.rests)) || !first
}
