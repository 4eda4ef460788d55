package matching

// briefs are who answered each document, and since when that counts: all that a
// ranking asks of most documents. What is asked most often lies closest together.
type briefs struct {
	last  []uint32 // per document: the expert entered last, with andMore where others were; nobody: none
	since []int64  // per document: of the last
	next  []uint32 // per document: place in more from 1; 0: there are no others
	more  []answer
	spare uint32 // first free place in more, linked by next; 0: none
}

// answer is that an expert answered, since some time.
type answer struct {
	since  int64
	expert uint32
	next   uint32
}

// nobody is the slot of who has no evidence; andMore is no part of a slot.
const (
	nobody  = 1<<32 - 1
	andMore = 1 << 31
)

// grow makes place for one more document.
func (b *briefs) grow() {
	b.last, b.since, b.next = append(b.last, nobody), append(b.since, 0), append(b.next, 0)
}

func (b *briefs) clear(doc uint32) {
	for place := b.next[doc]; place != 0; {
		one := &b.more[place-1]
		place, one.next, b.spare = one.next, b.spare, place
	}
	b.last[doc], b.next[doc] = nobody, 0
}

func (b *briefs) add(doc uint32, a answer) {
	if before := b.last[doc]; before == nobody {
		b.last[doc], b.since[doc] = a.expert, a.since
		return
	}
	place := b.spare
	if place == 0 {
		b.more = append(b.more, answer{})
		place = uint32(len(b.more))
	} else {
		b.spare = b.more[place-1].next
	}
	b.more[place-1] = answer{b.since[doc], b.last[doc] &^ andMore, b.next[doc]}
	b.last[doc], b.since[doc], b.next[doc] = a.expert|andMore, a.since, place
}

// answered visits who answered a document before at.
func (b *briefs) answered(doc uint32, at int64, visit func(expert uint32, since int64)) {
	last := b.last[doc]
	if last == nobody {
		return
	}
	if since := b.since[doc]; since < at {
		visit(last&^andMore, since)
	}
	if last&andMore == 0 {
		return
	}
	for place := b.next[doc]; place != 0; place = b.more[place-1].next {
		if a := &b.more[place-1]; a.since < at {
			visit(a.expert, a.since)
		}
	}
}
