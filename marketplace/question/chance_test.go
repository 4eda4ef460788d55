package question

import (
	"slices"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/matching"
)

// Of one decision an expert is told how it went for them: their place in thirds, in
// which groups they had less than was needed, or the rule that is on record; never a
// number of somebody else's, nor what is known of the customer.
func TestChanceOfOneDecision(t *testing.T) {
	ids := []access.PersonID{marketplace.NewID[access.Person](), marketplace.NewID[access.Person](), marketplace.NewID[access.Person](), marketplace.NewID[access.Person]()}
	own, stranger := ids[2], marketplace.NewID[access.Person]()
	at := time.Date(2026, 11, 22, 14, 37, 5, 0, time.UTC)
	factors := []matching.Factor{{Name: "tags"}, {Name: "resolved"}, {Name: "activity_1d"}, {Name: "answered_asker"}, {Name: "prior"}}
	record := func(pool int) DecisionRecord {
		d := DecisionRecord{Offers: 2, Pool: pool, Reasons: map[string]matching.Reason{ids[0].String(): {}, ids[1].String(): {}}}
		d.Ranking.Factors = factors
		for i, parts := range [][]float64{{9, 9, 9, 9, 9}, {3, 2, 1, 2, 1}, {1, 2, 2, 0, 0.5}, {0, 0, 0, 0, 0}} {
			d.Ranking.Candidates = append(d.Ranking.Candidates, matching.Ranked{Expert: matching.ID(ids[i]), Rank: i + 1, Parts: parts})
		}
		return d
	}
	apart := func() DecisionRecord { // the first and the third were asked, with other questions
		d := record(4)
		d.Reasons = map[string]matching.Reason{ids[0].String(): {}, ids[2].String(): {}}
		d.Together = &DecidedTogether{Questions: 2, Round: 1, Asked: []int{1, 3}}
		return d
	}
	for name, c := range map[string]struct {
		of    decided
		who   access.PersonID
		out   ChanceOutcome
		place PlaceClass
		rule  string
		lower []string
	}{
		"asked":              {decided{record: record(4)}, ids[1], ChanceAsked, PlaceFront, "", nil},
		"first":              {decided{record: record(4)}, ids[0], ChanceAsked, PlaceFront, "", nil},
		"behind":             {decided{record: record(4)}, own, ChanceBehind, PlaceMiddle, "", []string{GroupSimilar, GroupStanding}},
		"behind, of many":    {decided{record: record(40)}, own, ChanceBehind, PlaceFront, "", []string{GroupSimilar, GroupStanding}},
		"last":               {decided{record: record(4)}, ids[3], ChanceBehind, PlaceBack, "", []string{GroupSimilar, GroupRecord, GroupActivity, GroupStanding}},
		"shared out":         {decided{record: apart()}, ids[1], ChanceShared, PlaceFront, "", nil},
		"asked, shared out":  {decided{record: apart()}, own, ChanceAsked, PlaceMiddle, "", nil},
		"behind all":         {decided{record: apart()}, ids[3], ChanceBehind, PlaceBack, "", []string{GroupRecord, GroupActivity, GroupSimilar, GroupStanding}},
		"their own question": {decided{record: record(4), own: true}, stranger, ChanceKeptOut, "", ruleOwn, nil},
		"asked before":       {decided{record: record(4), before: true}, stranger, ChanceKeptOut, "", ruleAsked, nil},
		"not ranked":         {decided{record: record(4)}, stranger, ChanceKeptOut, "", "", nil},
		"not on record":      {decided{record: record(40)}, stranger, ChanceFurther, "", "", nil},
	} {
		c.of.at, c.of.topic = at, "box"
		got := c.of.chance(c.who)
		if got.Outcome != c.out || got.Place != c.place || got.Rule != c.rule || !slices.Equal(got.Lower, c.lower) {
			t.Errorf("%s: %+v", name, got)
		}
		if got.Topic != "box" || !got.Hour.Equal(at.Truncate(time.Hour)) {
			t.Errorf("%s: of %q at %v", name, got.Topic, got.Hour)
		}
	}
}
