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

// brief sums up who answered a document.
func (ix *Index) brief(slot uint32) {
	ix.briefs.clear(slot)
	for _, e := range ix.docs[slot].evidence {
		ix.briefs.add(slot, answer{since: ix.docs[slot].since(e), expert: e.expert})
	}
}

func (ix *Index) countAll(slot uint32) {
	ix.brief(slot)
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
	since := d.since(e)
	ix.experts[e.expert].enter(event{since, d.resolvedSince(e)})
	ix.lately.enter(turn{since, e.expert})
	for _, tag := range d.tags {
		tag.enter(e.expert, since)
	}
}

// uncount takes out what count entered.
func (ix *Index) uncount(d *document, e evidence) {
	since := d.since(e)
	ix.experts[e.expert].leave(event{since, d.resolvedSince(e)})
	ix.lately.leave(turn{since, e.expert})
	for _, tag := range d.tags {
		tag.leave(e.expert, since)
	}
}
