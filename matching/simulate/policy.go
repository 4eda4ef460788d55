package simulate

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"knowhow/matching/wave"
)

// policy decides who is asked about what.
type policy interface {
	// choose gives, for each waiting question, whom of the free to ask: at most as
	// many as its wave has, nobody twice.
	choose(now time.Duration, waiting []*question, waves []wave.Wave, free []*person) [][]*person
	joined(p *person)
	answered(q *question, p *person, good bool)
	nightly()
}

// Ours is the policy that the platform has.
const Ours = "ours"

// Policies are the names of all policies.
var Policies = []string{Ours, "oracle", "greedy", "skill-tag", "longest-idle", "round-robin", "random"}

// ErrPolicy says that there is no policy of that name.
var ErrPolicy = errors.New("unknown policy")

// newPolicy makes a policy. Nobody but the oracle gets to see skill.
func newPolicy(name string, m Market, skill func(person, topic int) float64) (policy, error) {
	switch name {
	case Ours:
		return newMatcher(m), nil
	case "oracle":
		o := newMatcher(m)
		o.score = func(q *question, p *person) float64 { return skill(p.number, q.topic) }
		return o, nil
	case "greedy":
		return newGreedy(m), nil
	case "skill-tag":
		return &inTurn{prefer: func(q *question, free []*person) {
			slices.SortFunc(free, func(a, b *person) int {
				return cmp.Or(-compare(a.right[q.topic] >= tag, b.right[q.topic] >= tag), idle(a, b))
			})
		}}, nil
	case "longest-idle":
		return &inTurn{prefer: func(_ *question, free []*person) { slices.SortFunc(free, idle) }}, nil
	case "round-robin":
		return newRoundRobin(), nil
	case "random":
		return &inTurn{prefer: func(q *question, free []*person) {
			rnd := m.chance(ofChoice, uint64(q.number), uint64(q.wave))
			shuffle(rnd, free)
		}}, nil
	}
	return nil, fmt.Errorf("%w %q: there are %s", ErrPolicy, name, strings.Join(Policies, ", "))
}

// tag is how many items of a topic's test an expert has right who is said to
// know it.
const tag = 4

func compare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// idle puts who has had nothing for longest first.
func idle(a, b *person) int { return cmp.Or(cmp.Compare(a.freed, b.freed), cmp.Compare(a.lot, b.lot)) }

func shuffle(rnd *rand.Rand, list []*person) {
	rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// inTurn serves one question after the other, the oldest first, with whom it
// prefers.
type inTurn struct {
	prefer func(q *question, free []*person) // sorts
}

func (t *inTurn) choose(_ time.Duration, waiting []*question, waves []wave.Wave, free []*person) [][]*person {
	chosen := make([][]*person, len(waiting))
	order := make([]int, len(waiting))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(waiting[a].number, waiting[b].number) })
	left := slices.Clone(free)
	for _, i := range order {
		t.prefer(waiting[i], left)
		var rest []*person
		for _, p := range left {
			if len(chosen[i]) < waves[i].Experts && !waiting[i].had[p.number] {
				chosen[i] = append(chosen[i], p)
			} else {
				rest = append(rest, p)
			}
		}
		if left = rest; len(left) == 0 {
			break
		}
	}
	return chosen
}

func (t *inTurn) joined(*person)                    {}
func (t *inTurn) answered(*question, *person, bool) {}
func (t *inTurn) nightly()                          {}

// roundRobin asks one after the other by number, from where it left off.
type roundRobin struct {
	inTurn
	last int
}

func newRoundRobin() *roundRobin {
	r := &roundRobin{last: -1}
	r.prefer = func(_ *question, free []*person) {
		slices.SortFunc(free, func(a, b *person) int {
			return cmp.Or(-compare(a.number > r.last, b.number > r.last), cmp.Compare(a.number, b.number))
		})
		r.last = free[0].number
	}
	return r
}
