package matching

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
)

// ErrSnapshot is returned where what is read is no snapshot of an index, or not
// a whole one, or one of another version.
var ErrSnapshot = errors.New("not a snapshot of an index")

const (
	snapshotMagic   = "KHINDEX"
	snapshotVersion = 1
)

// Snapshot writes the index: a restored one ranks the same, bit for bit. What
// follows from the rest is left out. The bytes end with their checksum.
func (ix *Index) Snapshot(w io.Writer) error {
	ix.mu.RLock()
	p := packer(append([]byte(snapshotMagic), snapshotVersion))
	p.experts(ix)
	p.documents(ix)
	p.terms(&ix.text)
	ix.mu.RUnlock()
	p = binary.LittleEndian.AppendUint32(p, crc32.ChecksumIEEE(p))
	if _, err := w.Write(p); err != nil {
		return fmt.Errorf("write a snapshot: %w", err)
	}
	return nil
}

// packer appends numbers, in as few bytes as they need, and texts.
type packer []byte

func (p *packer) number(n int64)  { *p = binary.AppendVarint(*p, n) }
func (p *packer) count(n int)     { *p = binary.AppendUvarint(*p, uint64(n)) }
func (p *packer) id(id ID)        { *p = append(*p, id[:]...) }
func (p *packer) bytes(b []byte)  { p.count(len(b)); *p = append(*p, b...) }
func (p *packer) text(s string)   { p.count(len(s)); *p = append(*p, s...) }
func (p *packer) digest(n uint64) { *p = binary.LittleEndian.AppendUint64(*p, n) }

// experts writes their ids by slot; the slot of a removed one is a gap.
func (p *packer) experts(ix *Index) {
	ids := make([]*ID, len(ix.experts))
	for id, slot := range ix.slotOf {
		ids[slot] = &id
	}
	p.count(len(ids))
	for _, id := range ids {
		if id == nil {
			p.count(0)
			continue
		}
		p.count(1)
		p.id(*id)
	}
}

func (p *packer) documents(ix *Index) {
	ids := make([]ID, len(ix.docs))
	for id, slot := range ix.docOf {
		ids[slot] = id
	}
	p.count(len(ids))
	for slot := range ix.docs {
		d := &ix.docs[slot]
		p.id(ids[slot])
		if d.known {
			p.count(1)
			p.id(d.asker)
			p.number(d.asked)
			p.digest(d.words)
			p.count(len(d.tags))
			for _, tag := range d.tags {
				p.text(tag.name)
			}
		} else {
			p.count(0)
		}
		p.count(len(d.evidence))
		for _, e := range d.evidence {
			p.count(int(e.expert))
			p.number(e.answered)
			p.number(e.resolved)
		}
	}
}

func (p *packer) terms(x *textIndex) {
	p.count(len(x.lists))
	for i, list := range x.lists {
		p.text(x.words[i])
		p.bytes(list.data)
	}
}

// Restore reads an index that Snapshot wrote. Errors: ErrSnapshot, and those of
// the reader.
func Restore(r io.Reader) (*Index, error) {
	all, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read a snapshot: %w", err)
	}
	body := len(all) - 4
	switch {
	case body < len(snapshotMagic)+1 || string(all[:len(snapshotMagic)]) != snapshotMagic:
		return nil, ErrSnapshot
	case all[len(snapshotMagic)] != snapshotVersion:
		return nil, fmt.Errorf("%w: of version %d, want %d", ErrSnapshot, all[len(snapshotMagic)], snapshotVersion)
	case crc32.ChecksumIEEE(all[:body]) != binary.LittleEndian.Uint32(all[body:]):
		return nil, fmt.Errorf("%w: the checksum is wrong", ErrSnapshot)
	}
	u, ix := unpacker{left: all[len(snapshotMagic)+1 : body]}, NewIndex()
	u.experts(ix)
	u.documents(ix)
	u.terms(&ix.text, len(ix.docs))
	if u.bad || len(u.left) > 0 {
		return nil, fmt.Errorf("%w: its parts do not fit together", ErrSnapshot)
	}
	ix.recount()
	return ix, nil
}

// recount sums up what a snapshot leaves out.
func (ix *Index) recount() {
	for slot := range ix.docs {
		d := &ix.docs[slot]
		if d.known {
			ix.text.asked = append(ix.text.asked, d.asked)
			for _, tag := range d.tags {
				tag.asked = append(tag.asked, d.asked)
			}
			if d.asker != (ID{}) {
				ix.askers[d.asker] = append(ix.askers[d.asker], uint32(slot))
			}
		}
		for _, e := range d.evidence {
			ix.experts[e.expert].docs = append(ix.experts[e.expert].docs, uint32(slot))
		}
		ix.countAll(uint32(slot))
	}
	slices.Sort(ix.text.asked)
	for _, t := range ix.tags {
		slices.Sort(t.asked)
	}
	ix.refill()
}

// unpacker reads what packer wrote. After the first thing that does not fit it
// is bad, and everything it gives is zero.
type unpacker struct {
	left []byte
	bad  bool
}

func (u *unpacker) number() int64 {
	n, size := binary.Varint(u.left)
	u.skip(size)
	return n
}

// count is a number below limit.
func (u *unpacker) count(limit int) int {
	n, size := binary.Uvarint(u.left)
	if n >= uint64(limit) {
		size = 0
	}
	if u.skip(size); u.bad {
		return 0
	}
	return int(n)
}

func (u *unpacker) skip(size int) {
	if size <= 0 || size > len(u.left) {
		u.bad, u.left = true, nil
		return
	}
	u.left = u.left[size:]
}

func (u *unpacker) take(n int) []byte {
	if n > len(u.left) {
		u.bad, u.left = true, nil
		return nil
	}
	part := u.left[:n]
	u.left = u.left[n:]
	return part
}

func (u *unpacker) id() (id ID) {
	copy(id[:], u.take(len(id)))
	return id
}

// length is how many things of at least one byte follow.
func (u *unpacker) length() int { return u.count(len(u.left) + 1) }

func (u *unpacker) experts(ix *Index) {
	n := u.length()
	for slot := range n {
		ix.experts = append(ix.experts, expert{})
		if u.count(2) == 1 {
			id := u.id()
			ix.slotOf[id], ix.experts[slot].id = uint32(slot), id
		}
	}
}

func (u *unpacker) documents(ix *Index) {
	n := u.length()
	for slot := range n {
		ix.docOf[u.id()] = uint32(slot)
		d := document{asked: minTime}
		if u.count(2) == 1 {
			d.known, d.asker, d.asked = true, u.id(), u.number()
			if digest := u.take(8); len(digest) == 8 {
				d.words = binary.LittleEndian.Uint64(digest)
			}
			tags := make([]string, u.length())
			for i := range tags {
				tags[i] = string(u.take(u.length()))
			}
			d.tags = ix.tagged(tags)
		}
		for range u.length() {
			d.evidence = append(d.evidence, evidence{uint32(u.count(len(ix.experts))), u.number(), u.number()})
		}
		ix.docs = append(ix.docs, d)
		ix.briefs.grow()
	}
	u.bad = u.bad || len(ix.docOf) != len(ix.docs)
}

func (u *unpacker) terms(x *textIndex, docs int) {
	n := u.length()
	for term := range n {
		word := string(u.take(u.length()))
		list, ok := readPostings(u.take(u.length()), docs)
		u.bad = u.bad || !ok || (word == "") != (list.docs == 0)
		x.words, x.lists = append(x.words, word), append(x.lists, list)
		if word == "" {
			x.free = append(x.free, uint32(term))
		} else {
			x.termOf[word] = uint32(term)
		}
	}
	u.bad = u.bad || len(x.termOf)+len(x.free) != n
}

// readPostings takes a list as it was, if it is one of so many documents.
func readPostings(data []byte, docs int) (postings, bool) {
	p := postings{data: slices.Clip(slices.Clone(data))}
	at := -1
	for ; len(data) >= postingBytes; data = data[postingBytes:] {
		at += int(binary.LittleEndian.Uint16(data))
		if at < 0 || at >= docs {
			return postings{}, false
		}
		if data[2] != 0 {
			p.docs++
			p.most = max(p.most, data[2])
			p.next = uint32(at + 1)
		}
	}
	return p, len(data) == 0 && (p.docs == 0 || int(p.next) == at+1)
}
