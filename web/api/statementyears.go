package api

import (
	"context"
	"strconv"

	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// StatementYears are the accounts of a year, one for each currency.
type StatementYears struct {
	Year       int             `json:"year" example:"2026"`
	Currencies []StatementYear `json:"currencies"`
}

// StatementYear is what became of an expert's money of a currency in a year.
type StatementYear struct {
	Currency string               `json:"currency"`
	Final    bool                 `json:"final" doc:"It does not change any more."`
	Opening  MoneyParts           `json:"opening"`
	Closing  MoneyParts           `json:"closing"`
	Sums     []StatementSum       `json:"sums" doc:"All lines of the year, by kind."`
	Months   []StatementYearMonth `json:"months" doc:"From the first with money in it to the present one."`
}

// StatementYearMonth is one month of it.
type StatementYearMonth struct {
	Month   string         `json:"month"`
	Opening MoneyParts     `json:"opening"`
	Closing MoneyParts     `json:"closing"`
	Sums    []StatementSum `json:"sums"`
}

type statementYearIn struct {
	Year int `path:"year" minimum:"2020" maximum:"9999" doc:"The year."`
	FormParams
}

func (a *API) statementYear(ctx context.Context, caller access.Caller, in *statementYearIn) (*document, error) {
	years, err := a.House.Earnings.Years(ctx, caller, in.Year)
	if err != nil {
		return nil, err
	}
	shape := StatementYears{Year: in.Year, Currencies: make([]StatementYear, len(years))}
	for i, y := range years {
		of := StatementYear{
			Currency: string(y.Currency), Final: y.Final, Opening: moneyParts(y.Opening), Closing: moneyParts(y.Closing), Sums: sumsOf(y.Sums),
			Months: make([]StatementYearMonth, len(y.Months)),
		}
		for j, m := range y.Months {
			of.Months[j] = StatementYearMonth{m.Month.String(), moneyParts(m.Opening), moneyParts(m.Closing), sumsOf(m.Sums)}
		}
		shape.Currencies[i] = of
	}
	return documentOf(in.FormParams, "statements-"+strconv.Itoa(in.Year), shape, func() [][]string { return yearRows(years) })
}

// yearRows are years as a table: for each currency a line for every month and one
// for the year, with what the lines of each kind come to.
func yearRows(years []payouts.Year) [][]string {
	head := []string{"period", "currency", "opening"}
	for _, kind := range payouts.LineKinds {
		head = append(head, string(kind))
	}
	rows := [][]string{append(head, "closing")}
	row := func(period string, c payouts.Currency, opening, closing payouts.Standing, sums map[payouts.LineKind]payouts.Standing) {
		cells := []string{period, string(c), decimal(opening.Total(), c)}
		for _, kind := range payouts.LineKinds {
			cells = append(cells, decimal(sums[kind].Total(), c))
		}
		rows = append(rows, append(cells, decimal(closing.Total(), c)))
	}
	for _, y := range years {
		for _, m := range y.Months {
			row(m.Month.String(), y.Currency, m.Opening, m.Closing, m.Sums)
		}
		row(strconv.Itoa(y.Year), y.Currency, y.Opening, y.Closing, y.Sums)
	}
	return rows
}
