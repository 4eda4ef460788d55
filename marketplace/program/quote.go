package program

import (
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

// QuoteItem is one line of a quote, in minor units of the program's currency,
// with what says where it comes from.
type QuoteItem struct {
	Code     string `json:"code"`
	Minor    int64  `json:"minor" doc:"In minor units of the program's currency."`
	BP       int    `json:"bp,omitempty"`       // what was added, in basis points
	Topic    string `json:"topic,omitempty"`    // slug
	Language string `json:"language,omitempty"` // without region
	Minutes  int    `json:"minutes,omitempty"`  // of work that were reckoned with
	Sample   int    `json:"sample,omitempty"`   // answers that their number is known from; 0: it is assumed
	Waiting  int    `json:"waiting,omitempty"`  // questions
	Hands    int    `json:"hands,omitempty"`    // experts who were free for them
	Hourly   int64  `json:"hourly,omitempty" doc:"The floor of an hour, in minor units."`
	Own      bool   `json:"own,omitempty"` // the floor is that of the expert's country
}

// The codes of quote items.
const (
	ItemBase     = "base"     // the program's base reward
	ItemTopic    = "topic"    // the topic's own reward, in place of the base
	ItemLanguage = "language" // for the question's language
	ItemEffort   = "effort"   // for longer work than the base pays
	ItemQueue    = "queue"    // for many questions that wait
	ItemHour     = "hour"     // for the hour of the week
	ItemBounds   = "bounds"   // to the brand's bounds of the two, or the bound of any reward
	ItemFloor    = "floor"    // to what an hour earns at least
	ItemFee      = "fee"      // the platform's fee
)

// AssumedEffort is how long work is taken to be until it was measured.
const AssumedEffort = 6 * time.Minute

// maxEffort bounds an effort estimate.
const maxEffort = 7 * day

// Total is reward and fee together: what a hold must cover.
func (q Quote) Total() (payouts.Money, error) { return q.Reward.Add(q.Fee) }

// RewardItems are the lines that add up to the reward.
func (q Quote) RewardItems() []QuoteItem {
	var items []QuoteItem
	for _, item := range q.Items {
		if item.Code != ItemFee {
			items = append(items, item)
		}
	}
	return items
}

// Quote prices a question about topic (nil: not known) of the estimated effort
// as it is when nothing else is known: what an expert without a country is
// quoted while no more wait than are free. Errors as Price's.
func (p Program) Quote(topic *Topic, effort time.Duration) (Quote, error) {
	b, err := p.Price(Kind{Topic: topic, Effort: effort})
	if err != nil {
		return Quote{}, err
	}
	return b.Quote("")
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

// price adds the fee to a reward's lines, rounded half up.
func (b Basis) price(items []QuoteItem) (Quote, error) {
	reward := payouts.Money{Minor: sum(items), Currency: b.Currency}
	fee, err := reward.Share(payouts.BasisPoints(b.FeeBP), money.HalfUp)
	if err != nil {
		return Quote{}, &marketplace.InvalidError{Field: "policies.reward.fee_bp", Reason: err.Error()}
	}
	return Quote{
		Reward: reward, Fee: fee, Effort: time.Duration(b.EffortS) * time.Second,
		Items: append(items, QuoteItem{Code: ItemFee, Minor: fee.Minor, BP: b.FeeBP}),
	}, nil
}

func sum(items []QuoteItem) (total int64) {
	for _, item := range items {
		total += item.Minor
	}
	return total
}
