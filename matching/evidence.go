package matching

// since is when a piece of evidence begins to count: an answer cannot be older
// than its question.
func (d *document) since(e evidence) int64 { return max(e.answered, d.asked) }

// resolvedSince is when it begins to count as the resolving answer, or never.
// An answer given at t is known after t, so the two compare alike: both count
// for a query at a later time.
func (d *document) resolvedSince(e evidence) int64 {
	if e.resolved == never {
		return never
	}
	return max(e.resolved-1, d.since(e))
}

func (ix *Index) countAll(slot uint32) {
	for _, e := range ix.docs[slot].evidence {
		ix.count(&ix.docs[slot], e)
	}
}

func (ix *Index) uncountAll(slot uint32) {
	for _, e := range ix.docs[slot].evidence {
		ix.uncount(&ix.docs[slot], e)
	}
}

// count enters a piece of evidence into what is kept per expert and per tag.
func (ix *Index) count(d *document, e evidence) {
	ix.experts[e.expert].enter(d.since(e), d.resolvedSince(e))
	ix.look(e.expert)
	for _, tag := range d.tags {
		ix.tags[tag].of(e.expert).insert(d.since(e))
	}
}

// uncount takes out what count entered.
func (ix *Index) uncount(d *document, e evidence) {
	ix.experts[e.expert].leave(d.since(e), d.resolvedSince(e))
	ix.look(e.expert)
	for _, tag := range d.tags {
		ix.tags[tag].leave(e.expert, d.since(e))
	}
}

func (x *expert) enter(answered, resolved int64) {
	x.answers.insert(answered)
	if resolved != never {
		x.bests = insertTime(x.bests, resolved)
	}
}

func (x *expert) leave(answered, resolved int64) {
	x.answers.remove(answered)
	if resolved != never {
		x.bests = removeTime(x.bests, resolved)
	}
}

func (ix *Index) tag(name string) *tagIndex {
	t, ok := ix.tags[name]
	if !ok {
		t = &tagIndex{slotOf: make(map[uint32]int)}
		ix.tags[name] = t
	}
	return t
}

func (t *tagIndex) of(slot uint32) *series {
	i, ok := t.slotOf[slot]
	if !ok {
		i = len(t.experts)
		t.experts = append(t.experts, tagExpert{slot: slot})
		t.slotOf[slot] = i
	}
	return &t.experts[i].answers
}

// leave takes one answer out, and forgets the expert here when it was the last.
func (t *tagIndex) leave(slot uint32, answered int64) {
	i := t.slotOf[slot]
	t.experts[i].answers.remove(answered)
	if len(t.experts[i].answers.at) > 0 {
		return
	}
	last := len(t.experts) - 1
	t.experts[i] = t.experts[last]
	t.slotOf[t.experts[i].slot] = i
	t.experts = t.experts[:last]
	delete(t.slotOf, slot)
}
