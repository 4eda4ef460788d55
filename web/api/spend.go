package api

import (
	"context"
	"strconv"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// spendRoutes are what programs' money was spent on.
func (a *API) spendRoutes() {
	seeing := member(access.SeeMoney)
	read(a, Route{ID: "getSpend", Path: "/programs/{program}/spend", Tag: moneyTag, Who: seeing,
		Summary: "Read what a program's money was spent on, to the cent",
		About:   "By default the last four weeks. As CSV there is a line for each thing, with its posting in the books; a period of more than 50,000 of them is refused.", shape: Spend{}}, a.spend)
	read(a, Route{ID: "listQuestionSpend", Path: "/programs/{program}/spend/questions", Tag: moneyTag, Who: seeing,
		Summary: "List what each question has cost, the last asked first", About: "Those on which anything was earned in the period. Where every cent of one went is in its receipt."}, a.questionSpends)
}

// Spend is what a program's money was spent on in a period.
type Spend struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Experts   Money     `json:"experts" doc:"Earned by experts and reviewers, less what was refused."`
	Fees      Money     `json:"fees" doc:"Ours, on that."`
	Bonuses   Money     `json:"bonuses"`
	TakenBack Money     `json:"taken_back" doc:"Of released pay and the fees on it."`
	Spent     Money     `json:"spent" doc:"All of it, less what was taken back."`
	Pending   Money     `json:"pending" doc:"Of it, what may still be refused."`
	Refused   Money     `json:"refused" doc:"Earned in the period, and back in the budget."`
	Questions int       `json:"questions" doc:"That it was about."`
}

func spendOf(s insight.Spend) Spend {
	money := func(minor int64) Money { return Money{Minor: minor, Currency: s.Currency} }
	return Spend{
		From: s.From, To: s.To, Experts: money(s.Experts), Fees: money(s.Fees), Bonuses: money(s.Bonuses), TakenBack: money(s.TakenBack),
		Spent: money(s.Spent), Pending: money(s.Pending), Refused: money(s.Refused), Questions: s.Questions,
	}
}

// spendRows is the spend as a table.
func spendRows(s insight.Spend) [][]string {
	rows := [][]string{{"at", "kind", "question", "state", "expert_minor", "fee_minor", "total_minor", "currency", "posting"}}
	for _, l := range s.Lines {
		about := ""
		if !l.Question.IsZero() {
			about = l.Question.String()
		}
		rows = append(rows, []string{
			l.At.Format(time.RFC3339Nano), l.Kind, about, l.State, strconv.FormatInt(l.Expert, 10), strconv.FormatInt(l.Fee, 10),
			strconv.FormatInt(l.Total(), 10), string(s.Currency), l.Posting,
		})
	}
	return rows
}

// PeriodParams are of which period something is asked.
type PeriodParams struct {
	From time.Time `query:"from" doc:"From then on; by default four weeks before its end."`
	To   time.Time `query:"to" doc:"Before then; by default now."`
}

func (p PeriodParams) asked() insight.Asked { return insight.Asked{From: p.From, To: p.To} }

type spendIn struct {
	ProgramIn
	PeriodParams
	FormParams
}

func (a *API) spend(ctx context.Context, caller access.Caller, in *spendIn) (*document, error) {
	s, err := a.House.Insight.Spend(ctx, caller, in.Program, in.asked())
	if err != nil {
		return nil, err
	}
	return documentOf(in.FormParams, "spend", spendOf(s), func() [][]string { return spendRows(s) })
}

// QuestionSpend is what one question has cost.
type QuestionSpend struct {
	Question question.ID `json:"question" format:"uuid"`
	Topic    string      `json:"topic" doc:"Slug; empty where none is known."`
	AskedAt  time.Time   `json:"asked_at"`
	Experts  Money       `json:"experts" doc:"Earned by experts and reviewers, and what they were thanked with, less what was refused or taken back; below zero where more came back in the period."`
	Fees     Money       `json:"fees"`
	Total    Money       `json:"total"`
	Pending  Money       `json:"pending" doc:"Of it, what may still be refused."`
	Refused  Money       `json:"refused" doc:"Back in the budget."`
}

type questionSpendsIn struct {
	ProgramIn
	PeriodParams
	PageParams
}

func (a *API) questionSpends(ctx context.Context, caller access.Caller, in *questionSpendsIn) (*Listed[QuestionSpend], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	found, of, err := a.House.Insight.QuestionSpends(ctx, caller, in.Program, in.asked(), page)
	return listOf(found, func(q insight.QuestionSpend) QuestionSpend {
		money := func(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: of} }
		return QuestionSpend{
			Question: q.QuestionID, Topic: q.Topic, AskedAt: q.AskedAt, Experts: money(q.Experts), Fees: money(q.Fees),
			Total: money(q.Experts + q.Fees), Pending: money(q.Pending), Refused: money(q.Refused),
		}
	}), err
}
