package question

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

const (
	// chancesOver is how far back an expert is told why they were asked or not, and
	// mostDecisions of how many of the latest decisions.
	chancesOver   = 28 * 24 * time.Hour
	mostDecisions = 300
	// mostShown is how many of them are shown one by one.
	mostShown = 50
)

// Chances are why an expert was asked what they were, and not the rest: how the
// latest decisions of a program since they were enrolled went for them. Nothing is
// told of anybody else. Who has no place on the roll, as an applicant, was in none:
// it is empty.
type Chances struct {
	Since     time.Time
	Decisions int // on whom to ask, each for one wave of one question
	Asked     int // of them, in which they were asked
	Behind    int // in which they were ranked, and those before them were asked
	Shared    int // in which they were ranked, and the question was shared out with others at once
	MeanPlace int // theirs among those ranked, where they were; 0: they never were
	Elsewhere int // in which a rule kept them out, or they came further behind than is put on record
	Rules     []TopicRule
	Latest    []Chance // one by one, the latest first, at most mostShown
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
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		c = Chances{Since: now.Add(-chancesOver)} // of a run that was undone
		e, enrolled, err := expert.EnrolmentTx(ctx, tx, id, caller.Person)
		if err != nil {
			return err
		}
		if !enrolled {
			return marketplace.NotFound("application to program", id)
		}
		if !e.OnRoll() {
			return nil
		}
		if e.EnrolledAt != nil && e.EnrolledAt.After(c.Since) {
			c.Since = *e.EnrolledAt
		}
		if err := c.countTx(ctx, tx, id, caller.Person); err != nil {
			return err
		}
		return s.rulesTx(ctx, tx, &c, brand, id, caller.Person, now)
	})
	return c, err
}

// countTx reads the latest decisions.
func (c *Chances) countTx(ctx context.Context, tx *gorm.DB, id program.ID, person access.PersonID) error {
	places := 0
	err := marketplace.EachTx(tx.WithContext(ctx), `SELECT d.record, d.at, COALESCE(t.slug, ''), q.language, COALESCE(q.asker_person = ?, FALSE),
			EXISTS (SELECT 1 FROM offers o WHERE o.question_id = q.id AND o.person_id = ? AND o.offered_at < d.at
				AND (o.attempt = d.attempt OR o.state <> 'withdrawn'))
		FROM decisions d JOIN questions q ON q.id = d.question_id LEFT JOIN topics t ON t.id = q.topic_id
		WHERE q.program_id = ? AND d.at >= ? ORDER BY d.at DESC LIMIT ?`, []any{person, person, id, c.Since, mostDecisions}, func(scan marketplace.Scan) error {
		var text string
		var of decided
		if err := scan(&text, &of.at, &of.topic, &of.language, &of.own, &of.before); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &of.record); err != nil {
			return fmt.Errorf("read a decision: %w", err)
		}
		if of.record.Matter != nil {
			return nil // the brand's own: nobody was ranked
		}
		c.Decisions++
		one := of.chance(person)
		switch one.Outcome {
		case ChanceAsked:
			c.Asked++
		case ChanceBehind:
			c.Behind++
		case ChanceShared:
			c.Shared++
		default:
			c.Elsewhere++
		}
		if one.rank > 0 {
			places += one.rank
			c.MeanPlace++ // for now how often
		}
		if len(c.Latest) < mostShown {
			c.Latest = append(c.Latest, one)
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

// rulesTx applies the hard rules as they are now to the expert, once for all: for
// each topic and questions in any language; and beside what rules kept them from,
// or may have, for such a question, so that who is not told which rule it was can
// see what is left of it.
func (s *Service) rulesTx(ctx context.Context, tx *gorm.DB, c *Chances, brand marketplace.BrandID, id program.ID, person access.PersonID, now time.Time) error {
	topics, err := s.programs.TopicsTx(ctx, tx, id)
	if err != nil {
		return err
	}
	asked, bySlug := []*program.Topic{nil}, map[string]*program.Topic{"": nil}
	for i := range topics {
		asked, bySlug[topics[i].Slug] = append(asked, &topics[i]), &topics[i]
	}
	return s.experts.UseRollTx(ctx, tx, expert.Requirement{Brand: brand, Program: id, Now: now}, func(roll expert.Roll) {
		c.Rules = nil
		for _, topic := range asked {
			rule := TopicRule{Rule: string(roll.For(topic, "").Rule(person))}
			if topic != nil {
				rule.Topic = topic.Slug
			}
			c.Rules = append(c.Rules, rule)
		}
		for i := range c.Latest {
			one := &c.Latest[i]
			topic, known := bySlug[one.Topic]
			if known && one.Rule == "" && (one.Outcome == ChanceKeptOut || one.Outcome == ChanceFurther) {
				one.Now = string(roll.For(topic, one.language).Rule(person))
			}
		}
	})
}
