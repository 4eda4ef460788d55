package simulate

import (
	"time"
)

// person is an expert as the platform knows them.
type person struct {
	number int
	lot    uint64
	shift  int
	joined time.Duration
	twin   *person     // a veteran as good as they are; nil: none
	right  [topics]int // of the test's items

	gone   bool
	at     *question // in hand; nil: nothing
	asked  *question // whose offer they have; nil: none
	freed  time.Duration
	duty   int // hours
	offers int
	taken  int // of them

	counted, twinCounted int // offers, theirs and their twin's, when they were last compared
	before               int // offers made to anybody before they joined
}

// free tells whether they can be asked now.
func (p *person) free(now time.Duration) bool {
	return !p.gone && p.at == nil && p.asked == nil && p.onDuty(now)
}

func (p *person) onDuty(now time.Duration) bool {
	return !p.gone && int(now%(24*time.Hour)/shift) == p.shift
}

// truth is what nobody knows but the oracle, and what happens goes by.
type truth struct {
	skill [topics]float64
	speed float64
	stays time.Duration
}

// arrive lets a new expert join. The first are drawn. Who replaces somebody is as
// able and as fast as an expert drawn from those on the same shift, a veteran if
// there is one: so it is seen what becomes of somebody as good who is new.
func (r *run) arrive(now time.Duration, shift int) {
	n, m := len(r.people), r.market
	p := &person{number: n, lot: m.chance(ofLot, uint64(n)).Uint64(), shift: shift, joined: now, freed: now, before: r.offers}
	tr := truth{skill: r.skills(n), speed: logNormal(m.chance(ofSpeed, uint64(n)), speedWidth)}
	if now > 0 {
		p.twin = r.twin(now, shift, n)
		p.twinCounted = p.twin.offers
		tr = r.truths[p.twin.number]
	}
	tr.stays = time.Duration(m.chance(ofLeaving, uint64(n)).ExpFloat64() / churn * float64(month))
	if rnd := m.chance(ofTest, uint64(n)); !m.Untested {
		for t := range p.right {
			for range items {
				if rnd.Float64() < tr.skill[t]+(1-tr.skill[t])/options {
					p.right[t]++
				}
			}
		}
	}
	r.people, r.truths = append(r.people, p), append(r.truths, tr)
	r.policy.joined(p)
	r.later(now+tr.stays, event{kind: leaves, person: p})
}

// twin draws an expert on a shift; where there are veterans, one of them.
func (r *run) twin(now time.Duration, shift, newcomer int) *person {
	var list []*person
	for _, p := range r.people {
		if !p.gone && p.shift == shift && (now < veterans || p.duty >= probation) {
			list = append(list, p)
		}
	}
	return list[r.market.chance(ofTwin, uint64(newcomer)).IntN(len(list))]
}

// leave lets an expert go, who ends what is in their hands, and another come.
func (r *run) leave(now time.Duration, p *person) {
	r.arrive(now, p.shift)
	p.gone = true
}
