package question

import (
	"cmp"
	"slices"
	"time"

	"knowhow/marketplace/access"
	"knowhow/matching"
)

// ChanceOutcome is how one decision went for an expert.
type ChanceOutcome string

const (
	ChanceAsked  ChanceOutcome = "asked"  // they were asked
	ChanceBehind ChanceOutcome = "behind" // they were ranked, and those before them were asked
	// ChanceShared: they were ranked, and others were asked, not all of whom came
	// before them, since several questions were shared out at once.
	ChanceShared  ChanceOutcome = "shared"
	ChanceKeptOut ChanceOutcome = "kept_out" // a rule kept them out
	// ChanceFurther: they came further behind than is put on record, or a rule kept
	// them out; which of the two is not on record.
	ChanceFurther ChanceOutcome = "further"
)

// PlaceClass is where among all who were ranked somebody came, in thirds.
type PlaceClass string

const (
	PlaceFront  PlaceClass = "front"
	PlaceMiddle PlaceClass = "middle"
	PlaceBack   PlaceClass = "back"
)

// Chance is why an expert was asked one question or was not, without anything by
// which the question or anybody else could be told: its topic, the hour, and what
// is the expert's own.
type Chance struct {
	Hour    time.Time // of the decision
	Topic   string    // slug; empty: none was known
	Outcome ChanceOutcome
	Place   PlaceClass // empty unless they were ranked
	// Lower are, where they were behind, the groups of parameters of which the expert's
	// own came to less than what the last of those who were asked had; the heaviest
	// lack first. What is known of the customer is not among them.
	Lower []string
	Rule  string // what kept them out; empty where that is not on record
	Now   string // the rule that would keep them out now; empty: none

	language string
	rank     int
}

// decided is a decision as a chance is read from it.
type decided struct {
	record          DecisionRecord
	at              time.Time
	topic, language string
	own             bool // the expert asked the question
	before          bool // they had been asked it before, as alreadyAskedTx has it
}

// chance is how it went for an expert.
func (d decided) chance(person access.PersonID) Chance {
	c := Chance{Hour: d.at.UTC().Truncate(time.Hour), Topic: d.topic, Lower: []string{}, language: d.language}
	ranked := d.record.Ranking.Candidates
	i := slices.IndexFunc(ranked, func(r matching.Ranked) bool { return r.Expert == matching.ID(person) })
	if i >= 0 {
		c.rank, c.Place = ranked[i].Rank, placeClass(ranked[i].Rank, max(d.record.Pool, len(ranked)))
	}
	_, asked := d.record.Reasons[person.String()]
	switch {
	case asked:
		c.Outcome = ChanceAsked
	case d.own:
		c.Outcome, c.Rule = ChanceKeptOut, ruleOwn
	case i >= 0 && ranked[i].Rank < d.record.lastAsked().Rank:
		c.Outcome = ChanceShared
	case i >= 0:
		c.Outcome, c.Lower = ChanceBehind, d.record.lower(ranked[i])
	case d.before:
		c.Outcome, c.Rule = ChanceKeptOut, ruleAsked
	case d.record.Pool <= len(ranked):
		c.Outcome = ChanceKeptOut // all who were ranked are on record
	default:
		c.Outcome = ChanceFurther
	}
	return c
}

// placeClass is the third in which a place from 1 lies.
func placeClass(rank, of int) PlaceClass {
	switch {
	case rank*3 <= of+2:
		return PlaceFront
	case rank*3 <= 2*of+2:
		return PlaceMiddle
	}
	return PlaceBack
}

// lastAsked is the last in the ranking of those who were asked. Where the question
// was decided on together with others there may be some before them who were not.
func (d DecisionRecord) lastAsked() (last matching.Ranked) {
	for _, r := range d.Ranking.Candidates {
		if _, asked := d.Reasons[access.PersonID(r.Expert).String()]; asked {
			last = r
		}
	}
	return last
}

// lower are the groups in which somebody who was ranked had less than the last of
// those who were asked.
func (d DecisionRecord) lower(own matching.Ranked) []string {
	needed, list := d.lastAsked(), []string{}
	if len(needed.Parts) != len(d.Ranking.Factors) || len(own.Parts) != len(d.Ranking.Factors) {
		return list
	}
	lack := map[string]float64{}
	for i, f := range d.Ranking.Factors {
		lack[groupOf[f.Name]] += needed.Parts[i] - own.Parts[i]
	}
	for _, group := range ParameterGroups {
		if group != GroupAsker && lack[group] > 0 {
			list = append(list, group)
		}
	}
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(lack[b], lack[a]) })
	return list
}
