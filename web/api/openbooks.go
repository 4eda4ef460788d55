package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/program"
)

// openBookRoutes are what anybody may know of a program's money.
func (a *API) openBookRoutes() {
	read(a, Route{ID: "getBooks", Path: "/programs/{program}/books", Tag: moneyTag, Who: Who{Kind: Anyone},
		Summary: "Read a program's open books: what work pays, how it is split, and what experts earn",
		About:   "What experts earn is told of the last twelve whole weeks, and of ten experts or more only; what fewer share is null or left out. What each figure is, is in docs/money.md."}, a.openBooks)
}

// OpenBooks are what anybody may know of a program's money.
type OpenBooks struct {
	Program  program.ID `json:"program" format:"uuid"`
	Name     string     `json:"name"`
	Currency string     `json:"currency"`
	FeeBP    int        `json:"fee_bp" doc:"What the brand pays us on top of a reward, in basis points of it."`
	Pay      []PayLine  `json:"pay" doc:"What an answer pays while no more questions wait than experts are free: on topics that experts may answer, then on any other."`
	Work     PayOfWork  `json:"work" doc:"What other work pays."`
	Floor    Money      `json:"floor" doc:"What an hour of the work earns at least; 0: there is no floor."`

	From   time.Time  `json:"from" doc:"Of what was earned from then on."`
	To     time.Time  `json:"to" doc:"And before then."`
	Split  *PaySplit  `json:"split" doc:"Where what the brand spent went; null of fewer than 50 rewards."`
	Weekly *PaySpread `json:"weekly" doc:"What an expert earned in a week, in the mean; null of fewer than ten."`
	Hourly *PaySpread `json:"hourly" doc:"What an hour between acceptance and answer earned; null of fewer than ten experts."`
	Topics []TopicPay `json:"topics" doc:"What an answer earned, by topics that ten experts or more have answered on."`
}

// PayLine is what an answer pays.
type PayLine struct {
	Topic  string `json:"topic" doc:"Slug; empty: any that is not named."`
	Name   string `json:"name"`
	Reward Money  `json:"reward" doc:"For the expert."`
	Fee    Money  `json:"fee" doc:"For us, on top."`
}

// PayOfWork is what is paid beside answers.
type PayOfWork struct {
	HandoffBP int   `json:"handoff_bp" doc:"For a handoff that the next expert confirms, in basis points of the reward."`
	Review    Money `json:"review" doc:"For a peer's review, whatever it says; 0: the brand's own people review."`
	Training  Money `json:"training" doc:"For a complete onboarding; 0: nothing."`
}

// PaySplit is where what the brand spent went, in basis points.
type PaySplit struct {
	ExpertsBP int `json:"experts_bp"`
	FeesBP    int `json:"fees_bp"`
	RefusedBP int `json:"refused_bp" doc:"Of what was earned, what was refused."`
}

// PaySpread is how what experts earned is spread: a quarter got at most low, half
// at most median, three quarters at most high. Two digits count, and each is the
// mean of three experts.
type PaySpread struct {
	Experts int   `json:"experts" doc:"Rounded down to fives."`
	Low     Money `json:"low"`
	Median  Money `json:"median"`
	High    Money `json:"high"`
}

// TopicPay is how what answers on a topic earned is spread.
type TopicPay struct {
	Topic string `json:"topic" doc:"Slug."`
	PaySpread
}

func (a *API) openBooks(ctx context.Context, _ access.Caller, in *ProgramIn) (*One[OpenBooks], error) {
	open, err := a.House.Insight.OpenBooks(ctx, in.Program)
	if err != nil {
		return nil, err
	}
	return one(openBooksOf(open)), nil
}

func openBooksOf(b insight.OpenBooks) OpenBooks {
	money := func(minor int64) Money { return Money{Minor: minor, Currency: b.Currency} }
	spread := func(s insight.Spread) PaySpread {
		return PaySpread{Experts: s.Experts, Low: money(s.Low), Median: money(s.Median), High: money(s.High)}
	}
	some := func(s *insight.Spread) *PaySpread {
		if s == nil {
			return nil
		}
		shape := spread(*s)
		return &shape
	}
	shape := OpenBooks{
		Program: b.Program, Name: b.Name, Currency: string(b.Currency), FeeBP: b.Reward.FeeBP, Pay: make([]PayLine, len(b.Pay)),
		Work:  PayOfWork{HandoffBP: b.Reward.HandoffShareBP, Review: money(b.Reward.ReviewMinor), Training: b.Training},
		Floor: money(b.Reward.Floor.HourlyMinor), From: b.From, To: b.To, Split: (*PaySplit)(b.Split), Weekly: some(b.Weekly), Hourly: some(b.Hourly),
		Topics: make([]TopicPay, len(b.Topics)),
	}
	for i, line := range b.Pay {
		shape.Pay[i] = PayLine(line)
	}
	for i, t := range b.Topics {
		shape.Topics[i] = TopicPay{t.Topic, spread(t.Spread)}
	}
	return shape
}
