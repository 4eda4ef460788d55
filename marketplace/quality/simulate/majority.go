package simulate

// mateThere is how likely a friend of the author is about while their work waits
// to be reviewed.
const mateThere = .5

// majority judges work as plain majority voting does, by reviewers who choose
// what they review: friends of the author who are about take it first, the other
// places go to whoever comes. Of two votes that disagree a third decides. It
// reports whether the work fails.
func (w world) majority(job work) bool {
	rnd := w.chance(ofChoosers, job.number)
	votes := w.chance(ofChooserVote, job.number)
	fails, passes := 0, 0
	for _, reviewer := range w.choosers(job, rnd.Perm(len(w.accounts)), func() bool { return rnd.Float64() < mateThere }) {
		if w.fails(votes, reviewer, job.author, job.bad) {
			fails++
		} else {
			passes++
		}
		if fails == 2 || passes == 2 {
			break
		}
	}
	return fails > passes
}

// choosers are the first three who take it, of all in a drawn order.
func (w world) choosers(job work, order []int, there func() bool) []int {
	var mates, others []int
	for _, p := range order {
		switch {
		case p == job.author:
		case w.accounts[p].mates(w.accounts[job.author]):
			if there() {
				mates = append(mates, p)
			}
		case len(others) < 3:
			others = append(others, p)
		}
	}
	return append(mates, others...)[:3]
}
