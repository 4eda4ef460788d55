package program

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/text/language"

	"knowhow/marketplace"
)

// RewardPolicy says what an answer earns, in minor units of the program's
// currency, and what the platform takes on top. What is added to or taken from a
// reward is in basis points of it.
type RewardPolicy struct {
	BaseMinor       int64            // per assignment; zero until the brand has decided
	ByTopic         map[string]int64 // by topic slug, in place of BaseMinor
	ByLanguage      map[string]int   // by language without region: what is added to the base
	IncludedMinutes int              // of expected work, that the base pays
	PerMinuteMinor  int64            // for each whole minute of expected work beyond them
	Busy            BusyPolicy
	Floor           FloorPolicy
	FeeBP           int   // the platform's fee on top of the reward
	HandoffShareBP  int   // of the reward, for a handoff the next expert confirms
	ReviewMinor     int64 // per review by a peer; zero: the brand's own people review
}

// BusyPolicy is the part of a reward that moves: with how many questions wait for
// each free expert, and with the hour of the week. The zero value moves nothing.
type BusyPolicy struct {
	QueueBP         int // for each question that waits per free expert, beyond one
	Hours           []HourPolicy
	Zone            string // of Hours, an IANA name; empty: UTC
	LeastBP, MostBP int    // what queue and hour come to together, at the least and at the most
}

// HourPolicy is what some hours of some days add.
type HourPolicy struct {
	Days     []int // 1 Monday to 7 Sunday
	From, To int   // whole hours of the day, To not included: 22 to 24
	BP       int
}

// FloorPolicy is what an hour of the work earns at least, by how long such
// questions take. Zero: there is no floor.
type FloorPolicy struct {
	HourlyMinor int64
	ByCountry   map[string]int64 // by the expert's country, ISO 3166, in place of HourlyMinor
}

// Bounds of what a reward policy adds and takes, in basis points.
const (
	leastAdded = -whole / 2
	mostAdded  = 2 * whole
)

const (
	maxHourParts = 40
	maxFloors    = 250
	maxMinutes   = 24 * 60
)

func (r RewardPolicy) validate() error {
	if err := firstError(
		marketplace.CheckRange("policies.reward.base_minor", r.BaseMinor, 0, MaxRewardMinor),
		marketplace.CheckRange("policies.reward.review_minor", r.ReviewMinor, 0, MaxRewardMinor),
		marketplace.CheckRange("policies.reward.fee_bp", r.FeeBP, 0, whole),
		marketplace.CheckRange("policies.reward.handoff_share_bp", r.HandoffShareBP, 0, whole/2),
		marketplace.CheckRange("policies.reward.by_topic", len(r.ByTopic), 0, maxTopic),
		marketplace.CheckRange("policies.reward.by_language", len(r.ByLanguage), 0, MaxLanguages),
		marketplace.CheckRange("policies.reward.included_minutes", r.IncludedMinutes, 0, maxMinutes),
		marketplace.CheckRange("policies.reward.per_minute_minor", r.PerMinuteMinor, 0, MaxRewardMinor),
	); err != nil {
		return err
	}
	for _, slug := range slices.Sorted(maps.Keys(r.ByTopic)) {
		if err := CheckSlug("policies.reward.by_topic", slug); err != nil {
			return err
		}
		if err := marketplace.CheckRange("policies.reward.by_topic."+slug, r.ByTopic[slug], 1, MaxRewardMinor); err != nil {
			return err
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(r.ByLanguage)) {
		if known, err := Languages("policies.reward.by_language", []string{tag}); err != nil {
			return err
		} else if BaseLanguage(tag) != tag || known[0] != tag {
			return &marketplace.InvalidError{Field: "policies.reward.by_language", Reason: fmt.Sprintf("%.40q is not a language without script and region", tag)}
		}
		if err := marketplace.CheckRange("policies.reward.by_language."+tag, r.ByLanguage[tag], leastAdded, mostAdded); err != nil {
			return err
		}
	}
	return firstError(r.Busy.validate(), r.Floor.validate())
}

func (b BusyPolicy) validate() error {
	if err := firstError(
		marketplace.CheckRange("policies.reward.busy.queue_bp", b.QueueBP, 0, mostAdded),
		marketplace.CheckRange("policies.reward.busy.least_bp", b.LeastBP, leastAdded, 0),
		marketplace.CheckRange("policies.reward.busy.most_bp", b.MostBP, 0, mostAdded),
		marketplace.CheckRange("policies.reward.busy.hours", len(b.Hours), 0, maxHourParts),
	); err != nil {
		return err
	}
	if _, err := zone(b.Zone); err != nil {
		return &marketplace.InvalidError{Field: "policies.reward.busy.zone", Reason: fmt.Sprintf("%.64q is not a time zone", b.Zone)}
	}
	for _, h := range b.Hours {
		if err := h.validate(); err != nil {
			return err
		}
	}
	return nil
}

func (h HourPolicy) validate() error {
	const field = "policies.reward.busy.hours"
	if err := firstError(
		marketplace.CheckRange(field+".days", len(h.Days), 1, 7),
		marketplace.CheckRange(field+".from", h.From, 0, 23),
		marketplace.CheckRange(field+".to", h.To, h.From+1, 24),
		marketplace.CheckRange(field+".bp", h.BP, leastAdded, mostAdded),
	); err != nil {
		return err
	}
	for _, day := range h.Days {
		if err := marketplace.CheckRange(field+".days", day, 1, 7); err != nil {
			return err
		}
	}
	return nil
}

func (f FloorPolicy) validate() error {
	if err := firstError(
		marketplace.CheckRange("policies.reward.floor.hourly_minor", f.HourlyMinor, 0, MaxRewardMinor),
		marketplace.CheckRange("policies.reward.floor.by_country", len(f.ByCountry), 0, maxFloors),
	); err != nil {
		return err
	}
	for _, country := range slices.Sorted(maps.Keys(f.ByCountry)) {
		if err := CheckCountry("policies.reward.floor.by_country", country); err != nil {
			return err
		}
		if err := marketplace.CheckRange("policies.reward.floor.by_country."+country, f.ByCountry[country], 0, MaxRewardMinor); err != nil {
			return err
		}
	}
	return nil
}

// CheckCountry refuses what is not an ISO 3166 two-letter code, for field.
func CheckCountry(field, country string) error {
	region, err := language.ParseRegion(country)
	if err != nil || !region.IsCountry() || region.String() != country {
		return &marketplace.InvalidError{Field: field, Reason: fmt.Sprintf("%.10q is not a two-letter country code", country)}
	}
	return nil
}

// at is the day, 1 Monday to 7 Sunday, and the hour by which Hours go.
func (b BusyPolicy) at(t time.Time) (day, hour int) {
	in, err := zone(b.Zone)
	if err != nil {
		in = time.UTC // validate refuses it
	}
	t = t.In(in)
	return (int(t.Weekday())+6)%7 + 1, t.Hour()
}

// hourBP is what a moment adds: that of the first of Hours it is in.
func (b BusyPolicy) hourBP(day, hour int) int {
	for _, h := range b.Hours {
		if h.From <= hour && hour < h.To && slices.Contains(h.Days, day) {
			return h.BP
		}
	}
	return 0
}

// zones are the time zones that policies name, which are read once.
var zones sync.Map

func zone(name string) (*time.Location, error) {
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location), nil
	}
	loaded, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("load the time zone %.64q", name)
	}
	zones.Store(name, loaded)
	return loaded, nil
}

func (r RewardPolicy) clone() RewardPolicy {
	r.ByTopic, r.ByLanguage, r.Floor.ByCountry = maps.Clone(r.ByTopic), maps.Clone(r.ByLanguage), maps.Clone(r.Floor.ByCountry)
	r.Busy.Hours = slices.Clone(r.Busy.Hours)
	for i, h := range r.Busy.Hours {
		r.Busy.Hours[i].Days = slices.Clone(h.Days)
	}
	return r
}
