package evaluate

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// happening is an answer as it comes to be known: given, or a week later known
// as the one that resolved its question.
type happening struct {
	at       time.Time
	post     int
	user     int
	resolved bool
}

const (
	knownAfter = 7 * 24 * time.Hour
	seasoned   = 5 // answers from which on a user is in the pool
)

// people numbers the users of a file. Of two equal ones the first in order
// comes first: by the number in the name, where they have one, then by name.
type people struct {
	number map[name]int
	names  []name
}

func newPeople(posts []post) *people {
	p := &people{number: map[name]int{}}
	for i := range posts {
		for _, n := range []name{posts[i].Asker, posts[i].Best} {
			p.number[n] = 0
		}
		for _, r := range posts[i].Answers {
			p.number[r.By] = 0
		}
	}
	delete(p.number, "")
	for n := range p.number {
		p.names = append(p.names, n)
	}
	slices.SortFunc(p.names, func(a, b name) int {
		return cmp.Or(cmp.Compare(a.digits(), b.digits()), cmp.Compare(a, b))
	})
	for i, n := range p.names {
		p.number[n] = i
	}
	return p
}

// digits is the number at the end of a name.
func (n name) digits() uint64 {
	s := string(n)
	i := len(strings.TrimRight(s, "0123456789"))
	number, err := strconv.ParseUint(s[i:], 10, 64)
	if err != nil {
		return math.MaxUint64
	}
	return number
}

// of is the number of a user, -1 of nobody.
func (p *people) of(n name) int {
	if i, ok := p.number[n]; ok {
		return i
	}
	return -1
}

// happenings are all answers in the order in which they come to be known. An
// answer is no older than its question.
func happenings(posts []post, people *people) []happening {
	var all []happening
	for i := range posts {
		p := &posts[i]
		for _, r := range p.Answers {
			h := happening{at: later(r.At.Time, p.Created.Time), post: i, user: people.of(r.By)}
			all = append(all, h)
			if r.By == p.resolver() {
				h.at, h.resolved = h.at.Add(knownAfter), true
				all = append(all, h)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b happening) int { return a.at.Compare(b.at) })
	return all
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// decayed is a number of events of which half is gone after every half-life, in
// days.
type decayed struct {
	value float64
	at    time.Time
}

func (d *decayed) add(at time.Time, halfLife, x float64) {
	d.value = d.as(at, halfLife) + x
	d.at = at
}

func (d *decayed) as(at time.Time, halfLife float64) float64 {
	if d.value == 0 {
		return 0
	}
	return d.value * math.Exp2(-at.Sub(d.at).Hours()/24/halfLife)
}
