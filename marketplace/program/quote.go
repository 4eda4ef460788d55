package program

import (
	"fmt"
	"time"

	"knowhow/marketplace"
	"knowhow/payouts"
	"knowhow/payouts/money"
)

// Quote is what answering a question costs and pays, shown before anyone works.
type Quote struct {
	Reward payouts.Money // for the expert
	Fee    payouts.Money // for the platform, on top
	Effort time.Duration // estimated work
	Items  []QuoteItem   // add up to Reward + Fee
}

// QuoteItem is one line of a quote, in minor units of the program's currency.
type QuoteItem struct {
	Code  string
	Minor int64
}

// The codes of quote items.
const (
	ItemBase  = "base"  // the program's base reward
	ItemTopic = "topic" // the topic's own reward, in place of the base
	ItemFee   = "fee"   // the platform's fee
)

// maxEffort bounds an effort estimate.
const maxEffort = 7 * day

// Total is reward and fee together: what a hold must cover.
func (q Quote) Total() (payouts.Money, error) { return q.Reward.Add(q.Fee) }

// Quote prices a question about topic (nil: not known) of the estimated effort.
// It is pure: the same policies give the same quote. The fee is rounded half
// up. A topic of another program, a negative effort and a reward of zero are an
// *InvalidError.
func (p Program) Quote(topic *Topic, effort time.Duration) (Quote, error) {
	if effort < 0 || effort > maxEffort {
		return Quote{}, &marketplace.InvalidError{Field: "effort", Reason: fmt.Sprintf("must be from 0 to %s", maxEffort)}
	}
	item := QuoteItem{ItemBase, p.Policies.Reward.BaseMinor}
	if topic != nil {
		if topic.ProgramID != p.ID {
			return Quote{}, &marketplace.InvalidError{Field: "topic", Reason: "belongs to another program"}
		}
		if minor, ok := p.Policies.Reward.ByTopic[topic.Slug]; ok {
			item = QuoteItem{ItemTopic, minor}
		}
	}
	return p.price(item, effort)
}

func (p Program) price(item QuoteItem, effort time.Duration) (Quote, error) {
	if item.Minor <= 0 {
		return Quote{}, &marketplace.InvalidError{Field: "policies.reward.base_minor", Reason: "is zero: nobody works for nothing"}
	}
	reward := payouts.Money{Minor: item.Minor, Currency: p.Currency}
	fee, err := reward.Share(payouts.BasisPoints(p.Policies.Reward.FeeBP), money.HalfUp)
	if err != nil {
		return Quote{}, &marketplace.InvalidError{Field: "policies.reward.fee_bp", Reason: err.Error()}
	}
	return Quote{Reward: reward, Fee: fee, Effort: effort, Items: []QuoteItem{item, {ItemFee, fee.Minor}}}, nil
}

// HighestQuote is the dearest of the quotes for the topics a question may turn
// out to be about: what is held before anyone is asked. Without topics it is
// the quote for an unknown one.
func (p Program) HighestQuote(effort time.Duration, topics ...*Topic) (Quote, error) {
	if len(topics) == 0 {
		return p.Quote(nil, effort)
	}
	var highest Quote
	for _, t := range topics {
		q, err := p.Quote(t, effort)
		if err != nil {
			return Quote{}, err
		}
		if q.Reward.Minor+q.Fee.Minor > highest.Reward.Minor+highest.Fee.Minor {
			highest = q
		}
	}
	return highest, nil
}

// ReviewReward is what a peer's review pays, without a fee; zero where the
// brand's own people review.
func (p Program) ReviewReward() payouts.Money {
	return payouts.Money{Minor: p.Policies.Reward.ReviewMinor, Currency: p.Currency}
}

// HandoffShare is the part of reward for a handoff that the next expert
// confirms, rounded down.
func (p Program) HandoffShare(reward payouts.Money) (payouts.Money, error) {
	return reward.Share(payouts.BasisPoints(p.Policies.Reward.HandoffShareBP), money.Down)
}
