package insight

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// TopicFigures is what became of the questions on one topic that were asked in
// a period: all of it is counted by when they were asked.
type TopicFigures struct {
	Topic         *program.Topic // nil: none was known
	Questions     int
	Resolved      int // by the customer's word or silence, whoever answered
	FirstResponse Wait
	CSAT          Satisfaction
	Spent         int64 // rewards and fees on these questions, less what was refused
}

// TopicReport is what became of a program's questions, topic by topic: first
// those of no known topic where there are any, then every topic by slug.
type TopicReport struct {
	Period   Period
	Currency payouts.Currency
	Topics   []TopicFigures
}

// topicTally is what is counted of a topic.
type topicTally struct {
	questions, resolved int
	response            waits
	said                satisfied
	minor               int64
}

// Topics computes the figures of a program's topics (permission SeeFigures).
// Errors as ProgramFigures'.
func (s *Service) Topics(ctx context.Context, caller access.Caller, id program.ID, asked Asked) (r TopicReport, err error) {
	now := s.Clock.Now()
	period, err := asked.period(now)
	if err != nil {
		return r, err
	}
	err = s.onProgram(ctx, caller, id, access.SeeFigures, func(tx *gorm.DB, p program.Program) error {
		topics, err := s.Programs.TopicsTx(ctx, tx, id)
		if err != nil {
			return err
		}
		g := gathering{brand: p.BrandID, programs: []program.ID{id}, period: period, now: now}
		counted, err := g.topicsTx(ctx, tx, p.Currency)
		r = TopicReport{Period: period, Currency: p.Currency, Topics: report(topics, counted)}
		return err
	})
	return r, err
}

func report(topics []program.Topic, counted map[program.TopicID]*topicTally) []TopicFigures {
	list := []TopicFigures{}
	if unknown := counted[program.TopicID{}]; unknown != nil {
		list = append(list, unknown.figures(nil))
	}
	for _, t := range topics {
		c := counted[t.ID]
		if c == nil {
			c = &topicTally{}
		}
		list = append(list, c.figures(&t))
	}
	return list
}

func (c *topicTally) figures(t *program.Topic) TopicFigures {
	return TopicFigures{
		Topic: t, Questions: c.questions, Resolved: c.resolved, FirstResponse: c.response.figure(), CSAT: c.said.figure(), Spent: c.minor,
	}
}

const topicSaidSQL = `SELECT q.topic_id, f.csat FROM questions q JOIN feedback f ON f.question_id = q.id
WHERE q.program_id IN ? AND q.state IN ? AND q.asked_at >= ? AND q.asked_at < ? AND f.csat > 0`

const topicSpentSQL = `SELECT q.topic_id, CAST(SUM(r.amount_minor + r.fee_minor) AS bigint) FROM questions q JOIN rewards r ON r.question_id = q.id
WHERE q.program_id IN ? AND q.state IN ? AND q.asked_at >= ? AND q.asked_at < ? AND r.state <> 'refused' AND r.currency = ? GROUP BY q.topic_id`

// topicsTx counts by topic, in one pass for each of three tables.
func (g gathering) topicsTx(ctx context.Context, tx *gorm.DB, currency payouts.Currency) (map[program.TopicID]*topicTally, error) {
	counted := map[program.TopicID]*topicTally{}
	of := func(id program.TopicID) *topicTally {
		if counted[id] == nil {
			counted[id] = &topicTally{}
		}
		return counted[id]
	}
	err := g.outcomesTx(ctx, tx, g.period.From, func(q outcome) {
		c := of(q.topic)
		c.questions++
		if q.resolved != nil {
			c.resolved++
		}
		c.response.add(q.asked, q.responded, q.until)
	})
	if err != nil {
		return nil, err
	}
	asked := []any{g.programs, allStates, g.period.From, g.period.To}
	err = eachRow(ctx, tx, "read what customers said by topic", topicSaidSQL, asked, func(scan func(...any) error) error {
		var id program.TopicID
		var csat int
		if err := scan(&id, &csat); err != nil {
			return err
		}
		of(id).said.add(csat)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, tx, "read what was spent by topic", topicSpentSQL, append(asked, currency), func(scan func(...any) error) error {
		var id program.TopicID
		var minor int64
		if err := scan(&id, &minor); err != nil {
			return err
		}
		of(id).minor += minor
		return nil
	})
	return counted, err
}
