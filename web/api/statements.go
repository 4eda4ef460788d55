package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2/negotiation"
	"github.com/google/uuid"

	"knowhow/marketplace/access"
	"knowhow/marketplace/earnings"
	"knowhow/marketplace/program"
	"knowhow/payouts"
	"knowhow/web/statement"
)

// statementRoutes are what became of an expert's money, month by month.
func (a *API) statementRoutes() {
	self := Who{Kind: Person}
	read(a, Route{ID: "listStatements", Path: "/me/statements", Tag: moneyTag, Who: self,
		Summary: "List the months you have statements of, newest first", About: "A month is one of UTC; there is a statement for each currency you are paid in."}, a.statements)
	read(a, Route{ID: "getStatement", Path: "/me/statements/{month}/{currency}", Tag: moneyTag, Who: self, shape: Statement{}, paper: true,
		Summary: "Read the statement of a month", About: "Opening and lines, added up, are the closing, in each part; it is the ledger's entries and nothing else. What was earned says what it is made of. Also as CSV and as PDF; the PDF is in English or German, as Accept-Language says."}, a.statement)
	read(a, Route{ID: "getStatementYear", Path: "/me/statements/years/{year}", Tag: moneyTag, Who: self, shape: StatementYears{},
		Summary: "Read what a year comes to, by currency and month", About: "Also as CSV, with a line for each month and one for the year."}, a.statementYear)
}

// StatementMonth is a month that there is a statement of.
type StatementMonth struct {
	Month    string `json:"month" example:"2026-03"`
	Currency string `json:"currency" example:"EUR"`
}

func (a *API) statements(ctx context.Context, caller access.Caller, _ *struct{}) (*Listed[StatementMonth], error) {
	since, err := a.House.Earnings.Months(ctx, caller)
	if err != nil {
		return nil, err
	}
	var months []StatementMonth
	for _, of := range since {
		for m, last := of.First, a.House.Clock.Now(); !m.After(last); m = m.Next() {
			months = append(months, StatementMonth{m.String(), string(of.Currency)})
		}
	}
	slices.SortStableFunc(months, func(a, b StatementMonth) int { return strings.Compare(b.Month, a.Month) })
	return allOf(months, func(m StatementMonth) StatementMonth { return m }), nil
}

// MoneyParts are the parts of an expert's money, or by how much they changed, in
// minor units.
type MoneyParts struct {
	Pending   int64 `json:"pending" doc:"In minor units. Earned, and may still be reviewed."`
	Available int64 `json:"available" doc:"In minor units. Theirs to be paid out."`
	Owed      int64 `json:"owed" doc:"In minor units. Owed for pay that was taken back."`
	Total     int64 `json:"total" doc:"In minor units. Pending and available, less what is owed."`
}

func moneyParts(s payouts.Standing) MoneyParts {
	return MoneyParts{s.Pending, s.Available, s.Owed, s.Total()}
}

// Statement is what became of an expert's money of a currency in a month.
type Statement struct {
	Month    string          `json:"month"`
	Currency string          `json:"currency"`
	Provider string          `json:"provider" doc:"With the sandbox no real money moves."`
	Final    bool            `json:"final" doc:"It does not change any more: the month has been over for an hour."`
	Opening  MoneyParts      `json:"opening"`
	Closing  MoneyParts      `json:"closing"`
	Sums     []StatementSum  `json:"sums" doc:"The lines added up by kind."`
	Lines    []StatementLine `json:"lines" doc:"In order of time."`
}

// StatementSum is what lines of one kind come to.
type StatementSum struct {
	Kind payouts.LineKind `json:"kind" enum:"earned,released,refused,clawed_back,bonus,payout,payout_back,instant_fee,instant_fee_back,tax_withheld,reversed,debt_paid,debt_forgiven,adjustment"`
	MoneyParts
}

// StatementLine is what one thing changed.
type StatementLine struct {
	At      time.Time          `json:"at"`
	Kind    payouts.LineKind   `json:"kind" enum:"earned,released,refused,clawed_back,bonus,payout,payout_back,instant_fee,instant_fee_back,tax_withheld,reversed,debt_paid,debt_forgiven,adjustment"`
	Work    payouts.RewardKind `json:"work,omitempty" enum:"assignment,handoff,review,training,knowledge" doc:"What was worked, of a reward."`
	Subject *uuid.UUID         `json:"subject" format:"uuid" nullable:"true" doc:"The reward's id, the payout's, the bonus's; null where it is about nothing that has one."`
	Program *program.ID        `json:"program" format:"uuid" nullable:"true"`
	Name    string             `json:"program_name,omitempty"`
	Items   []RewardItem       `json:"items,omitempty" doc:"Of what an answer earned: what that is made of. They add up to it."`
	MoneyParts
}

// statementItems are what the earned lines of a statement are made of, by the
// work. What follows with a reward, as its release, does not say it again.
func (a *API) statementItems(ctx context.Context, caller access.Caller, s earnings.Statement) (map[uuid.UUID][]program.QuoteItem, error) {
	var works []uuid.UUID
	for _, l := range s.Lines {
		if l.Kind == payouts.LineEarned && l.Subject != uuid.Nil {
			works = append(works, l.Subject)
		}
	}
	return a.House.Questions.RewardItems(ctx, caller, works)
}

func statementOf(s earnings.Statement, items map[uuid.UUID][]program.QuoteItem) Statement {
	shape := Statement{
		Month: s.Month.String(), Currency: string(s.Currency), Provider: s.Provider, Final: s.Final,
		Opening: moneyParts(s.Opening), Closing: moneyParts(s.Closing), Sums: sumsOf(s.Sums()), Lines: make([]StatementLine, len(s.Lines)),
	}
	for i, l := range s.Lines {
		line := StatementLine{At: l.At, Kind: l.Kind, Work: l.Work, MoneyParts: moneyParts(l.Standing)}
		if l.Subject != uuid.Nil {
			line.Subject = &l.Subject
		}
		if id := program.ID(l.Program); !id.IsZero() {
			line.Program, line.Name = &id, s.Programs[id]
		}
		if l.Kind == payouts.LineEarned {
			line.Items = rewardItems(items[l.Subject])
		}
		shape.Lines[i] = line
	}
	return shape
}

func sumsOf(sums map[payouts.LineKind]payouts.Standing) []StatementSum {
	list := []StatementSum{}
	for _, kind := range payouts.LineKinds {
		if sum, ok := sums[kind]; ok {
			list = append(list, StatementSum{kind, moneyParts(sum)})
		}
	}
	return list
}

const pdfMedia = "application/pdf"

type statementIn struct {
	Month    string `path:"month" pattern:"^[0-9]{4}-(0[1-9]|1[0-2])$" doc:"The month, such as 2026-03."`
	Currency string `path:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217."`
	Format   string `query:"format" enum:"json,csv,pdf" doc:"The form of the answer; by default what the header Accept asks for, text/csv, application/pdf or else JSON."`
	Accept   string `header:"Accept" hidden:"true"`
	Language string `header:"Accept-Language" hidden:"true"`
}

func (in statementIn) pdf() bool {
	if in.Format != "" {
		return in.Format == "pdf"
	}
	return negotiation.SelectQValueFast(in.Accept, []string{jsonMedia, csvMedia, pdfMedia}) == pdfMedia
}

func (a *API) statement(ctx context.Context, caller access.Caller, in *statementIn) (*document, error) {
	s, err := a.House.Earnings.Statement(ctx, caller, in.Month, currency(in.Currency))
	if err != nil {
		return nil, err
	}
	items, err := a.statementItems(ctx, caller, s)
	if err != nil {
		return nil, err
	}
	name := "statement-" + s.Month.String() + "-" + string(s.Currency)
	if in.pdf() {
		file, err := statement.PDF(s, items, in.Language)
		return &document{pdfMedia, fmt.Sprintf("attachment; filename=%q", name+".pdf"), file}, err
	}
	return documentOf(FormParams{in.Format, in.Accept}, name, statementOf(s, items), func() [][]string { return statementRows(s, items) })
}

// statementRows are a statement as a table, whose lines add up downwards.
func statementRows(s earnings.Statement, items map[uuid.UUID][]program.QuoteItem) [][]string {
	row := func(at, kind string, of payouts.Standing, more ...string) []string {
		cells := []string{at, kind}
		for _, minor := range []int64{of.Pending, of.Available, of.Owed, of.Total()} {
			cells = append(cells, decimal(minor, s.Currency))
		}
		return append(append(cells, string(s.Currency)), more...)
	}
	rows := [][]string{
		{"at", "kind", "pending", "available", "owed", "total", "currency", "work", "program", "subject", "items"},
		row(s.Month.Format(time.RFC3339), "opening", s.Opening, "", "", "", ""),
	}
	for _, l := range s.Lines {
		subject, of := "", ""
		if l.Subject != uuid.Nil {
			subject = l.Subject.String()
		}
		if l.Kind == payouts.LineEarned {
			of = itemsCell(items[l.Subject], s.Currency)
		}
		rows = append(rows, row(l.At.Format(time.RFC3339Nano), string(l.Kind), l.Standing, string(l.Work), s.Programs[program.ID(l.Program)], subject, of))
	}
	return append(rows, row(s.Month.Next().Format(time.RFC3339), "closing", s.Closing, "", "", "", ""))
}

// itemsCell is what a reward is made of in one cell of a table, such as
// "base=2.00 language=0.40".
func itemsCell(items []program.QuoteItem, c payouts.Currency) string {
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = item.Code + "=" + decimal(item.Minor, c)
	}
	return strings.Join(parts, " ")
}

// decimal is an amount with all decimals of its currency, without its name.
func decimal(minor int64, c payouts.Currency) string {
	digits, _, _ := strings.Cut(payouts.Money{Minor: minor, Currency: c}.String(), " ")
	return digits
}
