package insight

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// Figures are the six figures of a program, or of a brand's programs of one
// currency, over a period. docs/figures.md says the same at more length.
type Figures struct {
	Period   Period
	Currency payouts.Currency
	// FirstResponse is the wait from the asking to the first answer, an expert's
	// or the brand's, of the questions asked in the period. Censored are those
	// without an answer: they have waited until now, or until they were withdrawn.
	FirstResponse Series[Wait]
	// ResolutionTime is the wait from the asking to the resolution that stands, of
	// the questions asked in the period. Censored are those that are not resolved;
	// so is one that an expert ended.
	ResolutionTime Series[Wait]
	// ResolutionRate is, of the questions that came to their present end in the
	// period (resolved, escalated or withdrawn), the share that an expert's answer
	// resolved. Nothing is censored: what has not ended is not of them.
	ResolutionRate Series[Share]
	// ReopenRate is, of the questions asked in the period that were answered, the
	// share that was reopened at least once. Censored are those that were not, and
	// still may be.
	ReopenRate Series[Share]
	// CSAT is what customers said in the period, by when they first said it.
	CSAT Series[Satisfaction]
	// Cost is what was spent in the period on each question that an expert's
	// answer resolved in the period, by its present end.
	Cost Series[Cost]
}

// Share is a part of a sample, in basis points; nil of an empty one.
type Share struct {
	BP       *int
	N        int
	Censored int
}

// Satisfaction is what customers said, from 1 to 5. GoodBP is the share of 4 and
// 5, Mean the mean; both are nil where nobody said anything.
type Satisfaction struct {
	GoodBP *int
	Mean   *float64
	N      int
}

// Cost is spend per resolution in minor units, rounded half up; nil without a
// resolution. Spent is rewards and fees by when they were earned, less what was
// refused since: answers, handoffs, reviews, all of it.
type Cost struct {
	PerResolution *int64
	Spent         int64
	N             int // resolutions
}

// ProgramFigures computes a program's figures (permission SeeFigures). Errors:
// *access.ForbiddenError, *marketplace.NotFoundError to those who are nothing to
// its brand, *marketplace.InvalidError.
func (s *Service) ProgramFigures(ctx context.Context, caller access.Caller, id program.ID, asked Asked) (f Figures, err error) {
	now := s.Clock.Now()
	period, err := asked.period(now)
	if err != nil {
		return f, err
	}
	err = s.onProgram(ctx, caller, id, access.SeeFigures, func(tx *gorm.DB, p program.Program) error {
		g := gathering{brand: p.BrandID, programs: []program.ID{id}, period: period, now: now}
		f, err = g.figuresTx(ctx, tx, p.Currency)
		return err
	})
	return f, err
}

// BrandFigures are ProgramFigures over a brand's programs of one currency; empty
// is the currency of all of them, and invalid where they have several. Errors:
// *access.ForbiddenError, *marketplace.InvalidError.
func (s *Service) BrandFigures(ctx context.Context, caller access.Caller, brand marketplace.BrandID, currency payouts.Currency, asked Asked) (f Figures, err error) {
	if err := access.CheckBrand(brand); err != nil {
		return f, err
	}
	if currency != "" && currency.Check() != nil {
		return f, &marketplace.InvalidError{Field: "currency", Reason: "is not a currency in use"}
	}
	now := s.Clock.Now()
	period, err := asked.period(now)
	if err != nil {
		return f, err
	}
	err = s.Store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.SeeFigures); err != nil {
			return err
		}
		programs, of, err := programsTx(ctx, tx, brand, currency)
		if err != nil {
			return err
		}
		g := gathering{brand: brand, programs: programs, period: period, now: now}
		f, err = g.figuresTx(ctx, tx, of)
		return err
	})
	return f, err
}

// programsTx lists a brand's programs of a currency, and the currency where it
// was left open.
func programsTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, currency payouts.Currency) (ids []program.ID, of payouts.Currency, err error) {
	of = currency
	query := "SELECT id, currency FROM programs WHERE brand_id = ? ORDER BY created_at, id"
	err = eachRow(ctx, tx, "list the programs of brand "+brand.String(), query, []any{brand}, func(scan func(...any) error) error {
		var id program.ID
		var has payouts.Currency
		if err := scan(&id, &has); err != nil {
			return err
		}
		if currency == "" && of != "" && of != has {
			return &marketplace.InvalidError{Field: "currency", Reason: fmt.Sprintf("must be named: there are programs in %s and in %s", of, has)}
		}
		if of == "" {
			of = has
		}
		if of == has {
			ids = append(ids, id)
		}
		return nil
	})
	return ids, of, err
}

// satisfied is what customers said, added up.
type satisfied struct{ good, sum, n int }

func (c *satisfied) add(csat int) {
	c.sum, c.n = c.sum+csat, c.n+1
	if csat >= 4 {
		c.good++
	}
}

func (c satisfied) figure() Satisfaction {
	f := Satisfaction{GoodBP: ratio(c.good, c.n), N: c.n}
	if c.n > 0 {
		mean := float64(c.sum*100/c.n) / 100 // two digits are told
		f.Mean = &mean
	}
	return f
}

// part is a part of a sample, counted.
type part struct{ hits, n, open int }

func (c part) figure() Share { return Share{BP: ratio(c.hits, c.n), N: c.n, Censored: c.open} }

// spent is money and what it was spent on.
type spent struct {
	minor       int64
	resolutions int
}

func (c spent) figure() Cost {
	f := Cost{Spent: c.minor, N: c.resolutions}
	if n := int64(c.resolutions); n > 0 {
		per := c.minor/n + (c.minor%n*2+n)/(2*n)
		f.PerResolution = &per
	}
	return f
}

// mayReopen reports whether a customer may still reopen a question that they
// have not: it is answered, or was resolved not long ago.
func (q outcome) mayReopen(now time.Time) bool {
	return q.answered && !q.reopened && (q.state == answeredState || q.resolved != nil && !now.After(q.resolved.Add(reopenWithin)))
}
