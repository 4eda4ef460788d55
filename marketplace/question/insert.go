package question

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
)

// insert puts the question in the table, or, where its reference is taken,
// nothing.
func (q *Question) insert() (marketplace.Statement, error) {
	tags, err := json.Marshal(q.Tags)
	if err != nil {
		return marketplace.Statement{}, fmt.Errorf("write the tags of question %s: %w", q.ID, err)
	}
	redaction, err := json.Marshal(q.Redaction)
	if err != nil {
		return marketplace.Statement{}, fmt.Errorf("write the placeholders of question %s: %w", q.ID, err)
	}
	args := []any{
		q.ID, q.BrandID, q.ProgramID, q.CustomerID, q.AskerPerson, q.TopicID, q.TopicBy, q.TopicRead, q.Reference, q.Language, string(tags), q.Title, q.Body, q.Context,
		q.TitleSealed, q.ContextSealed, string(redaction), q.State, q.EndReason, q.Attempt, q.Wave, q.Messages, q.AskedAt, q.FirstResponseDueAt, q.ResolutionDueAt,
		q.FirstRespondedAt, q.ResolvedAt, q.EndedAt, q.ResponseBreached, q.ResolutionBreached, q.Nudged, q.StageDueAt, q.NextDueAt,
		q.ForecastMedianS, q.ForecastP90S,
	}
	return marketplace.Statement{
		Doing: "insert question " + q.ID.String(), Args: args,
		SQL: "INSERT INTO questions (" + questionColumns + ") VALUES " + tuples(1, len(args)) + " ON CONFLICT DO NOTHING",
	}, nil
}

func (d *Decision) insert() marketplace.Statement {
	return marketplace.Statement{
		Doing: "insert the decision record",
		SQL:   "INSERT INTO decisions (id, brand_id, question_id, attempt, wave, at, record) VALUES " + tuples(1, 7),
		Args:  []any{d.ID, d.BrandID, d.QuestionID, d.Attempt, d.Wave, d.At, d.Record},
	}
}

// insertOffers makes the offers of a wave.
func insertOffers(q *Question, quotes []program.Quote, w wave, expires time.Time) (marketplace.Statement, error) {
	insert := marketplace.Statement{
		Doing: "insert the offers of question " + q.ID.String(),
		SQL: `INSERT INTO offers (id, brand_id, question_id, person_id, attempt, wave, position, state, reward_minor, fee_minor, currency,
			effort_s, why, items, offered_at, expires_at) VALUES ` + tuples(len(w.experts), 16),
	}
	for i, person := range w.experts {
		why, err := json.Marshal(w.record.Reasons[person.String()])
		if err != nil {
			return insert, fmt.Errorf("write an offer's reason: %w", err)
		}
		quote := quotes[i]
		lines, err := items(quote)
		if err != nil {
			return insert, err
		}
		insert.Args = append(insert.Args, marketplace.NewID[Offer](), q.BrandID, q.ID, person, q.Attempt, q.Wave, w.before+i+1, OfferOpen,
			quote.Reward.Minor, quote.Fee.Minor, quote.Reward.Currency, int(quote.Effort/time.Second), string(why), lines, w.record.Ranking.At, expires)
	}
	return insert, nil
}

// tuples is n tuples of placeholders for size values each.
func tuples(n, size int) string {
	one := "(" + strings.Repeat("?, ", size-1) + "?)"
	return strings.Repeat(one+", ", n-1) + one
}
