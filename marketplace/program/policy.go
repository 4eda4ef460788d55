package program

import (
	"fmt"
	"time"

	"knowhow/marketplace"
)

// Policies is what a brand decides about a program. The zero value is not
// valid; start from DefaultPolicies. Durations are stored as whole seconds.
type Policies struct {
	Reward     RewardPolicy
	SLA        SLAPolicy
	Routing    RoutingPolicy
	Review     ReviewPolicy
	Escalation EscalationPolicy
	Abuse      AbusePolicy
	Admission  AdmissionPolicy
	Rubric     Rubric // what reviewers judge by, in the brand's words; may be nil
}

// SLAPolicy is the promise to the customer, counted from the asking; its clock
// never starts anew. NudgeAfter and AutoResolveAfter count the customer's
// silence after an answer.
type SLAPolicy struct {
	FirstResponse    time.Duration
	Resolution       time.Duration
	NudgeAfter       time.Duration
	AutoResolveAfter time.Duration
}

// RoutingPolicy says how many experts are asked at a time, and for how long.
type RoutingPolicy struct {
	WaveSizes     []int         // offers in the first, second, … wave; the last size repeats
	OfferTTL      time.Duration // how long an offer waits for its expert
	MaxExperts    int           // asked per attempt before the question escalates
	DeliverWithin time.Duration // an accepted question without an answer goes back
	BrandMatters  bool          // what by its words only the brand can settle goes to its team at once
}

// ReviewPolicy says how much work is checked and when pay is certain.
type ReviewPolicy struct {
	SampleBP           int           // share of assignments that are reviewed, basis points
	ReleaseAfter       time.Duration // from earned to available, at the latest
	AppealWindow       time.Duration // an expert may appeal a refusal for this long
	DecideAppealWithin time.Duration // else the appeal is upheld
}

// EscalationPolicy names who gets a question that no expert takes.
type EscalationPolicy struct {
	Target string // a slug: "team", the brand's agents
}

// AbusePolicy bounds what customers whom the brand does not vouch for may ask,
// each per day in UTC; zero: nothing. Verified customers have no such bounds.
type AbusePolicy struct {
	PerCustomer   int // questions of one customer, which is one browser
	PerSource     int // questions from one address
	BudgetShareBP int // of the program's free budget, all their questions together, basis points
}

// AdmissionPolicy says how many experts a program has, and what becoming one
// earns.
type AdmissionPolicy struct {
	MaxExperts      int   // with those on their way in; more wait for a place. Zero: no cap
	OnboardingMinor int64 // for an onboarding of which every step is done; zero: nothing
}

const day = 24 * time.Hour

// DefaultPolicies are safe to start with: one expert first, then three, then
// five; modest waits; a tenth of the work reviewed; pay certain after a week; for
// customers nobody vouches for, few questions and a tenth of the free budget a day.
// The base reward is zero because nobody's money is spent without a decision.
func DefaultPolicies() Policies {
	return Policies{
		Reward: RewardPolicy{FeeBP: 2000, HandoffShareBP: 2000, IncludedMinutes: 10},
		SLA: SLAPolicy{
			FirstResponse: time.Hour, Resolution: day,
			NudgeAfter: day, AutoResolveAfter: 3 * day,
		},
		Routing: RoutingPolicy{
			WaveSizes: []int{1, 3, 5}, OfferTTL: 15 * time.Minute,
			MaxExperts: 20, DeliverWithin: 2 * time.Hour,
		},
		Review:     ReviewPolicy{SampleBP: 1000, ReleaseAfter: 7 * day, AppealWindow: 14 * day, DecideAppealWithin: 14 * day},
		Escalation: EscalationPolicy{Target: "team"},
		Abuse:      AbusePolicy{PerCustomer: 5, PerSource: 20, BudgetShareBP: 1000},
	}
}

// MaxRewardMinor bounds every amount of a reward policy: a typing error must
// not empty a budget.
const MaxRewardMinor = 100_000_000

// whole is all of something in basis points.
const whole = 10_000

// Validate returns an *InvalidError for the first bad field, such as
// policies.sla.first_response.
func (p Policies) Validate() error {
	for _, check := range []func() error{
		p.Reward.validate, p.SLA.validate, p.Routing.validate, p.Review.validate,
		func() error { return CheckSlug("policies.escalation.target", p.Escalation.Target) }, p.Abuse.validate, p.Admission.validate, p.Rubric.validate,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (s SLAPolicy) validate() error {
	return firstError(
		lasts("policies.sla.first_response", s.FirstResponse, time.Minute, 30*day),
		lasts("policies.sla.resolution", s.Resolution, s.FirstResponse, 90*day),
		lasts("policies.sla.nudge_after", s.NudgeAfter, time.Minute, 30*day),
		lasts("policies.sla.auto_resolve_after", s.AutoResolveAfter, s.NudgeAfter+time.Minute, 90*day),
	)
}

func (r RoutingPolicy) validate() error {
	if err := marketplace.CheckRange("policies.routing.wave_sizes", len(r.WaveSizes), 1, 20); err != nil {
		return err
	}
	for _, size := range r.WaveSizes {
		if err := marketplace.CheckRange("policies.routing.wave_sizes", size, 1, 100); err != nil {
			return err
		}
	}
	return firstError(
		lasts("policies.routing.offer_ttl", r.OfferTTL, time.Minute, 7*day),
		marketplace.CheckRange("policies.routing.max_experts", r.MaxExperts, 1, 10_000),
		lasts("policies.routing.deliver_within", r.DeliverWithin, time.Minute, 30*day),
	)
}

func (r ReviewPolicy) validate() error {
	return firstError(
		marketplace.CheckRange("policies.review.sample_bp", r.SampleBP, 0, whole),
		lasts("policies.review.release_after", r.ReleaseAfter, time.Hour, 30*day),
		lasts("policies.review.appeal_window", r.AppealWindow, 7*day, 90*day),
		lasts("policies.review.decide_appeal_within", r.DecideAppealWithin, day, 30*day),
	)
}

// maxADay bounds the questions a day of a cap: more is no cap.
const maxADay = 10_000

func (a AbusePolicy) validate() error {
	return firstError(
		marketplace.CheckRange("policies.abuse.per_customer", a.PerCustomer, 0, maxADay),
		marketplace.CheckRange("policies.abuse.per_source", a.PerSource, 0, maxADay),
		marketplace.CheckRange("policies.abuse.budget_share_bp", a.BudgetShareBP, 0, whole),
	)
}

func (a AdmissionPolicy) validate() error {
	return firstError(
		marketplace.CheckRange("policies.admission.max_experts", a.MaxExperts, 0, 1_000_000),
		marketplace.CheckRange("policies.admission.onboarding_minor", a.OnboardingMinor, 0, MaxRewardMinor),
	)
}

// WaveSize is how many offers wave n has, counted from zero.
func (r RoutingPolicy) WaveSize(n int) int {
	return r.WaveSizes[max(0, min(n, len(r.WaveSizes)-1))]
}

func lasts(field string, d, least, most time.Duration) error {
	switch {
	case d < least || d > most:
		return &marketplace.InvalidError{Field: field, Reason: fmt.Sprintf("is %s, must be from %s to %s", d, least, most)}
	case d%time.Second != 0:
		return &marketplace.InvalidError{Field: field, Reason: "must be whole seconds"}
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
