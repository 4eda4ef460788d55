package expert

import (
	"context"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"

	"knowhow/matching/standing"
)

// RoutingPrior is what routing expects of anybody before their outcomes, in a
// program without a prior of its own.
func RoutingPrior() standing.Prior { return rollPrior }

// FitRollTx is the prior that the outcomes of everybody on a program's roll
// teach. It is drawn to RoutingPrior, whose version its own begins with, and is
// that one where there are few outcomes. The same members give the same prior.
func (s *Service) FitRollTx(ctx context.Context, tx *gorm.DB, r Requirement) (standing.Prior, error) {
	var people [][]standing.Cell
	outcomes := 0
	err := s.UseRollTx(ctx, tx, r, func(roll Roll) {
		for _, m := range roll.roster.order {
			if len(m.beliefs) == 0 {
				continue
			}
			_, cells := m.cells(r.Now.Truncate(time.Hour))
			people = append(people, cells)
			for _, b := range m.beliefs {
				outcomes += b.Evidence
			}
		}
	})
	if err != nil {
		return standing.Prior{}, fmt.Errorf("fit the prior of program %s: %w", r.Program, err)
	}
	version := fmt.Sprintf("%s+%d@%s", rollPrior.Version, outcomes, r.Now.UTC().Format(time.RFC3339))
	return fitRoll(people, outcomes, version), nil
}

const (
	// mostTopics is up to how many topics a success must lower no belief.
	mostTopics = 30
	// drawnBy is how many experts the platform's variance between them counts as.
	drawnBy = 30
)

// fitRoll fits what a program may differ in: how much is good, how soon an
// expert's own outcomes outweigh that, and how far experts differ as such, as far
// as a success cannot lower a belief by it.
func fitRoll(people [][]standing.Cell, outcomes int, version string) standing.Prior {
	if outcomes < leastOutcomes {
		return rollPrior
	}
	found := standing.FitTo(people, rollPrior, rollPrior, version)
	tested, untested := outcomesOf(people)
	moved := tested*(found.Base+found.Slope-rollPrior.Base-rollPrior.Slope) + untested*(found.Untested-rollPrior.Untested)
	p := rollPrior
	p.Version = version
	p.Untested = min(max(p.Untested+moved/(tested+untested), .4), .95)
	p.Base = p.Untested + ahead(p.Untested) - p.Slope
	p.Strength = min(max(found.Strength, 2), 12)
	n := float64(len(people))
	p.Between = min((n*found.Between+drawnBy*rollPrior.Between)/(n+drawnBy), mostBetween(p))
	return p
}

// mostBetween is up to which variance between experts one more success lowers no
// belief on mostTopics topics, however much good was done under those where less
// is expected: what the topic with the success adds to an expert's level is then
// no less than what it takes from the others' share in it.
func mostBetween(p standing.Prior) float64 {
	best := p.Base + p.Slope
	noise := best * (1 - best) / (p.Strength + 1)
	return min(noise*(1-best)/(mostTopics*(best-p.Untested)), .01)
}

// ahead is how much more is expected under a topic that an expert is certified
// in, where so much is expected elsewhere: five points, as the platform has it,
// and less where next to all is good. Else one success more there, where chance
// moves so little, would make what was bad elsewhere count for more than it is.
func ahead(expected float64) float64 { return min(.05, .8*(1-expected)*(1-expected)) }

// outcomesOf is how much is known of cells with a test, and of those without.
func outcomesOf(people [][]standing.Cell) (tested, untested float64) {
	for _, cells := range people {
		for _, c := range cells {
			if c.Of > 0 {
				tested += c.Good + c.Bad
			} else {
				untested += c.Good + c.Bad
			}
		}
	}
	return tested, max(untested, math.SmallestNonzeroFloat64)
}
