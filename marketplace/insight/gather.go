package insight

import (
	"context"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

const (
	answeredState = question.Answered
	reopenWithin  = question.ReopenWithin
)

// allStates is every state, which a query names for an index's sake.
var allStates = question.States

// gathering reads what figures are made of: one pass over a range of an index
// for what was asked, for what ended, for what was said and for what was spent,
// each over the period and the one before.
type gathering struct {
	brand    marketplace.BrandID
	programs []program.ID
	period   Period
	now      time.Time
}

func (g gathering) figuresTx(ctx context.Context, tx *gorm.DB, currency payouts.Currency) (Figures, error) {
	f := Figures{Period: g.period, Currency: currency}
	if len(g.programs) == 0 {
		g.programs = []program.ID{{}} // nobody's, so that nothing is found
	}
	for _, pass := range []func(context.Context, *gorm.DB, *Figures) error{g.askedTx, g.endedTx, g.saidTx} {
		if err := pass(ctx, tx, &f); err != nil {
			return Figures{}, err
		}
	}
	return f, nil
}

// outcome is what became of a question.
type outcome struct {
	topic     program.TopicID
	asked     time.Time
	responded *time.Time
	resolved  *time.Time // by the customer's word or silence; else nil
	until     time.Time  // the customer has waited, or had when they withdrew it
	state     question.State
	answered  bool
	reopened  bool
}

// outcomesSQL finds what was asked in a range. Every state is named so that an
// index has the range; a question of one attempt was never reopened.
const outcomesSQL = `SELECT q.topic_id, q.asked_at, q.first_responded_at, q.resolved_at, q.ended_at, q.state, q.end_reason,
	CASE WHEN q.attempt > 1 THEN EXISTS (SELECT 1 FROM events e WHERE e.subject = q.id AND e.kind = ?) ELSE ? END
FROM questions q WHERE q.program_id IN ? AND q.state IN ? AND q.asked_at >= ? AND q.asked_at < ?`

// outcomesTx gives each question that was asked from a time until the period's
// end.
func (g gathering) outcomesTx(ctx context.Context, tx *gorm.DB, from time.Time, each func(outcome)) error {
	args := []any{question.EventReopened, false, g.programs, allStates, from, g.period.To}
	return eachRow(ctx, tx, "read what was asked", outcomesSQL, args, func(scan func(...any) error) error {
		q, reason := outcome{until: g.now}, ""
		var ended *time.Time
		if err := scan(&q.topic, &q.asked, &q.responded, &q.resolved, &ended, &q.state, &reason, &q.reopened); err != nil {
			return err
		}
		q.answered = q.responded != nil
		if ended != nil && q.state != question.Escalated { // the brand's team goes on
			q.until = *ended
		}
		if q.state != question.Resolved || !isResolution(reason) {
			q.resolved = nil
		}
		each(q)
		return nil
	})
}

// isResolution reports whether a resolved question was resolved for the
// customer: by their word or by their silence, and not ended in another way.
func isResolution(reason string) bool {
	return reason == question.ByCustomersWord || reason == question.ByCustomersSilence
}

func (g gathering) askedTx(ctx context.Context, tx *gorm.DB, f *Figures) error {
	response, resolution, reopen := newTally[waits](g.period), newTally[waits](g.period), newTally[part](g.period)
	err := g.outcomesTx(ctx, tx, g.period.before(), func(q outcome) {
		response.at(q.asked, func(w *waits) { w.add(q.asked, q.responded, q.until) })
		resolution.at(q.asked, func(w *waits) { w.add(q.asked, q.resolved, q.until) })
		if q.answered {
			reopen.at(q.asked, func(c *part) { c.count(q.reopened, q.mayReopen(g.now)) })
		}
	})
	f.FirstResponse, f.ResolutionTime = series(response, waits.figure), series(resolution, waits.figure)
	f.ReopenRate = series(reopen, part.figure)
	return err
}

func (c *part) count(hit, open bool) {
	c.n++
	if hit {
		c.hits++
	}
	if open {
		c.open++
	}
}

// endedSQL finds what ended in a range, and whether the answer that stands then
// is an expert's: nobody of the brand ever answered, or the expert did later.
const endedSQL = `SELECT q.ended_at, q.state, q.end_reason, CASE
	WHEN NOT EXISTS (SELECT 1 FROM messages m WHERE m.question_id = q.id AND m.author = 'brand') THEN ?
	ELSE EXISTS (SELECT 1 FROM assignments a WHERE a.question_id = q.id AND a.attempt = q.attempt AND a.delivered_at IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.question_id = q.id AND m.author = 'brand' AND m.at >= a.delivered_at)) END
FROM questions q WHERE q.program_id IN ? AND q.ended_at IS NOT NULL AND q.ended_at >= ? AND q.ended_at < ?`

// spentSQL finds what was earned in a range and not refused since.
const spentSQL = `SELECT earned_at, amount_minor + fee_minor FROM rewards
WHERE program_id IN ? AND currency = ? AND state <> 'refused' AND earned_at >= ? AND earned_at < ?`

func (g gathering) endedTx(ctx context.Context, tx *gorm.DB, f *Figures) error {
	rate, cost := newTally[part](g.period), newTally[spent](g.period)
	args := []any{true, g.programs, g.period.before(), g.period.To}
	err := eachRow(ctx, tx, "read what ended", endedSQL, args, func(scan func(...any) error) error {
		var at time.Time
		var state question.State
		var reason string
		var crowd bool
		if err := scan(&at, &state, &reason, &crowd); err != nil {
			return err
		}
		solved := crowd && state == question.Resolved && isResolution(reason)
		rate.at(at, func(c *part) { c.count(solved, false) })
		if solved {
			cost.at(at, func(c *spent) { c.resolutions++ })
		}
		return nil
	})
	if err != nil {
		return err
	}
	args = []any{g.programs, f.Currency, g.period.before(), g.period.To}
	err = eachRow(ctx, tx, "read what was spent", spentSQL, args, func(scan func(...any) error) error {
		var at time.Time
		var minor int64
		if err := scan(&at, &minor); err != nil {
			return err
		}
		cost.at(at, func(c *spent) { c.minor += minor })
		return nil
	})
	f.ResolutionRate, f.Cost = series(rate, part.figure), series(cost, spent.figure)
	return err
}

// saidSQL finds what customers said in a range.
const saidSQL = `SELECT f.given_at, f.csat FROM feedback f JOIN questions q ON q.id = f.question_id
WHERE f.brand_id = ? AND f.given_at >= ? AND f.given_at < ? AND f.csat > 0 AND q.program_id IN ?`

func (g gathering) saidTx(ctx context.Context, tx *gorm.DB, f *Figures) error {
	said := newTally[satisfied](g.period)
	args := []any{g.brand, g.period.before(), g.period.To, g.programs}
	err := eachRow(ctx, tx, "read what customers said", saidSQL, args, func(scan func(...any) error) error {
		var at time.Time
		var csat int
		if err := scan(&at, &csat); err != nil {
			return err
		}
		said.at(at, func(c *satisfied) { c.add(csat) })
		return nil
	})
	f.CSAT = series(said, satisfied.figure)
	return err
}
