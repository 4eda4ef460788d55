package payouts

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// YearMonth is one month of a year's account: how it began and ended, and what
// its lines come to by kind.
type YearMonth struct {
	Month   Month
	Opening Standing
	Closing Standing
	Sums    map[LineKind]Standing
}

// Year is what became of an expert's money of one currency in a year, UTC, by
// month. The opening and the sums of all months are the closing.
type Year struct {
	Expert   uuid.UUID
	Currency Currency
	Year     int
	Opening  Standing
	Closing  Standing
	Sums     map[LineKind]Standing
	Months   []YearMonth
	Final    bool
}

// YearTx adds up an expert's statements of a year and a currency. Months that
// have not begun are left out.
func YearTx(ctx context.Context, tx *gorm.DB, now time.Time, expert uuid.UUID, c Currency, year int) (Year, error) {
	first := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)
	y := Year{Expert: expert, Currency: c, Year: year, Sums: map[LineKind]Standing{}, Final: !now.Before(first.AddDate(1, 0, 0).Add(statementRest))}
	tx = tx.WithContext(ctx)
	opening, err := standingAt(tx, expert, c, first)
	if err != nil {
		return y, err
	}
	lines, err := linesBetween(tx, expert, c, first, first.AddDate(1, 0, 0))
	if err != nil {
		return y, err
	}
	y.Opening, y.Closing = opening, opening
	for m := (Month{first}); m.Year() == year && !m.After(now); m = m.Next() {
		month := YearMonth{Month: m, Opening: y.Closing, Closing: y.Closing, Sums: map[LineKind]Standing{}}
		for ; len(lines) > 0 && lines[0].At.Before(m.Next().Time); lines = lines[1:] {
			l := lines[0]
			month.Sums[l.Kind], y.Sums[l.Kind] = month.Sums[l.Kind].Plus(l.Standing), y.Sums[l.Kind].Plus(l.Standing)
			month.Closing = month.Closing.Plus(l.Standing)
		}
		y.Closing = month.Closing
		y.Months = append(y.Months, month)
	}
	return y, nil
}
