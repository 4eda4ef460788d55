package payouts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// Standing is how an expert stands in one currency, or by how much that changed,
// in minor units: what is under review, what is available, and what they owe.
type Standing struct {
	Pending   int64
	Available int64
	Owed      int64
}

// Total is what it comes to: what is the expert's, less what they owe.
func (s Standing) Total() int64 { return s.Pending + s.Available - s.Owed }

// Plus is both together.
func (s Standing) Plus(o Standing) Standing {
	return Standing{s.Pending + o.Pending, s.Available + o.Available, s.Owed + o.Owed}
}

// Month is a calendar month, UTC: its first moment.
type Month struct{ time.Time }

// MonthOf is the month that t falls in.
func MonthOf(t time.Time) Month {
	t = t.UTC()
	return Month{time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)}
}

// ParseMonth reads "2026-03": *InvalidError.
func ParseMonth(text string) (Month, error) {
	t, err := time.Parse("2006-01", text)
	if err != nil {
		return Month{}, &InvalidError{Field: "month", Reason: "must be a year and a month, as 2026-03"}
	}
	return Month{t}, nil
}

// String is the month as ParseMonth reads it.
func (m Month) String() string { return m.Format("2006-01") }

// Next is the month after it, and with it the end of this one.
func (m Month) Next() Month { return Month{m.AddDate(0, 1, 0)} }

// statementRest is how long after a month's end something may still be posted that
// happened in it: far more than a transaction takes.
const statementRest = time.Hour

// Statement is what became of an expert's money of one currency in a month: the
// opening and all lines, added up, are the closing, in each part of them. It is
// read from the ledger's entries and from nothing else. Once Final it does not
// change any more.
type Statement struct {
	Expert   uuid.UUID
	Currency Currency
	Month    Month
	Opening  Standing
	Closing  Standing
	Lines    []StatementLine
	Final    bool
}

// Sums are the lines added up by kind.
func (s Statement) Sums() map[LineKind]Standing {
	sums := map[LineKind]Standing{}
	for _, l := range s.Lines {
		sums[l.Kind] = sums[l.Kind].Plus(l.Standing)
	}
	return sums
}

// StatementTx returns an expert's statement of a month and a currency; one of a
// month in which nothing was there has no lines.
func StatementTx(ctx context.Context, tx *gorm.DB, now time.Time, expert uuid.UUID, c Currency, month Month) (Statement, error) {
	s := Statement{Expert: expert, Currency: c, Month: month, Final: !now.Before(month.Next().Add(statementRest))}
	tx = tx.WithContext(ctx)
	opening, err := standingAt(tx, expert, c, month.Time)
	if err != nil {
		return s, err
	}
	s.Opening = opening
	if s.Lines, err = linesBetween(tx, expert, c, month.Time, month.Next().Time); err != nil {
		return s, err
	}
	s.Closing = s.Opening
	for _, l := range s.Lines {
		s.Closing = s.Closing.Plus(l.Standing)
	}
	return s, nil
}

// ExpertMonths is the months of a currency that an expert has statements of.
type ExpertMonths struct {
	Currency Currency
	First    Month // in which the first of their money was earned
}

// MonthsTx returns since when an expert has had money, by currency.
func MonthsTx(ctx context.Context, tx *gorm.DB, expert uuid.UUID) ([]ExpertMonths, error) {
	rows, err := tx.WithContext(ctx).Raw(`SELECT a.currency, p.posted_at FROM ledger_accounts AS a
		JOIN ledger_entries AS e ON e.account_id = a.id AND e.version = 1 JOIN ledger_postings AS p ON p.id = e.posting_id
		WHERE a.owner_id = ? AND a.kind IN ? ORDER BY a.currency, p.posted_at`, expert, expertKinds).Rows()
	if err != nil {
		return nil, fmt.Errorf("find the months of expert %s: %w", expert, err)
	}
	defer rows.Close()
	var list []ExpertMonths
	for rows.Next() {
		var c Currency
		var at time.Time
		if err := rows.Scan(&c, &at); err != nil {
			return nil, fmt.Errorf("find the months of expert %s: %w", expert, err)
		}
		if len(list) == 0 || list[len(list)-1].Currency != c {
			list = append(list, ExpertMonths{c, MonthOf(at)})
		}
	}
	return list, rows.Err()
}

// expertKinds are an expert's accounts.
var expertKinds = []ledger.Kind{ledger.ExpertPending, ledger.ExpertAvailable, ledger.ExpertOwes}

// expertAccounts are the ids of an expert's accounts of a currency, with their kinds.
func expertAccounts(expert uuid.UUID, c Currency) (ids []string, kinds map[string]ledger.Kind) {
	kinds = make(map[string]ledger.Kind, len(expertKinds))
	for _, kind := range expertKinds {
		id := account(kind, expert, c).ID()
		ids, kinds[id] = append(ids, id), kind
	}
	return ids, kinds
}

// standingAt is how an expert stood at a moment, by the entries before it.
func standingAt(tx *gorm.DB, expert uuid.UUID, c Currency, at time.Time) (s Standing, err error) {
	ids, kinds := expertAccounts(expert, c)
	var sums []struct {
		AccountID string
		Minor     int64
	}
	err = tx.Raw(`SELECT e.account_id, CAST(SUM(e.amount) AS bigint) AS minor FROM ledger_entries AS e
		JOIN ledger_postings AS p ON p.id = e.posting_id WHERE e.account_id IN ? AND p.posted_at < ? GROUP BY e.account_id`, ids, stamp(at)).Scan(&sums).Error
	if err != nil {
		return s, fmt.Errorf("add up the entries of expert %s: %w", expert, err)
	}
	for _, sum := range sums {
		s.add(kinds[sum.AccountID], sum.Minor)
	}
	return s, nil
}

// add adds an entry's amount, credits positive, to the part that it is of.
func (s *Standing) add(kind ledger.Kind, minor int64) {
	switch kind {
	case ledger.ExpertPending:
		s.Pending += minor
	case ledger.ExpertAvailable:
		s.Available += minor
	case ledger.ExpertOwes:
		s.Owed -= minor
	}
}
