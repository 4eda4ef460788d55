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

const magic = "KHLANG3\n"

// Encode writes the model as a file: the magic, the checksum of what follows,
// the names, the sureness, and the columns. What is as good as random, hashes
// and languages, is packed but not deflated: that would hardly shrink it more,
// and takes most of the time of reading.
func (m *Model) Encode(to io.Writer) error {
	columns, err := m.columns()
	if err != nil {
		return fmt.Errorf("deflate: %w", err)
	}
	head := binary.LittleEndian.AppendUint32([]byte(magic), crc32.ChecksumIEEE(columns))
	_, err = to.Write(append(head, columns...))
	return err
}

func (m *Model) columns() ([]byte, error) {
	out := binary.AppendUvarint(nil, uint64(len(m.tags)))
	for i, tag := range m.tags {
		out = append(binary.AppendUvarint(out, uint64(len(tag))), tag...)
		out = appendFloat(appendFloat(out, m.slope[i]), m.caution[i])
	}
	for _, v := range []float64{m.scale, m.sureAt, m.explains} {
		out = appendFloat(out, v)
	}
	out = binary.AppendUvarint(binary.AppendUvarint(out, uint64(len(m.rests))), uint64(len(m.says)))
	levels, err := m.levels()
	if err != nil {
		return nil, err
	}
	out = append(binary.AppendUvarint(out, uint64(len(levels))), levels...)
	return m.appendHashes(appendSevens(out, m.says)), nil
}

// levels are the weights, deflated.
func (m *Model) levels() ([]byte, error) {
	plain := make([]byte, len(m.says))
	for i, s := range m.says {
		plain[i] = byte(s >> 8)
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.HuffmanOnly)
	if err != nil {
		return nil, err
	}
	if _, err = w.Write(plain); err == nil {
		err = w.Close()
	}
	return packed.Bytes(), err
}

// appendSevens appends the languages and whether they are a run's last, in 7
// bits each.
func appendSevens(to []byte, list []says) []byte {
	var bits uint64
	n := 0
	for _, s := range list {
		bits |= uint64(s&(saysTag|saysLast)) << n
		for n += 7; n >= 8; n -= 8 {
			to = append(to, byte(bits))
			bits >>= 8
		}
	}
	if n > 0 {
		to = append(to, byte(bits))
	}
	return to
}

// more says that a gap goes on in the next byte.
const more = 255

// appendHashes appends the gaps between hashes.
func (m *Model) appendHashes(to []byte) []byte {
	before := 0
	for b := range len(m.buckets) - 1 {
		for _, rest := range m.rests[m.buckets[b].runs:m.buckets[b+1].runs] {
			hash := b<<restBits | int(rest)
			gap := hash - before
			for before = hash; gap >= more; gap -= more {
				to = append(to, more)
			}
			to = append(to, byte(gap))
		}
	}
	return to
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
	r := columns{left: file[head:]}
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
		m.slope, m.caution = append(m.slope, r.float()), append(m.caution, r.float())
	}
	m.scale, m.sureAt, m.explains = r.float(), r.float(), r.float()
	m.rests, m.says = make([]uint16, r.length()), make([]says, r.length())
	r.evidence(m, r.inflated(r.take(r.number()), len(m.says)))
	r.hashes(m)
	r.align(m)
	return m
}

// inflated unpacks what becomes just so many bytes.
func (r *columns) inflated(packed []byte, size int) []byte {
	var out bytes.Buffer
	out.Grow(size + bytes.MinRead)
	_, err := out.ReadFrom(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), int64(size)+1))
	r.bad = r.bad || err != nil || out.Len() != size
	return out.Bytes()
}

// evidence reads languages, and puts their weights with them.
func (r *columns) evidence(m *Model, levels []byte) {
	packed := r.take((uint64(len(m.says))*7 + 7) / 8)
	if r.bad {
		return
	}
	var bits uint64
	n := 0
	for i, level := range levels {
		if n < 7 {
			bits |= uint64(packed[0]) << n
			packed = packed[1:]
			n += 8
		}
		s := says(bits) & (saysTag | saysLast)
		bits >>= 7
		n -= 7
		r.bad = r.bad || int(s&saysTag) >= len(m.tags)
		m.says[i] = s | says(level)<<8
	}
}

// hashes reads the gaps, and puts the runs into their buckets.
func (r *columns) hashes(m *Model) {
	hash, b := 0, 0
	for i := range m.rests {
		if hash += r.gap(); r.bad || hash >= 1<<hashBits {
			r.bad = true
			return
		}
		for ; b <= hash>>restBits; b++ {
			m.buckets[b].runs = uint32(i)
		}
		m.rests[i] = uint16(hash & (1<<restBits - 1))
	}
	for ; b < len(m.buckets); b++ {
		m.buckets[b].runs = uint32(len(m.rests))
	}
}

func (r *columns) gap() (gap int) {
	for i, b := range r.left {
		if gap += int(b); b != more {
			r.left = r.left[i+1:]
			return gap
		}
	}
	r.bad = true
	return gap
}

// align finds where the evidence of each bucket's runs begins.
func (r *columns) align(m *Model) {
	runs, b, first := uint32(0), 0, true // first: of a run
	for i, s := range m.says {
		for ; first && b < len(m.buckets) && m.buckets[b].runs == runs; b++ {
			m.buckets[b].says = uint32(i)
		}
		if first = s&saysLast != 0; first {
			runs++
		}
	}
	for ; b < len(m.buckets); b++ {
		m.buckets[b].says = uint32(len(m.says))
	}
	r.bad = r.bad || runs != uint32(len(m.rests)) || !first
}
