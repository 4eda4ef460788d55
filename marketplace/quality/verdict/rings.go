package verdict

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Ballot is a vote in retrospect. Reviewer and Author are numbers that the caller
// gives people; Bad is what the others say of the work (see Others).
type Ballot struct {
	Reviewer, Author int
	Failed           bool
	Bad              float64
	Skill            Skill // the reviewer's, over all their votes
}

// Finding is a pattern for a human to look at, with what it rests on. It is no
// proof.
type Finding struct {
	People []int // in ascending order
	Votes  int   // between them
	// Odds is the logarithm of how much more likely their votes on each other are if
	// they pass one another whatever the work, than if they judge as they judge others,
	// less what the best of as many groups as could be chosen comes to by chance.
	Odds float64
}

// passes is how sure members of a ring pass each other.
const passes = .98

// surprise is what a vote says for its two people colluding.
func (b Ballot) surprise() float64 {
	honest := b.Bad*(1-b.Skill.Sensitivity()) + (1-b.Bad)*b.Skill.Specificity() // the chance to pass
	if b.Failed {
		return math.Log((1 - passes) / (1 - honest))
	}
	return math.Log(passes / honest)
}

// pair is two people, the lower number first.
type pair [2]int

// Rings finds groups of people who pass each other, beyond what the work and their
// severity towards others explain, among so many people as the ballots are of. A
// pair belongs together whose votes on each other are as telling as there are
// people to choose another from, a group is found whose votes are as telling as
// there are groups of its size. The most telling comes first.
func Rings(ballots []Ballot) []Finding {
	people := map[int]bool{}
	pairs := map[pair]Finding{}
	for _, b := range ballots {
		people[b.Reviewer], people[b.Author] = true, true
		key := pair{min(b.Reviewer, b.Author), max(b.Reviewer, b.Author)}
		f := pairs[key]
		f.People, f.Votes, f.Odds = key[:], f.Votes+1, f.Odds+b.surprise()
		pairs[key] = f
	}
	choice := math.Log(float64(len(people)))
	maps.DeleteFunc(pairs, func(_ pair, f Finding) bool { return f.Odds < choice })
	var list []Finding
	for _, g := range groups(pairs) {
		if g.Odds -= choice * float64(len(g.People)); g.Odds > 0 {
			list = append(list, g)
		}
	}
	slices.SortFunc(list, func(a, b Finding) int { return cmp.Or(cmp.Compare(b.Odds, a.Odds), a.People[0]-b.People[0]) })
	return list
}

// groups joins pairs that have somebody in common.
func groups(pairs map[pair]Finding) []Finding {
	var list []Finding
	for _, key := range slices.SortedFunc(maps.Keys(pairs), func(a, b pair) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) }) {
		joined := pairs[key]
		joined.People = slices.Clone(joined.People)
		list = slices.DeleteFunc(list, func(g Finding) bool {
			if !slices.Contains(g.People, key[0]) && !slices.Contains(g.People, key[1]) {
				return false
			}
			joined.People = append(joined.People, g.People...)
			joined.Votes, joined.Odds = joined.Votes+g.Votes, joined.Odds+g.Odds
			return true
		})
		slices.Sort(joined.People)
		joined.People = slices.Compact(joined.People)
		list = append(list, joined)
	}
	return list
}
