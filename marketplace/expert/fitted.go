package expert

import (
	"context"
	"fmt"
	"sync"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/matching/standing"
)

// StartingPrior is what is believed of anybody who passed the quiz, before the
// program's outcomes say more: Prior, for matching/standing.
func StartingPrior() standing.Prior {
	return standing.Prior{Base: .35, Slope: .4, Untested: .75, Strength: priorAlpha + priorBeta, Version: "start"}
}

// leastOutcomes is how many a program needs before they say anything of those
// whom nothing is known of.
const leastOutcomes = 100

// FitPrior is the prior that the program's outcomes teach, given what is kept of
// each person, topic by topic: so a program where most work is good expects that
// of newcomers, and what somebody did on one topic says something about the
// others, as far as experts differ as such. From is the last one fitted, or
// StartingPrior.
func FitPrior(people [][]Belief, from standing.Prior, now time.Time) standing.Prior {
	outcomes := 0
	cells := make([][]standing.Cell, len(people))
	for i, beliefs := range people {
		cells[i] = cellsOf(beliefs, now)
		for _, b := range beliefs {
			outcomes += b.Evidence
		}
	}
	if outcomes < leastOutcomes {
		return from
	}
	return standing.Fit(cells, from, now.UTC().Format(time.DateOnly))
}

// Given is what is believed of one person now, topic by topic, given the
// program's prior.
func Given(p standing.Prior, beliefs []Belief, now time.Time) []Belief {
	list := make([]Belief, len(beliefs))
	for i, b := range p.Believe(cellsOf(beliefs, now)) {
		list[i] = Belief{Alpha: b.Alpha, Beta: b.Beta, Evidence: beliefs[i].Evidence, At: now}
	}
	return list
}

// cellsOf are the outcomes that are kept of one person. All have passed the quiz.
func cellsOf(beliefs []Belief, now time.Time) []standing.Cell {
	cells := make([]standing.Cell, len(beliefs))
	for i, b := range beliefs {
		b = b.AsOf(now)
		cells[i] = standing.Cell{Right: 1, Of: 1, Good: max(b.Alpha-priorAlpha, 0), Bad: max(b.Beta-priorBeta, 0)}
	}
	return cells
}

const (
	// refitAfter is how long a process goes by the prior it fitted.
	refitAfter = 24 * time.Hour
	// mostFitted is how many standings a prior is fitted on, the latest.
	mostFitted = 1_000
)

// priors are what this process has fitted.
type priors struct {
	mu sync.Mutex
	of map[program.ID]fittedPrior
}

type fittedPrior struct {
	standing.Prior
	at time.Time
}

// latest is the last one, which a new one starts from, and whether it is to be
// fitted anew.
func (p *priors) latest(id program.ID, now time.Time) (standing.Prior, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, known := p.of[id]
	if !known {
		return StartingPrior(), true
	}
	return f.Prior, now.Sub(f.at) >= refitAfter
}

func (p *priors) keep(id program.ID, fitted standing.Prior, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[program.ID]fittedPrior{}
	}
	p.of[id] = fittedPrior{fitted, now}
}

// keptTx is what is kept of the people of a program whose work was judged last.
func keptTx(ctx context.Context, tx *gorm.DB, id program.ID) ([][]Belief, error) {
	var rows []Standing
	err := tx.WithContext(ctx).Where("program_id = ?", id).Order("updated_at DESC, person_id, topic").Limit(mostFitted).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list the standings in program %s: %w", id, err)
	}
	at := map[access.PersonID]int{}
	var people [][]Belief
	for _, r := range rows {
		i, known := at[r.PersonID]
		if !known {
			i = len(people)
			at[r.PersonID], people = i, append(people, nil)
		}
		people[i] = append(people[i], r.Belief())
	}
	return people, nil
}
