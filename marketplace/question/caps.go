package question

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/program"
	"knowhow/payouts"
	"knowhow/payouts/money"
)

// Cap is one of the bounds, per program and day (UTC), on what customers whom
// the brand does not vouch for may ask. Migration 00039 mirrors the list.
type Cap string

const (
	CapCustomer Cap = "customer" // questions of one customer
	CapSource   Cap = "source"   // questions from one address
	CapBudget   Cap = "budget"   // what all their questions may cost, in minor units
)

const capDay = 24 * time.Hour

// keptDays is how long the counts of a day are kept.
const keptDays = 2 * capDay

// capTx counts a question, or another attempt at one, against the caps of an
// unverified customer; for others it does nothing. The caps are always counted
// in the same order, so that two who ask at once cannot deadlock. Error:
// *CapError.
func (s *Service) capTx(ctx context.Context, tx *gorm.DB, who customer.Customer, g grounds, q *Question, source []byte, now time.Time) error {
	if who.Verified {
		return nil
	}
	limits := g.Policies.Abuse
	if err := s.countTx(ctx, tx, q, CapCustomer, who.ID[:], 1, int64(limits.PerCustomer), now); err != nil {
		return err
	}
	if len(source) > 0 {
		if err := s.countTx(ctx, tx, q, CapSource, source, 1, int64(limits.PerSource), now); err != nil {
			return err
		}
	}
	cost, most, err := s.cost(q, g, now)
	if err != nil || cost == 0 {
		return err
	}
	return s.countTx(ctx, tx, q, CapBudget, nil, cost, most, now)
}

// capAgainTx is capTx for another attempt that the customer asks for: it costs
// as much as a question does.
func (s *Service) capAgainTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	who, err := customer.CustomerTx(ctx, tx, q.BrandID, q.CustomerID)
	if err != nil || who.Verified {
		return err
	}
	g, err := s.groundsTx(ctx, tx, q)
	if err != nil {
		return err
	}
	return s.capTx(ctx, tx, who, g, q, nil, now)
}

// cost is the most that an attempt at q can cost, and the most that a day's
// questions may: a share of the budget that is free now, or one question where
// that is less than one. A question that goes to the brand's team, or for which
// no money can be set aside, costs nothing.
func (s *Service) cost(q *Question, g grounds, now time.Time) (cost, most int64, err error) {
	if !q.inRollout(g.Program) {
		return 0, 0, nil
	}
	topic, err := g.topic(q)
	if err != nil || topic != nil && topic.Mode == program.BrandOnly {
		return 0, 0, err
	}
	basis, err := g.Price(s.kind(q, topic, 1, now))
	if errors.Is(err, marketplace.ErrInvalid) {
		return 0, 0, nil // the policies pay nothing, so nobody is asked
	}
	if err != nil {
		return 0, 0, err
	}
	least, total, err := span(basis)
	if err != nil {
		return 0, 0, err
	}
	if g.free.Minor < least {
		return 0, 0, nil
	}
	share, err := g.free.Share(payouts.BasisPoints(g.Policies.Abuse.BudgetShareBP), money.Down)
	if err != nil {
		return 0, 0, fmt.Errorf("share the budget: %w", err)
	}
	if g.Policies.Abuse.BudgetShareBP > 0 {
		share.Minor = max(share.Minor, total)
	}
	return total, share.Minor, nil
}

// countTx adds amount to what was used today of one cap, unless that is more
// than most: one statement decides, however many ask at once. Without a value
// the count is the whole program's.
func (s *Service) countTx(ctx context.Context, tx *gorm.DB, q *Question, of Cap, value []byte, amount, most int64, now time.Time) error {
	day := now.Truncate(capDay)
	reached := &CapError{Cap: of, Ends: day.Add(capDay).Sub(now)}
	if amount > most {
		return reached
	}
	var used int64
	done := tx.WithContext(ctx).Raw(`INSERT INTO ask_caps (brand_id, program_id, day, kind, key, used) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (program_id, day, kind, key) DO UPDATE SET used = ask_caps.used + EXCLUDED.used
		WHERE ask_caps.used + EXCLUDED.used <= ? RETURNING used`,
		q.BrandID, q.ProgramID, day, of, s.capKeyOf(q, of, value, day), amount, most).Scan(&used)
	if done.Error != nil {
		return fmt.Errorf("count against the cap by %s: %w", of, done.Error)
	}
	if used == 0 {
		return reached
	}
	return nil
}

// capKeyOf is what a count is kept under. It is keyed, and another in every
// program and on every day, so that the counts follow nobody about.
func (s *Service) capKeyOf(q *Question, of Cap, value []byte, day time.Time) []byte {
	mac := hmac.New(sha256.New, s.capKey)
	fmt.Fprintf(mac, "%s %s %d ", of, q.ProgramID, day.Unix())
	_, _ = mac.Write(value) // never fails
	return mac.Sum(nil)[:16]
}

// ForgetCaps removes counts of days that are over for long, up to limit of
// them, and returns their number. Call it now and then, from as many processes
// as you like.
func (s *Service) ForgetCaps(ctx context.Context, limit int) (int, error) {
	before := s.clock.Now().Truncate(capDay).Add(-keptDays)
	var n int64
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		done := tx.WithContext(ctx).Exec(`DELETE FROM ask_caps WHERE (program_id, day, kind, key) IN (
			SELECT program_id, day, kind, key FROM ask_caps WHERE day < ? LIMIT ?)`, before, limit)
		n = done.RowsAffected
		return done.Error
	})
	if err != nil {
		return 0, fmt.Errorf("forget the caps' counts: %w", err)
	}
	return int(n), nil
}
