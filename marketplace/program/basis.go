package program

import (
	"fmt"
	"time"

	"knowhow/marketplace"
	"knowhow/payouts"
)

// Kind is what a quote depends on beside the policies.
type Kind struct {
	Topic    *Topic        // nil: not known
	Language string        // BCP 47; empty: not known
	Effort   time.Duration // how long such work takes
	Sample   int           // answers that is known from; 0: it is assumed
	Waiting  int           // questions of the kind that wait, this one with them
	Hands    int           // experts who are free for it
	At       time.Time     // zero: at no hour
}

// Basis is all that a quote is computed from, in whole numbers: the same basis
// gives the same quotes, whatever becomes of the policies. It is kept with the
// decision to ask, so that later waves are quoted by it too.
type Basis struct {
	Currency payouts.Currency `json:"currency"`
	Topic    string           `json:"topic,omitempty"` // whose own reward the base is
	Base     int64            `json:"base" doc:"What it starts from, in minor units."`

	Language   string `json:"language,omitempty"`
	LanguageBP int    `json:"language_bp,omitempty"`

	EffortS   int   `json:"effort_s"`
	Sample    int   `json:"sample,omitempty"`
	Included  int   `json:"included,omitempty"` // minutes
	PerMinute int64 `json:"per_minute,omitempty" doc:"For each minute beyond those included, in minor units."`

	Waiting int `json:"waiting,omitempty"`
	Hands   int `json:"hands,omitempty"`
	QueueBP int `json:"queue_bp,omitempty"`
	Day     int `json:"day,omitempty"` // 1 Monday to 7 Sunday, in the policy's zone
	Hour    int `json:"hour,omitempty"`
	HourBP  int `json:"hour_bp,omitempty"`
	LeastBP int `json:"least_bp,omitempty"`
	MostBP  int `json:"most_bp,omitempty"`

	Floor  int64            `json:"floor,omitempty" doc:"What an hour earns at least, in minor units."`
	Floors map[string]int64 `json:"floors,omitempty" doc:"The same by country, in minor units."`
	FeeBP  int              `json:"fee_bp"`
}

// Price finds what a question of a kind is quoted from. It is pure: the same
// policies and kind give the same basis. A topic of another program, a negative
// effort and a base of zero are an *InvalidError.
func (p Program) Price(k Kind) (Basis, error) {
	if k.Effort < 0 || k.Effort > maxEffort {
		return Basis{}, &marketplace.InvalidError{Field: "effort", Reason: fmt.Sprintf("must be from 0 to %s", maxEffort)}
	}
	r := p.Policies.Reward
	b := Basis{
		Currency: p.Currency, Base: r.BaseMinor, EffortS: int(k.Effort / time.Second), Sample: k.Sample,
		Included: r.IncludedMinutes, PerMinute: r.PerMinuteMinor, Waiting: k.Waiting, Hands: k.Hands, QueueBP: r.Busy.QueueBP,
		LeastBP: r.Busy.LeastBP, MostBP: r.Busy.MostBP, Floor: r.Floor.HourlyMinor, Floors: r.Floor.ByCountry, FeeBP: r.FeeBP,
	}
	if k.Topic != nil {
		if k.Topic.ProgramID != p.ID {
			return Basis{}, &marketplace.InvalidError{Field: "topic", Reason: "belongs to another program"}
		}
		if minor, ok := r.ByTopic[k.Topic.Slug]; ok {
			b.Topic, b.Base = k.Topic.Slug, minor
		}
	}
	if b.Base <= 0 {
		return Basis{}, &marketplace.InvalidError{Field: "policies.reward.base_minor", Reason: "is zero: nobody works for nothing"}
	}
	if lang := BaseLanguage(k.Language); r.ByLanguage[lang] != 0 {
		b.Language, b.LanguageBP = lang, r.ByLanguage[lang]
	}
	if len(r.Busy.Hours) > 0 && !k.At.IsZero() {
		b.Day, b.Hour = r.Busy.at(k.At)
		b.HourBP = r.Busy.hourBP(b.Day, b.Hour)
	}
	return b, nil
}

// Quote is what an expert of a country (empty: not known) is offered. What is
// added or taken is rounded toward nothing, the floor up, the fee half up.
func (b Basis) Quote(country string) (Quote, error) {
	return b.price(b.withFloor(b.moving(b.base()), country))
}

// Dearest is the highest that any expert is quoted, whatever their country: what
// is held before anyone is asked.
func (b Basis) Dearest() (Quote, error) {
	dearest := b.Floor
	for _, hourly := range b.Floors {
		dearest = max(dearest, hourly)
	}
	b.Floor, b.Floors = dearest, nil
	return b.Quote("")
}

// Ceiling is the dearest at any hour and however many wait.
func (b Basis) Ceiling() (Quote, error) {
	b.HourBP = max(b.HourBP, b.MostBP)
	return b.Dearest()
}

// base is what the work itself pays.
func (b Basis) base() []QuoteItem {
	items := []QuoteItem{{Code: ItemBase, Minor: b.Base}}
	if b.Topic != "" {
		items[0].Code, items[0].Topic = ItemTopic, b.Topic
	}
	if minor := part(b.Base, b.LanguageBP); minor != 0 {
		items = append(items, QuoteItem{Code: ItemLanguage, Minor: minor, BP: b.LanguageBP, Language: b.Language})
	}
	if beyond := b.EffortS/60 - b.Included; beyond > 0 && b.PerMinute > 0 {
		items = append(items, QuoteItem{Code: ItemEffort, Minor: int64(beyond) * b.PerMinute, Minutes: b.EffortS / 60, Sample: b.Sample})
	}
	return items
}

// moving adds what queue and hour come to, within the bounds.
func (b Basis) moving(items []QuoteItem) []QuoteItem {
	work := min(sum(items), MaxRewardMinor)
	queue := b.pressureBP()
	added := max(b.LeastBP, min(queue+b.HourBP, b.MostBP))
	parts := []QuoteItem{
		{Code: ItemQueue, Minor: part(work, queue), BP: queue, Waiting: b.Waiting, Hands: b.Hands},
		{Code: ItemHour, Minor: part(work, b.HourBP), BP: b.HourBP},
	}
	for _, item := range parts {
		if item.Minor != 0 {
			items = append(items, item)
		}
	}
	if over := min(work+part(work, added), MaxRewardMinor) - sum(items); over != 0 {
		items = append(items, QuoteItem{Code: ItemBounds, Minor: over, BP: added})
	}
	return items
}

// mostPressure bounds how many questions count as waiting for one expert.
const mostPressure = 100

// pressureBP is what the queue adds: for each question that waits per free
// expert, beyond one, and parts of it.
func (b Basis) pressureBP() int {
	hands := max(b.Hands, 1)
	beyond := min(b.Waiting, mostPressure*hands) - hands
	if b.QueueBP <= 0 || beyond <= 0 {
		return 0
	}
	return b.QueueBP * beyond / hands
}

// withFloor adds what is missing to the floor of a country.
func (b Basis) withFloor(items []QuoteItem, country string) []QuoteItem {
	hourly, own := b.Floors[country]
	if !own {
		hourly = b.Floor
	}
	least := min((hourly*int64(b.EffortS)+3599)/3600, MaxRewardMinor)
	if missing := least - sum(items); missing > 0 {
		items = append(items, QuoteItem{
			Code: ItemFloor, Minor: missing, Hourly: hourly, Own: own, Minutes: (b.EffortS + 59) / 60, Sample: b.Sample,
		})
	}
	return items
}

// part is bp basis points of an amount, rounded toward nothing.
func part(minor int64, bp int) int64 { return minor * int64(bp) / whole }
