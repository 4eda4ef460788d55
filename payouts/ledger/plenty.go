package ledger

import "sync"

// ample is how many times what a posting takes a row must have had for nobody to
// look first whether it has it.
const ample = 1000

// plenty is what rows of striped accounts were left with when this process last
// took from them. Others take from them too, and what was written may have been
// rolled back: it only says which way is the shorter one.
var plenty = leftovers{of: map[string]int64{}}

type leftovers struct {
	mu sync.Mutex
	of map[string]int64
}

// covers reports whether each row that q takes from had far more than that.
func (l *leftovers) covers(q quick) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range q.lines {
		if line.taken() && l.of[line.row]/ample < -line.Minor {
			return false
		}
	}
	return true
}

// see notes that the rows that q takes from have left, or more.
func (l *leftovers) see(q quick, left int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.of) >= mostSeen {
		clear(l.of)
	}
	for _, line := range q.lines {
		if line.taken() {
			l.of[line.row] = left
		}
	}
}

// spend notes that q is about to be written.
func (l *leftovers) spend(q quick) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range q.lines {
		if left, known := l.of[line.row]; known && line.taken() {
			l.of[line.row] = left + line.Minor
		}
	}
}

// taken reports whether the line takes from a stripe.
func (l quickLine) taken() bool { return l.most > 0 && l.Minor < 0 && l.Account.striped() }
