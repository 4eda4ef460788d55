package earnings

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// Statement is an expert's statement of a month and a currency, with the names in
// it and the provider by which they are paid.
type Statement struct {
	payouts.Statement
	Name     string // the expert's
	Programs map[program.ID]string
	Provider string
	Sandbox  bool // no real money moves
}

// Months lists since when the calling person has statements, by currency. Errors
// here and below: *access.ForbiddenError to who is no person.
func (s *Service) Months(ctx context.Context, caller access.Caller) (list []payouts.ExpertMonths, err error) {
	err = s.readOwn(ctx, caller, func(tx *gorm.DB) error {
		list, err = payouts.MonthsTx(ctx, tx, uuid.UUID(caller.Person))
		return err
	})
	return list, err
}

// Statement is the calling person's statement of a month, "2026-03", and a
// currency. Errors: payouts.ErrInvalid, *marketplace.NotFoundError for a time in
// which they had no money of it yet, or that has not begun.
func (s *Service) Statement(ctx context.Context, caller access.Caller, month string, currency payouts.Currency) (st Statement, err error) {
	m, err := payouts.ParseMonth(month)
	if err != nil {
		return st, err
	}
	now := s.clock.Now()
	err = s.readOwn(ctx, caller, func(tx *gorm.DB) error {
		since, err := payouts.MonthsTx(ctx, tx, uuid.UUID(caller.Person))
		if err != nil {
			return err
		}
		has := func(of payouts.ExpertMonths) bool { return of.Currency == currency && !m.Before(of.First.Time) }
		if m.After(now) || !slices.ContainsFunc(since, has) {
			return &marketplace.NotFoundError{Noun: "statement", ID: m.String()}
		}
		if st.Statement, err = payouts.StatementTx(ctx, tx, now, uuid.UUID(caller.Person), currency, m); err != nil {
			return err
		}
		return s.nameTx(ctx, tx, &st)
	})
	return st, wrap(err, "write a statement for", caller)
}

// nameTx adds the names to a statement.
func (s *Service) nameTx(ctx context.Context, tx *gorm.DB, st *Statement) error {
	p, err := access.PersonTx(ctx, tx, access.PersonID(st.Expert))
	if err != nil {
		return err
	}
	var programs []program.ID
	for _, l := range st.Lines {
		if id := program.ID(l.Program); !id.IsZero() && !slices.Contains(programs, id) {
			programs = append(programs, id)
		}
	}
	st.Name, st.Provider, st.Sandbox = p.Name, s.payouts.Provider.Label(), s.payouts.Provider.Sandbox()
	st.Programs, err = program.CalledTx(ctx, tx, programs)
	return err
}

// firstYear is before anybody could have earned anything.
const firstYear = 2020

// Years adds up the calling person's statements of a year, by currency, from the
// month on in which they first had money. Errors:
// *marketplace.InvalidError for a year that has not begun.
func (s *Service) Years(ctx context.Context, caller access.Caller, year int) (list []payouts.Year, err error) {
	now := s.clock.Now()
	if year < firstYear || year > now.UTC().Year() {
		return nil, &marketplace.InvalidError{Field: "year", Reason: fmt.Sprintf("must be from %d to this one", firstYear)}
	}
	err = s.readOwn(ctx, caller, func(tx *gorm.DB) error {
		since, err := payouts.MonthsTx(ctx, tx, uuid.UUID(caller.Person))
		if err != nil {
			return err
		}
		list = list[:0]
		for _, of := range since {
			if of.First.Year() > year {
				continue
			}
			y, err := payouts.YearTx(ctx, tx, now, uuid.UUID(caller.Person), of.Currency, year)
			if err != nil {
				return err
			}
			y.Months = slices.DeleteFunc(y.Months, func(m payouts.YearMonth) bool { return m.Month.Before(of.First.Time) })
			list = append(list, y)
		}
		return nil
	})
	return list, wrap(err, "add up a year for", caller)
}
