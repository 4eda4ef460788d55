package question

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
)

// lateAtOnce is how many waiting questions are looked at by one statement.
const lateAtOnce = 500

// heldUp is a question that waits for its first response, whose customer was
// told how long that would be and can be written to.
type heldUp struct {
	ID           ID
	BrandID      marketplace.BrandID
	ProgramID    program.ID
	CustomerID   access.CustomerID
	TopicID      program.TopicID
	Language     string
	Attempt      int
	AskedAt      time.Time
	ForecastP90S int
}

// heldUpSQL finds them, of those whose customer was not yet told of this attempt
// that it takes longer.
var heldUpSQL = `SELECT q.id, q.brand_id, q.program_id, q.customer_id, q.topic_id, q.language, q.attempt, q.asked_at, q.forecast_p90_s
	FROM programs p JOIN questions q ON q.program_id = p.id AND q.state IN ('asked', 'offered', 'assigned', 'escalated') AND q.asked_at > ?
	WHERE q.id > ? AND q.first_responded_at IS NULL AND q.forecast_p90_s IS NOT NULL AND ` + customer.ReachableSQL("q.brand_id", "q.customer_id") + `
		AND NOT ` + notify.RefusedSQL("q.brand_id", "q.customer_id") + ` AND NOT ` + notify.WrittenSQL("q.brand_id", "'late:' || CAST(q.id AS text) || ':' || CAST(q.attempt AS text)") + `
	ORDER BY q.id LIMIT ?`

func (w heldUp) key() string { return fmt.Sprintf("late:%s:%d", w.ID, w.Attempt) }

// toldP90 is the time by which nine in ten such questions were said to be
// answered.
func (w heldUp) toldP90() time.Time {
	return w.AskedAt.Add(time.Duration(w.ForecastP90S) * time.Second)
}

// worse reports that the wait has become clearly longer than what was said as
// the question was asked: nine in ten should have had an answer by now, or half
// of all such questions will not have one by then. All of them, and not those
// that waited as long as this one: of these, half wait beyond what was said as
// soon as four in five are answered, though nothing is unusual.
func (w heldUp) worse(known waits, now time.Time) bool {
	told := w.toldP90()
	if now.After(told) {
		return true
	}
	median, _, _ := known.expect(group{w.TopicID, w.Language}, w.ID, 0, now)
	return median != nil && w.AskedAt.Add(*median).After(told)
}

// TellOfWaits writes to customers who can be reached by e-mail and whose wait has
// become clearly longer than they were told, once an attempt; one who cannot be told
// keeps it from nobody else. Call it every minute, in any number of processes.
func (s *Service) TellOfWaits(ctx context.Context) error {
	var after ID
	var untold []error
	for {
		list, err := s.heldUpAfter(ctx, after)
		if err != nil {
			return errors.Join(append(untold, err)...)
		}
		for _, w := range list {
			if err := s.tellOfWait(ctx, w); err != nil {
				untold = append(untold, fmt.Errorf("question %s: %w", w.ID, err))
			}
			after = w.ID
		}
		if len(list) < lateAtOnce || ctx.Err() != nil {
			return errors.Join(untold...)
		}
	}
}

func (s *Service) heldUpAfter(ctx context.Context, after ID) (list []heldUp, err error) {
	since := s.clock.Now().Add(-forecastFrom)
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Raw(heldUpSQL, since, uuid.UUID(after), lateAtOnce).Scan(&list).Error
	})
	if err != nil {
		return nil, fmt.Errorf("look for customers who wait: %w", err)
	}
	return list, nil
}

// tellOfWait tells one customer, where there is something to tell.
func (s *Service) tellOfWait(ctx context.Context, w heldUp) error {
	known, err := s.waits(ctx, w.BrandID, w.ProgramID)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	if !w.worse(known, now) {
		return nil
	}
	ahead := known.ahead(Question{ID: w.ID, TopicID: w.TopicID, Language: w.Language, AskedAt: w.AskedAt}, now)
	return s.store.InTx(ctx, w.BrandID, func(tx *gorm.DB) error {
		_, err := customer.LockTx(ctx, tx, w.BrandID, w.CustomerID)
		if errors.Is(err, customer.ErrErased) {
			return nil
		}
		if err != nil {
			return err
		}
		still, err := w.stillTx(ctx, tx)
		if err != nil || !still {
			return err
		}
		q := Question{ID: w.ID, BrandID: w.BrandID, CustomerID: w.CustomerID, Language: w.Language}
		return s.mailCustomerTx(ctx, tx, &q, w.key(), w.letter(ahead, now))
	})
}

// stillTx reports that the question waits as it did, and that nobody else has
// told of it.
func (w heldUp) stillTx(ctx context.Context, tx *gorm.DB) (still bool, err error) {
	err = marketplace.ScanTx(tx.WithContext(ctx), `SELECT q.attempt = ? AND q.first_responded_at IS NULL AND q.state NOT IN ('resolved', 'withdrawn') AND NOT `+
		notify.WrittenSQL("q.brand_id", "?")+` FROM questions q WHERE q.id = ?`, []any{w.Attempt, w.key(), w.ID}, &still)
	if err != nil {
		return false, fmt.Errorf("look whether question %s still waits: %w", w.ID, err)
	}
	return still, nil
}

// letter is what the mail says. It quotes nothing of the conversation.
func (w heldUp) letter(ahead *Forecast, now time.Time) notify.Letter {
	more := notify.Words{Of: "question.late_unknown"}
	if ahead != nil && ahead.MedianAt != nil {
		more = notify.Words{Of: "question.late_median", Values: notify.Values{"median": spoken(ahead.MedianAt.Sub(now))}}
		if ahead.P90At != nil {
			more.Of, more.Values["most"] = "question.late_both", spoken(ahead.P90At.Sub(now))
		}
	}
	return notify.Letter{Name: "question.late", Values: notify.Values{"told": spoken(w.toldP90().Sub(w.AskedAt)), "ahead": more}}
}

// spoken is a time as one says it, rounded up.
func spoken(d time.Duration) notify.Count {
	for _, unit := range []struct {
		name string
		long time.Duration
		most int
	}{{"time.minutes", time.Minute, 90}, {"time.hours", time.Hour, 36}} {
		if n := max(1, int((d+unit.long-1)/unit.long)); n <= unit.most {
			return notify.Count{Of: unit.name, N: n}
		}
	}
	return notify.Count{Of: "time.days", N: int((d + 24*time.Hour - 1) / (24 * time.Hour))}
}
