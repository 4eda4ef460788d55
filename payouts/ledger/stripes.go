package ledger

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// Everybody who works for a busy program posts to its budget. So that they need
// not wait for one another, such an account is kept as several rows, its
// stripes, which together are the account: a posting is written to one of them,
// chosen by what it is Near to, and to the others only where that one lacks the
// money.

// stripes says how an account's stripes are used.
type stripes int

const (
	// single: the account is one row.
	single stripes = iota
	// apart: what was put in near to something is taken out near to the same thing,
	// so that a stripe has what is asked of it.
	apart
	// levelled: where a stripe lacks the money, what is left of the account is spread
	// anew, evenly, over as many as it is worth spreading it over.
	levelled
)

const (
	// mostStripes is how many rows such an account has.
	mostStripes = 64
	// worthAStripe is how many times what a posting takes a stripe is to hold: less
	// money is spread over fewer stripes.
	worthAStripe = 64
	// askAnew is how many postings go by what a process knows of an account's width,
	// which others may have changed.
	askAnew = 1024
	// mostOfStripe is what a stripe can hold, so that all of them together fit in 64
	// bits.
	mostOfStripe = math.MaxInt64 / mostStripes
)

// striped reports whether the account is kept as several rows.
func (a Account) striped() bool { return chart[a.Kind].stripes != single }

// most is what a row of the account can hold.
func (a Account) most() int64 {
	if a.striped() {
		return mostOfStripe
	}
	return math.MaxInt64
}

// stripe is the id of one of the account's rows.
func (a Account) stripe(n int) string {
	if n == 0 {
		return a.ID()
	}
	return a.ID() + "#" + strconv.Itoa(n)
}

// rows are the ids of all of the account's rows.
func (a Account) rows() []string {
	ids := []string{a.ID()}
	if a.striped() {
		for n := 1; n < mostStripes; n++ {
			ids = append(ids, ids[0]+"#"+strconv.Itoa(n))
		}
	}
	return ids
}

// Before compares two things by the rows that postings of the account near to them
// are written to: who posts several in this order locks the rows as everybody does,
// by their ids.
func (a Account) Before(x, y uuid.UUID) int { return strings.Compare(a.home(x), a.home(y)) }

// home is the row that a posting near to something is written to.
func (a Account) home(near uuid.UUID) string {
	if near == uuid.Nil || !a.striped() {
		return a.ID()
	}
	width := uint64(mostStripes)
	if chart[a.Kind].stripes == levelled {
		width = uint64(known.width(a.ID()))
	}
	return a.stripe(int(binary.BigEndian.Uint64(near[8:]) % width))
}

// widthOf is over how many stripes it is worth spreading total, of which a
// posting takes minor.
func widthOf(total, minor int64) int {
	return int(min(max(total/worthAStripe/max(minor, 1), 1), mostStripes))
}

// known is over how many stripes levelled accounts are spread that are narrower
// than they could be, as this process last saw it. It only says where the money
// is likely to be.
var known = widths{of: map[string]*narrow{}}

type widths struct {
	mu sync.Mutex
	of map[string]*narrow
}

type narrow struct{ width, left int }

func (w *widths) width(id string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, ok := w.of[id]
	if !ok {
		return mostStripes
	}
	if n.left--; n.left == 0 {
		delete(w.of, id)
	}
	return n.width
}

func (w *widths) see(id string, width int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.of) >= mostSeen {
		clear(w.of)
	}
	if delete(w.of, id); width < mostStripes {
		w.of[id] = &narrow{width: width, left: askAnew}
	}
}

// spread takes minor from a striped account whose rows are in books, which
// together have it. home is the row that is asked first.
func spread(a Account, minor int64, home string, books map[string]*accountRow) []change {
	if chart[a.Kind].stripes == levelled {
		return level(a, minor, books)
	}
	var changes []change
	for _, id := range append([]string{home}, a.rows()...) {
		part := min(minor, books[id].Balance)
		if minor == 0 || part == 0 || id == home && len(changes) > 0 {
			continue
		}
		changes = append(changes, change{id, -part})
		minor -= part
	}
	return changes
}

// level takes minor from the account and spreads what is left.
func level(a Account, minor int64, books map[string]*accountRow) []change {
	rows, left := a.rows(), -minor
	for _, id := range rows {
		left += books[id].Balance
	}
	width := widthOf(left, minor)
	if left/int64(width) >= mostOfStripe {
		width = mostStripes
	}
	known.see(a.ID(), width)
	var changes []change
	each, larger := left/int64(width), left%int64(width)
	for n, id := range rows {
		want := int64(0)
		if n < width {
			want = each
		}
		if int64(n) < larger {
			want++
		}
		if want != books[id].Balance {
			changes = append(changes, change{id, want - books[id].Balance})
		}
	}
	return changes
}

// change is what is added to one row's balance.
type change struct {
	row   string
	minor int64
}
