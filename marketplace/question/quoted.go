package question

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
)

// errUnpaid: the policies now pay nothing.
var errUnpaid = errors.New("nobody works for nothing")

// basisTx is what the offers of an attempt are quoted from: the program's
// policies, and how things stand, for its first wave; for every later one what
// the first was quoted from, since that is what is held for. Hands are the experts
// who may be asked now.
func (s *Service) basisTx(ctx context.Context, tx *gorm.DB, q *Question, p program.Program, topic *program.Topic, hands int, now time.Time) (program.Basis, error) {
	if q.Wave > 0 {
		return firstBasisTx(ctx, tx, q)
	}
	b, err := p.Price(s.kind(q, topic, hands, now))
	if errors.Is(err, marketplace.ErrInvalid) {
		err = fmt.Errorf("%w: %w", errUnpaid, err)
	}
	return b, err
}

// kind is what the quote of a question depends on, by what this process knows by
// heart; it looks nothing up.
func (s *Service) kind(q *Question, topic *program.Topic, hands int, now time.Time) program.Kind {
	known := s.forecasts.want(q.BrandID, q.ProgramID, now).by(now)
	k := program.Kind{Topic: topic, Language: q.Language, Hands: hands, At: now, Waiting: known.waiting(q)}
	k.Effort, k.Sample = known.effort(q.TopicID)
	return k
}

// firstBasisTx is what the first wave of the attempt was quoted from.
func firstBasisTx(ctx context.Context, tx *gorm.DB, q *Question) (program.Basis, error) {
	var record []byte
	var o Offer
	err := marketplace.ScanTx(tx.WithContext(ctx), `SELECT d.record, o.reward_minor, o.fee_minor, o.currency, o.effort_s
		FROM offers o JOIN decisions d ON d.question_id = o.question_id AND d.attempt = o.attempt AND d.wave = o.wave
		WHERE o.question_id = ? AND o.attempt = ? AND o.position = 1`,
		[]any{q.ID, q.Attempt}, &record, &o.RewardMinor, &o.FeeMinor, &o.Currency, &o.EffortS)
	if err != nil {
		return program.Basis{}, fmt.Errorf("load the first offer of question %s: %w", q.ID, err)
	}
	var first struct {
		Quote *program.Basis `json:"quote"`
	}
	if err := json.Unmarshal(record, &first); err != nil {
		return program.Basis{}, fmt.Errorf("read the first decision of question %s: %w", q.ID, err)
	}
	if first.Quote == nil { // it is older than the record of it: never more than was held
		first.Quote = &program.Basis{
			Currency: o.Currency, Base: o.RewardMinor, EffortS: o.EffortS, FeeBP: int(o.FeeMinor * 10_000 / o.RewardMinor),
		}
	}
	return *first.Quote, nil
}

// quotes are those of the experts of a wave, in their order: they differ where
// the floors of their countries do.
func (w *wave) quotes() ([]program.Quote, error) {
	list := make([]program.Quote, len(w.experts))
	for i, country := range w.countries {
		var err error
		if list[i], err = w.record.Quote.Quote(country); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// requoteTx quotes the offers of a question's decisions again: each must be what
// its decision's basis gives in some country.
func requoteTx(ctx context.Context, tx *gorm.DB, q Question, records []DecisionRecord) error {
	var rows []Decision
	if err := tx.WithContext(ctx).Select("attempt, wave").Where("question_id = ?", q.ID).Order("attempt, wave").Find(&rows).Error; err != nil {
		return fmt.Errorf("list the waves of question %s: %w", q.ID, err)
	}
	offers, err := offersTx(ctx, tx, q.ID)
	if err != nil {
		return err
	}
	for i, r := range records[:min(len(records), len(rows))] {
		if r.Quote == nil {
			continue
		}
		var known []string
		for country := range r.Quote.Floors {
			known = append(known, country)
		}
		for _, o := range offers {
			if o.Attempt != rows[i].Attempt || o.Wave != rows[i].Wave {
				continue
			}
			same, err := o.quotedFrom(*r.Quote, append(known, ""))
			if err != nil {
				return err
			}
			if !same {
				return fmt.Errorf("%w: offer %s quotes otherwise", ErrReplayDiffers, o.ID)
			}
		}
	}
	return nil
}

// quotedFrom reports whether b gives the offer in one of the countries.
func (o Offer) quotedFrom(b program.Basis, countries []string) (bool, error) {
	for _, country := range countries {
		quote, err := b.Quote(country)
		if err != nil {
			return false, err
		}
		text, err := items(quote)
		if err != nil {
			return false, err
		}
		if text == o.Items && quote.Reward.Minor == o.RewardMinor && quote.Fee.Minor == o.FeeMinor && quote.Effort == time.Duration(o.EffortS)*time.Second {
			return true, nil
		}
	}
	return false, nil
}

// items writes the lines of an offer's reward.
func items(quote program.Quote) (string, error) {
	text, err := json.Marshal(quote.RewardItems())
	if err != nil {
		return "", fmt.Errorf("write the lines of a quote: %w", err)
	}
	return string(text), nil
}

// Lines are what an offer's reward is made of; empty for one that is older than
// they are.
func (o Offer) Lines() ([]program.QuoteItem, error) {
	if o.Items == "" {
		return nil, nil
	}
	var lines []program.QuoteItem
	if err := json.Unmarshal([]byte(o.Items), &lines); err != nil {
		return nil, fmt.Errorf("read the lines of offer %s: %w", o.ID, err)
	}
	return lines, nil
}

// ordinary is the reward of those of a wave whose countries have no floor of
// their own.
func ordinary(b program.Basis) int64 {
	q, err := b.Quote("")
	if err != nil {
		return 0 // as if nothing were known of how offers fare by reward
	}
	return q.Reward.Minor
}

// span is the least and the most, fee included, that is held for a question that
// is quoted from b but for the hour and the queue.
func span(b program.Basis) (least, most int64, err error) {
	b.Waiting, b.HourBP = 0, b.LeastBP
	low, err := b.Dearest()
	if err != nil {
		return 0, 0, fmt.Errorf("quote at the least: %w", err)
	}
	high, err := b.Ceiling()
	if err != nil {
		return 0, 0, fmt.Errorf("quote at the most: %w", err)
	}
	return low.Reward.Minor + low.Fee.Minor, high.Reward.Minor + high.Fee.Minor, nil
}
