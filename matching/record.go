package matching

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// ErrReplay is returned when a record does not follow from its own features,
// weights and seed.
var ErrReplay = errors.New("ranking cannot be replayed")

// Record is one ranking with everything it follows from, and no text. It goes
// through encoding/json and back without loss.
type Record struct {
	Version    string    `json:"version"` // of the weights, with the set that applied
	Factors    []Factor  `json:"factors"`
	Seed       uint64    `json:"seed,string"`
	At         time.Time `json:"at"`
	Candidates []Ranked  `json:"candidates"` // best first
}

// Factor is a feature's name and its weight.
type Factor struct {
	Name   string  `json:"name"`
	Weight float64 `json:"weight"`
}

// Ranked is a candidate in its place. Parts are weight times feature; they sum
// to Total when added in order.
type Ranked struct {
	Expert   ID        `json:"expert"`
	Rank     int       `json:"rank"` // from 1
	Total    float64   `json:"total"`
	Evidence int       `json:"evidence"` // answers before the question
	Since    time.Time `json:"since"`
	Lot      uint64    `json:"lot,string"`
	Features []float64 `json:"features"`
	Parts    []float64 `json:"-"` // follow from the features, so they are not kept
}

// UnmarshalJSON reads a record and computes its parts. Total and place stay what
// was written; Replay tells whether they follow.
func (r *Record) UnmarshalJSON(text []byte) error {
	type plain Record
	if err := json.Unmarshal(text, (*plain)(r)); err != nil {
		return err
	}
	for i := range r.Candidates {
		if c := &r.Candidates[i]; len(c.Features) == len(r.Factors) {
			c.Parts = make([]float64, len(r.Factors))
			c.weigh(r.Factors)
		}
	}
	return nil
}

func newRecord(q Query, w Weights, tagged bool) Record {
	version, weights := w.Version+"/plain", w.Plain
	if tagged {
		version, weights = w.Version+"/tagged", w.Tagged
	}
	r := Record{Version: version, Seed: q.Seed, At: q.At.UTC().Round(0)}
	r.Factors = make([]Factor, featureCount)
	for i, weight := range weights {
		r.Factors[i] = Factor{featureTable[i].name, weight}
	}
	return r
}

// rank computes parts, totals and places from features, weights and seed.
func (r *Record) rank() {
	parts := make([]float64, len(r.Candidates)*len(r.Factors))
	for i := range r.Candidates {
		c := &r.Candidates[i]
		c.Parts, parts = parts[:len(r.Factors):len(r.Factors)], parts[len(r.Factors):]
		c.add(r.Factors)
	}
	slices.SortFunc(r.Candidates, r.order)
	for i := range r.Candidates {
		r.Candidates[i].Rank = i + 1
	}
}

// order puts the higher total first.
func (r *Record) order(a, b Ranked) int {
	if a.Total != b.Total {
		return cmp.Compare(b.Total, a.Total)
	}
	return r.tie(a, b)
}

func (c *Ranked) add(factors []Factor) {
	c.weigh(factors)
	c.Total = 0
	for _, part := range c.Parts {
		c.Total += part
	}
}

// weigh fills the parts, which are all zero.
func (c *Ranked) weigh(factors []Factor) {
	for i, f := range factors {
		if part := float64(f.Weight * c.Features[i]); part != 0 {
			c.Parts[i] = part // else 0 and not -0, which databases do not keep
		}
	}
}

// total is what the parts of a candidate with these features add up to.
func (v *Vector) total(factors []Factor) float64 {
	total := 0.0
	for i, f := range factors {
		if part := float64(f.Weight * v[i]); part != 0 {
			total += part
		}
	}
	return total
}

// tie decides between equal totals: more evidence, then earlier enrolled, then
// the draw. Only where the lots are equal too, a draw over the ids.
func (r *Record) tie(a, b Ranked) int {
	return cmp.Or(cmp.Compare(b.Evidence, a.Evidence), a.Since.Compare(b.Since),
		cmp.Compare(mix(r.Seed^mix(a.Lot)), mix(r.Seed^mix(b.Lot))),
		cmp.Compare(a.Expert.draw(r.Seed), b.Expert.draw(r.Seed)), bytes.Compare(a.Expert[:], b.Expert[:]))
}

func (id ID) draw(seed uint64) uint64 {
	return mix(mix(seed^binary.BigEndian.Uint64(id[:8])) ^ binary.BigEndian.Uint64(id[8:]))
}

// mix is the finaliser of splitmix64: every bit of x moves every bit of the
// result.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Replay computes parts, totals and places again, from nothing but features,
// weights and seed. The error is ErrReplay where the record is malformed, or
// says something else than what follows.
func (r Record) Replay() ([]Ranked, error) {
	again := Record{Factors: r.Factors, Seed: r.Seed, Candidates: slices.Clone(r.Candidates)}
	for i, c := range again.Candidates {
		if len(c.Features) != len(r.Factors) {
			return nil, fmt.Errorf("%w: candidate %d has %d features for %d weights", ErrReplay, i+1, len(c.Features), len(r.Factors))
		}
	}
	again.rank()
	for i, c := range again.Candidates {
		if !c.same(r.Candidates[i]) {
			return again.Candidates, fmt.Errorf("%w: place %d differs", ErrReplay, i+1)
		}
	}
	return again.Candidates, nil
}

func (c Ranked) same(d Ranked) bool {
	bits := func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }
	return c.Expert == d.Expert && c.Rank == d.Rank && bits(c.Total, d.Total) && slices.EqualFunc(c.Parts, d.Parts, bits)
}

// Top gives the record of the first n candidates only: their order among
// themselves replays the same without the rest.
func (r Record) Top(n int) Record {
	r.Candidates = slices.Clone(r.Candidates[:min(max(n, 0), len(r.Candidates))])
	return r
}

// MarshalText writes an ID as 32 hexadecimal digits.
func (id ID) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(id[:])), nil }

// UnmarshalText reads what MarshalText writes.
func (id *ID) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(id)) {
		return fmt.Errorf("id of %d characters, want %d", len(text), hex.EncodedLen(len(id)))
	}
	_, err := hex.Decode(id[:], text)
	return err
}
