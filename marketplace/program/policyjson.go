package program

import (
	"encoding/json"
	"fmt"
	"time"
)

// policiesJSON is how policies are stored: durations in seconds, and names that
// do not change when a Go field is renamed.
type policiesJSON struct {
	Reward rewardJSON `json:"reward"`
	SLA    struct {
		FirstResponse    seconds `json:"first_response"`
		Resolution       seconds `json:"resolution"`
		NudgeAfter       seconds `json:"nudge_after"`
		AutoResolveAfter seconds `json:"auto_resolve_after"`
	} `json:"sla"`
	Routing struct {
		WaveSizes     []int   `json:"wave_sizes"`
		OfferTTL      seconds `json:"offer_ttl"`
		MaxExperts    int     `json:"max_experts"`
		DeliverWithin seconds `json:"deliver_within"`
		BrandMatters  bool    `json:"brand_matters,omitempty"`
	} `json:"routing"`
	Review struct {
		SampleBP           int     `json:"sample_bp"`
		ReleaseAfter       seconds `json:"release_after"`
		AppealWindow       seconds `json:"appeal_window"`
		DecideAppealWithin seconds `json:"decide_appeal_within"`
	} `json:"review"`
	Escalation struct {
		Target string `json:"target"`
	} `json:"escalation"`
	Abuse struct {
		PerCustomer   int `json:"per_customer"`
		PerSource     int `json:"per_source"`
		BudgetShareBP int `json:"budget_share_bp"`
	} `json:"abuse"`
	Admission struct {
		MaxExperts      int   `json:"max_experts"`
		OnboardingMinor int64 `json:"onboarding_minor"`
	} `json:"admission"`
	Rubric map[string]string `json:"rubric,omitempty"`
}

// seconds is a duration that is a whole number of seconds in JSON.
type seconds time.Duration

func (s seconds) MarshalJSON() ([]byte, error) {
	return json.Marshal(int64(time.Duration(s) / time.Second))
}

func (s *seconds) UnmarshalJSON(b []byte) error {
	var n int64
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*s = seconds(time.Duration(n) * time.Second)
	return nil
}

// MarshalJSON writes the stored form.
func (p Policies) MarshalJSON() ([]byte, error) { return json.Marshal(p.stored()) }

// UnmarshalJSON reads the stored form; what it lacks, since it is older than a
// field, takes the default.
func (p *Policies) UnmarshalJSON(b []byte) error {
	s := DefaultPolicies().stored()
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("read policies: %w", err)
	}
	*p = s.policies()
	return nil
}

func (p Policies) stored() policiesJSON {
	var s policiesJSON
	s.Reward = p.Reward.stored()
	s.SLA.FirstResponse, s.SLA.Resolution = seconds(p.SLA.FirstResponse), seconds(p.SLA.Resolution)
	s.SLA.NudgeAfter, s.SLA.AutoResolveAfter = seconds(p.SLA.NudgeAfter), seconds(p.SLA.AutoResolveAfter)
	s.Routing.WaveSizes, s.Routing.OfferTTL = p.Routing.WaveSizes, seconds(p.Routing.OfferTTL)
	s.Routing.MaxExperts, s.Routing.DeliverWithin = p.Routing.MaxExperts, seconds(p.Routing.DeliverWithin)
	s.Routing.BrandMatters = p.Routing.BrandMatters
	s.Review.SampleBP, s.Review.ReleaseAfter = p.Review.SampleBP, seconds(p.Review.ReleaseAfter)
	s.Review.AppealWindow = seconds(p.Review.AppealWindow)
	s.Review.DecideAppealWithin = seconds(p.Review.DecideAppealWithin)
	s.Escalation.Target = p.Escalation.Target
	s.Abuse.PerCustomer, s.Abuse.PerSource, s.Abuse.BudgetShareBP = p.Abuse.PerCustomer, p.Abuse.PerSource, p.Abuse.BudgetShareBP
	s.Rubric = p.Rubric
	s.Admission.MaxExperts, s.Admission.OnboardingMinor = p.Admission.MaxExperts, p.Admission.OnboardingMinor
	return s
}

func (s policiesJSON) policies() Policies {
	return Policies{
		Reward: s.Reward.policy(),
		SLA: SLAPolicy{
			FirstResponse: time.Duration(s.SLA.FirstResponse), Resolution: time.Duration(s.SLA.Resolution),
			NudgeAfter: time.Duration(s.SLA.NudgeAfter), AutoResolveAfter: time.Duration(s.SLA.AutoResolveAfter),
		},
		Routing: RoutingPolicy{
			WaveSizes: s.Routing.WaveSizes, OfferTTL: time.Duration(s.Routing.OfferTTL),
			MaxExperts: s.Routing.MaxExperts, DeliverWithin: time.Duration(s.Routing.DeliverWithin), BrandMatters: s.Routing.BrandMatters,
		},
		Review: ReviewPolicy{
			SampleBP: s.Review.SampleBP, ReleaseAfter: time.Duration(s.Review.ReleaseAfter),
			AppealWindow:       time.Duration(s.Review.AppealWindow),
			DecideAppealWithin: time.Duration(s.Review.DecideAppealWithin),
		},
		Escalation: EscalationPolicy(s.Escalation),
		Abuse:      AbusePolicy(s.Abuse),
		Admission:  AdmissionPolicy(s.Admission),
		Rubric:     s.Rubric,
	}
}
