package question

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/matching"
)

const (
	// chancesOver is how far back an expert is told why they were asked or not, and
	// mostDecisions of how many of the latest decisions.
	chancesOver   = 28 * 24 * time.Hour
	mostDecisions = 300
)

// Chances are why an expert was asked what they were, and not the rest: how the
// latest decisions of a program went for them. Nothing is told of anybody else.
type Chances struct {
	Since     time.Time
	Decisions int // on whom to ask, each for one wave of one question
	Asked     int // of them, in which they were asked
	Behind    int // in which they were ranked, and those before them were asked
	MeanPlace int // theirs among those ranked, where they were; 0: they never were
	Elsewhere int // in which a rule kept them out, or they came further behind than is put on record
	Rules     []TopicRule
}

// TopicRule is what keeps an expert from a topic's questions now; empty: nothing.
type TopicRule struct {
	Topic string // slug; empty: questions of no known topic
	Rule  string
}

// Chances tells the calling expert how it went for them in a program. Errors:
// *access.ForbiddenError, *marketplace.NotFoundError without an enrolment there.
func (s *Service) Chances(ctx context.Context, caller access.Caller, id program.ID) (c Chances, err error) {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return c, &access.ForbiddenError{Permission: "own_chances"}
	}
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return c, err
	}
	now := s.clock.Now()
	c.Since = now.Add(-chancesOver)
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		c = Chances{Since: c.Since} // of a run that was undone
		_, enrolled, err := expert.EnrolmentTx(ctx, tx, id, caller.Person)
		if err != nil {
			return err
		}
		if !enrolled {
			return marketplace.NotFound("application to program", id)
		}
		if err := c.countTx(ctx, tx, id, caller.Person); err != nil {
			return err
		}
		c.Rules, err = s.rulesOfTx(ctx, tx, brand, id, caller.Person, now)
		return err
	})
	return c, err
}

// countTx reads the latest decisions.
func (c *Chances) countTx(ctx context.Context, tx *gorm.DB, id program.ID, person access.PersonID) error {
	places := 0
	err := marketplace.EachTx(tx.WithContext(ctx), `SELECT d.record FROM decisions d JOIN questions q ON q.id = d.question_id
		WHERE q.program_id = ? AND d.at >= ? ORDER BY d.at DESC LIMIT ?`, []any{id, c.Since, mostDecisions}, func(scan marketplace.Scan) error {
		var text string
		if err := scan(&text); err != nil {
			return err
		}
		var record DecisionRecord
		if err := json.Unmarshal([]byte(text), &record); err != nil {
			return fmt.Errorf("read a decision: %w", err)
		}
		if record.Matter != nil {
			return nil // the brand's own: nobody was ranked
		}
		c.Decisions++
		i := slices.IndexFunc(record.Ranking.Candidates, func(r matching.Ranked) bool { return r.Expert == matching.ID(person) })
		_, asked := record.Reasons[person.String()]
		switch {
		case asked:
			c.Asked++
		case i >= 0:
			c.Behind++
		default:
			c.Elsewhere++
		}
		if i >= 0 {
			places += record.Ranking.Candidates[i].Rank
			c.MeanPlace++ // for now how often
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the decisions of program %s: %w", id, err)
	}
	if n := c.MeanPlace; n > 0 {
		c.MeanPlace = (places + n/2) / n
	}
	return nil
}

// rulesOfTx applies the hard rules to the expert, for each topic as it is now.
func (s *Service) rulesOfTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id program.ID, person access.PersonID, now time.Time) ([]TopicRule, error) {
	topics, err := s.programs.TopicsTx(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	asked := []*program.Topic{nil}
	for i := range topics {
		asked = append(asked, &topics[i])
	}
	var list []TopicRule
	for _, topic := range asked {
		rule := TopicRule{}
		if topic != nil {
			rule.Topic = topic.Slug
		}
		err := s.experts.UseRollTx(ctx, tx, expert.Requirement{Brand: brand, Program: id, Topic: topic, Now: now}, func(roll expert.Roll) {
			for place := range roll.Len() {
				if roll.At(place).Person == person {
					_, reason := roll.May(place)
					rule.Rule = string(reason)
				}
			}
		})
		if err != nil {
			return nil, err
		}
		list = append(list, rule)
	}
	return list, nil
}
