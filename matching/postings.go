package matching

import (
	"encoding/binary"
	"math"
)

// postings lists the documents with one term, ascending by slot, three bytes
// each: how far it is from the one before, and the term's impact there. Where
// that is too far for two bytes, postings without impact lie between.
type postings struct {
	data []byte
	docs int    // how many
	next uint32 // the least slot that may be appended
	most uint8  // impact; a removal may leave it higher than it need be
}

const (
	postingBytes = 3
	farthest     = 1<<16 - 1
)

// append adds a document behind the last.
func (p *postings) append(doc uint32, impact uint8) {
	gap := doc + 1 - p.next
	for ; gap > farthest; gap -= farthest {
		p.grow()
		p.data = append(p.data, 0xff, 0xff, 0)
	}
	p.grow()
	p.data = binary.LittleEndian.AppendUint16(p.data, uint16(gap))
	p.data = append(p.data, impact)
	p.docs++
	p.next = doc + 1
	p.most = max(p.most, impact)
}

// grow makes room for one more, and a little beyond: most memory of an index
// lies here.
func (p *postings) grow() {
	if n := len(p.data); cap(p.data)-n < postingBytes {
		data := make([]byte, n, n+n/16+2*postingBytes)
		copy(data, p.data)
		p.data = data
	}
}

// insert adds a document wherever it belongs.
func (p *postings) insert(doc uint32, impact uint8) {
	if doc >= p.next {
		p.append(doc, impact)
		return
	}
	var again postings
	p.each(func(d uint32, i uint8) {
		if doc != never32 && d > doc {
			again.append(doc, impact)
			doc = never32
		}
		again.append(d, i)
	})
	*p = again
}

// remove takes a document out, and tells whether it was there.
func (p *postings) remove(doc uint32) bool {
	if doc >= p.next || !p.has(doc) {
		return false
	}
	var again postings
	p.each(func(d uint32, i uint8) {
		if d != doc {
			again.append(d, i)
		}
	})
	*p = again
	return true
}

func (p *postings) has(doc uint32) bool {
	at := ^uint32(0)
	for i := 0; i+postingBytes <= len(p.data) && (at < doc || at == ^uint32(0)); i += postingBytes {
		at += uint32(p.data[i]) | uint32(p.data[i+1])<<8
		if at == doc && p.data[i+2] != 0 {
			return true
		}
	}
	return false
}

const never32 = ^uint32(0)

// each visits the documents in order.
func (p *postings) each(visit func(doc uint32, impact uint8)) {
	at := never32
	for i := 0; i+postingBytes <= len(p.data); i += postingBytes {
		at += uint32(p.data[i]) | uint32(p.data[i+1])<<8
		if p.data[i+2] != 0 {
			visit(at, p.data[i+2])
		}
	}
}

// BM25. The length that counts as neither short nor long is fixed rather than
// the average of the index, so that a document's impacts are known when it is
// added and never depend on what came before or after it.
const (
	bm25K1     = 1.2
	bm25B      = 0.75
	bm25Length = 100
	mostImpact = bm25K1 + 1
)

// impact is what n occurrences of a term count in a document of some length, as
// a share of what it can be at the most, from 1 to 255.
func impact(n, length int) uint8 {
	norm := bm25K1 * (1 - bm25B + bm25B*float64(length)/bm25Length)
	return uint8(max(1, math.Round(255*float64(n)/(float64(n)+norm))))
}

// inverseFrequency is BM25's weight of a term that with of all documents have.
func inverseFrequency(all, with int) float64 {
	return math.Log(1 + (float64(all-with)+0.5)/(float64(with)+0.5))
}
