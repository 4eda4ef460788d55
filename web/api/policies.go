package api

import (
	"time"

	"knowhow/marketplace/program"
)

// Policies are what a brand decides about a program. Amounts are in minor units
// of the program's currency, shares in basis points, durations in seconds.
type Policies struct {
	Reward RewardPolicy `json:"reward"`
	SLA    struct {
		FirstResponseS    int64 `json:"first_response_s" minimum:"1" example:"3600"`
		ResolutionS       int64 `json:"resolution_s" minimum:"1" example:"86400"`
		NudgeAfterS       int64 `json:"nudge_after_s" minimum:"1" doc:"Silence after an answer until the customer is told that it will count as solved." example:"86400"`
		AutoResolveAfterS int64 `json:"auto_resolve_after_s" minimum:"1" doc:"Silence until it does." example:"259200"`
	} `json:"sla"`
	Routing struct {
		WaveSizes      []int `json:"wave_sizes" minItems:"1" maxItems:"20" doc:"Offers in the first, second, … wave; the last repeats." example:"[1,3,5]"`
		OfferTTLS      int64 `json:"offer_ttl_s" minimum:"1" doc:"How long an offer waits." example:"900"`
		MaxExperts     int   `json:"max_experts" minimum:"1" doc:"Asked before the question escalates." example:"20"`
		DeliverWithinS int64 `json:"deliver_within_s" minimum:"1" doc:"An accepted question without an answer goes back." example:"7200"`
		BrandMatters   bool  `json:"brand_matters,omitempty" doc:"What by its words only the brand can settle goes to its team at once: safety, legal matters, personal data."`
	} `json:"routing"`
	Review struct {
		SampleBP            int   `json:"sample_bp" minimum:"0" maximum:"10000" doc:"The share of work that is reviewed." example:"1000"`
		ReleaseAfterS       int64 `json:"release_after_s" minimum:"1" doc:"From earned to available, at the latest." example:"604800"`
		AppealWindowS       int64 `json:"appeal_window_s" minimum:"1" example:"1209600"`
		DecideAppealWithinS int64 `json:"decide_appeal_within_s" minimum:"1" doc:"Else the appeal is upheld." example:"1209600"`
	} `json:"review"`
	Escalation struct {
		Target string `json:"target" maxLength:"64" doc:"Who gets what no expert takes." example:"team"`
	} `json:"escalation"`
	Abuse     *AbusePolicy      `json:"abuse,omitempty" doc:"By default safe bounds."`
	Admission *AdmissionPolicy  `json:"admission,omitempty" doc:"By default no cap, and no pay."`
	Rubric    map[string]string `json:"rubric,omitempty" doc:"What reviewers judge by, in the brand's words: what correct, complete, kind, safe, honest and tone mean here. Work is judged by its tone where it is said what the right one is." example:"{\"tone\":\"Friendly and short; no jargon.\"}"`
}

// AdmissionPolicy says how many experts a program has, and what becoming one
// earns.
type AdmissionPolicy struct {
	MaxExperts int   `json:"max_experts" minimum:"0" maximum:"1000000" doc:"With those on their way in; more wait for a place. 0: no cap."`
	Onboarding int64 `json:"onboarding" minimum:"0" doc:"What a complete onboarding earns, in minor units of the program's currency; 0: nothing."`
}

// AbusePolicy bounds what customers who are not verified may ask a day, in UTC;
// 0: nothing.
type AbusePolicy struct {
	PerCustomer   int `json:"per_customer" minimum:"0" maximum:"10000" doc:"Questions of one customer, which is one browser." example:"5"`
	PerSource     int `json:"per_source" minimum:"0" maximum:"10000" doc:"Questions from one address." example:"20"`
	BudgetShareBP int `json:"budget_share_bp" minimum:"0" maximum:"10000" doc:"Of the free budget, for all their questions together." example:"1000"`
}

func policiesOf(d program.Policies) Policies {
	var p Policies
	p.Reward = rewardPolicyOf(d.Reward)
	p.SLA.FirstResponseS, p.SLA.ResolutionS = seconds(d.SLA.FirstResponse), seconds(d.SLA.Resolution)
	p.SLA.NudgeAfterS, p.SLA.AutoResolveAfterS = seconds(d.SLA.NudgeAfter), seconds(d.SLA.AutoResolveAfter)
	p.Routing.WaveSizes, p.Routing.OfferTTLS = d.Routing.WaveSizes, seconds(d.Routing.OfferTTL)
	p.Routing.MaxExperts, p.Routing.DeliverWithinS = d.Routing.MaxExperts, seconds(d.Routing.DeliverWithin)
	p.Routing.BrandMatters = d.Routing.BrandMatters
	p.Review.SampleBP, p.Review.ReleaseAfterS = d.Review.SampleBP, seconds(d.Review.ReleaseAfter)
	p.Review.AppealWindowS, p.Review.DecideAppealWithinS = seconds(d.Review.AppealWindow), seconds(d.Review.DecideAppealWithin)
	p.Escalation.Target = d.Escalation.Target
	abuse := AbusePolicy(d.Abuse)
	p.Abuse = &abuse
	p.Rubric = d.Rubric
	p.Admission = &AdmissionPolicy{MaxExperts: d.Admission.MaxExperts, Onboarding: d.Admission.OnboardingMinor}
	return p
}

func (p Policies) domain() program.Policies {
	abuse := program.DefaultPolicies().Abuse
	if p.Abuse != nil {
		abuse = program.AbusePolicy(*p.Abuse)
	}
	var admission program.AdmissionPolicy
	if p.Admission != nil {
		admission = program.AdmissionPolicy{MaxExperts: p.Admission.MaxExperts, OnboardingMinor: p.Admission.Onboarding}
	}
	return program.Policies{
		Reward: p.Reward.domain(),
		SLA: program.SLAPolicy{
			FirstResponse: duration(p.SLA.FirstResponseS), Resolution: duration(p.SLA.ResolutionS),
			NudgeAfter: duration(p.SLA.NudgeAfterS), AutoResolveAfter: duration(p.SLA.AutoResolveAfterS),
		},
		Routing: program.RoutingPolicy{
			WaveSizes: p.Routing.WaveSizes, OfferTTL: duration(p.Routing.OfferTTLS),
			MaxExperts: p.Routing.MaxExperts, DeliverWithin: duration(p.Routing.DeliverWithinS), BrandMatters: p.Routing.BrandMatters,
		},
		Review: program.ReviewPolicy{
			SampleBP: p.Review.SampleBP, ReleaseAfter: duration(p.Review.ReleaseAfterS),
			AppealWindow: duration(p.Review.AppealWindowS), DecideAppealWithin: duration(p.Review.DecideAppealWithinS),
		},
		Escalation: program.EscalationPolicy{Target: p.Escalation.Target},
		Abuse:      abuse,
		Admission:  admission,
		Rubric:     p.Rubric,
	}
}

// duration reads whole seconds; what is longer than a time.Duration holds
// becomes the longest, which every policy refuses.
func duration(s int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Second)
	return time.Duration(min(s, most)) * time.Second
}
