package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// RewardPolicy is what an answer earns. What is added to or taken from a reward
// is in basis points of it.
type RewardPolicy struct {
	Base           int64            `json:"base" minimum:"0" doc:"What an answer earns, in minor units of the program's currency, as all amounts here." example:"250"`
	ByTopic        map[string]int64 `json:"by_topic,omitempty" doc:"By topic, in place of base, in minor units."`
	ByLanguage     map[string]int   `json:"by_language,omitempty" doc:"What is added to the base, by the question's language without region, in basis points." example:"{\"ar\":1500}"`
	Effort         *EffortPolicy    `json:"effort,omitempty" doc:"What longer work adds; by default nothing."`
	Busy           *BusyPolicy      `json:"busy,omitempty" doc:"What moves with the queue and the hour; by default nothing."`
	Floor          *FloorPolicy     `json:"floor,omitempty" doc:"What an hour of the work earns at least; by default there is no floor."`
	FeeBP          int              `json:"fee_bp" minimum:"0" doc:"The platform's fee, on top." example:"2000"`
	HandoffShareBP int              `json:"handoff_share_bp" minimum:"0" doc:"Of the reward, for a handoff that helped." example:"2000"`
	Review         int64            `json:"review" minimum:"0" doc:"What a peer's review earns, in minor units; 0: the brand's own people review."`
}

// EffortPolicy is what work adds that takes long.
type EffortPolicy struct {
	IncludedMinutes int   `json:"included_minutes" minimum:"0" maximum:"1440" doc:"Of work, by the median of the last four weeks, that the base pays." example:"10"`
	PerMinute       int64 `json:"per_minute" minimum:"0" doc:"For each whole minute beyond, in minor units." example:"20"`
}

// BusyPolicy is the part of a reward that moves.
type BusyPolicy struct {
	QueueBP int          `json:"queue_bp" minimum:"0" maximum:"20000" doc:"For each question that waits per free expert, beyond one." example:"1000"`
	Hours   []HourPolicy `json:"hours" maxItems:"40" doc:"The first that a moment is in counts."`
	Zone    string       `json:"zone" maxLength:"64" doc:"Of the hours, an IANA name; empty: UTC." example:"Europe/Berlin"`
	LeastBP int          `json:"least_bp" minimum:"-5000" maximum:"0" doc:"What queue and hour come to together, at the least." example:"0"`
	MostBP  int          `json:"most_bp" minimum:"0" maximum:"20000" doc:"At the most." example:"5000"`
}

// HourPolicy is what some hours of some days add.
type HourPolicy struct {
	Days []int `json:"days" minItems:"1" maxItems:"7" doc:"1 Monday to 7 Sunday." example:"[6,7]"`
	From int   `json:"from" minimum:"0" maximum:"23" example:"22"`
	To   int   `json:"to" minimum:"1" maximum:"24" doc:"Not included." example:"24"`
	BP   int   `json:"bp" minimum:"-5000" maximum:"20000" example:"2500"`
}

// FloorPolicy is what an hour of the work earns at least.
type FloorPolicy struct {
	Hourly    int64            `json:"hourly" minimum:"0" doc:"In minor units. By the median time such questions took in the last four weeks: by topic, where there are fewer than 20 answers by program, and where there are fewer of these by six minutes." example:"1500"`
	ByCountry map[string]int64 `json:"by_country,omitempty" doc:"By the expert's country (ISO 3166), in place of hourly, in minor units." example:"{\"CH\":2800}"`
}

func rewardPolicyOf(d program.RewardPolicy) RewardPolicy {
	busy := BusyPolicy{QueueBP: d.Busy.QueueBP, Hours: []HourPolicy{}, Zone: d.Busy.Zone, LeastBP: d.Busy.LeastBP, MostBP: d.Busy.MostBP}
	for _, h := range d.Busy.Hours {
		busy.Hours = append(busy.Hours, HourPolicy(h))
	}
	return RewardPolicy{
		Base: d.BaseMinor, ByTopic: d.ByTopic, ByLanguage: d.ByLanguage, Effort: &EffortPolicy{d.IncludedMinutes, d.PerMinuteMinor}, Busy: &busy,
		Floor: &FloorPolicy{Hourly: d.Floor.HourlyMinor, ByCountry: d.Floor.ByCountry},
		FeeBP: d.FeeBP, HandoffShareBP: d.HandoffShareBP, Review: d.ReviewMinor,
	}
}

func (p RewardPolicy) domain() program.RewardPolicy {
	d := program.RewardPolicy{
		BaseMinor: p.Base, ByTopic: p.ByTopic, ByLanguage: p.ByLanguage, FeeBP: p.FeeBP, HandoffShareBP: p.HandoffShareBP, ReviewMinor: p.Review,
		IncludedMinutes: program.DefaultPolicies().Reward.IncludedMinutes,
	}
	if p.Effort != nil {
		d.IncludedMinutes, d.PerMinuteMinor = p.Effort.IncludedMinutes, p.Effort.PerMinute
	}
	if p.Busy != nil {
		d.Busy = program.BusyPolicy{QueueBP: p.Busy.QueueBP, Zone: p.Busy.Zone, LeastBP: p.Busy.LeastBP, MostBP: p.Busy.MostBP}
		for _, h := range p.Busy.Hours {
			d.Busy.Hours = append(d.Busy.Hours, program.HourPolicy(h))
		}
	}
	if p.Floor != nil {
		d.Floor = program.FloorPolicy{HourlyMinor: p.Floor.Hourly, ByCountry: p.Floor.ByCountry}
	}
	return d
}

// RewardItem is one line of what an answer pays, with where it comes from.
type RewardItem struct {
	Code     string `json:"code" enum:"base,topic,language,effort,queue,hour,bounds,floor,handoff,fee"`
	Minor    int64  `json:"minor" doc:"Added to the reward, in minor units of its currency; below 0: taken from it."`
	BP       int    `json:"bp,omitempty" doc:"The part that was added, in basis points."`
	Topic    string `json:"topic,omitempty" doc:"Whose own reward it is."`
	Language string `json:"language,omitempty"`
	Minutes  int    `json:"minutes,omitempty" doc:"Of work that were reckoned with."`
	Sample   int    `json:"sample,omitempty" doc:"Answers that their number is the median of; absent: it is assumed."`
	Waiting  int    `json:"waiting,omitempty" doc:"Questions that waited."`
	Hands    int    `json:"hands,omitempty" doc:"Experts who were free for them."`
	Hourly   int64  `json:"hourly,omitempty" doc:"The floor of an hour, in minor units."`
	Own      bool   `json:"own,omitempty" doc:"The floor is that of the expert's country."`
}

func rewardItems(items []program.QuoteItem) []RewardItem {
	list := make([]RewardItem, len(items))
	for i, item := range items {
		list[i] = RewardItem(item)
	}
	return list
}

type exampleQuoteIn struct {
	ProgramIn
	Body struct {
		Reward   RewardPolicy `json:"reward" doc:"As it might be; it is not kept."`
		Topic    string       `json:"topic,omitempty" maxLength:"64" doc:"A slug; empty: not known."`
		Language string       `json:"language,omitempty" maxLength:"35" example:"de"`
		EffortS  int64        `json:"effort_s" minimum:"0" maximum:"604800" example:"480"`
		Waiting  int          `json:"waiting" minimum:"0" maximum:"5000" doc:"Questions that wait." example:"6"`
		Hands    int          `json:"hands" minimum:"0" maximum:"100000" doc:"Experts who are free." example:"3"`
		At       *time.Time   `json:"at,omitempty" doc:"By default at no hour." example:"2026-11-22T18:00:00Z"`
		Country  string       `json:"country,omitempty" maxLength:"2" doc:"The expert's; empty: not known." example:"CH"`
	}
}

// ExampleQuote is what an offer would say.
type ExampleQuote struct {
	Reward Money        `json:"reward"`
	Fee    Money        `json:"fee"`
	Held   Money        `json:"held" doc:"Set aside before anybody is asked: the dearest of all countries, with its fee."`
	Items  []RewardItem `json:"items" doc:"They add up to reward and fee."`
}

func (a *API) exampleQuote(ctx context.Context, caller access.Caller, in *exampleQuoteIn) (*One[ExampleQuote], error) {
	b := in.Body
	kind := program.ExampleKind{
		Topic: b.Topic, Language: b.Language, Effort: duration(b.EffortS), Waiting: b.Waiting, Hands: b.Hands, Country: b.Country,
	}
	if b.At != nil {
		kind.At = *b.At
	}
	quote, held, err := a.House.Programs.ExampleQuote(ctx, caller, in.Program, b.Reward.domain(), kind)
	return one(ExampleQuote{Reward: quote.Reward, Fee: quote.Fee, Held: held, Items: rewardItems(quote.Items)}), err
}
