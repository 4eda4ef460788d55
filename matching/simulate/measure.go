package simulate

import (
	"math"
	"slices"
	"time"
)

// tally is what is counted in a run.
type tally struct {
	asked, ended, resolved, resolvedLate, escalated int
	answers, offers                                 int
	first                                           []time.Duration
	longest                                         time.Duration
	told, kept                                      int
	days                                            float64

	newHours, newOffers, twinOffers float64
}

// Report is what a run came to. Times are in seconds, rates shares of 1.
type Report struct {
	Policy string  `json:"policy"`
	Seed   uint64  `json:"seed"`
	Load   float64 `json:"load"`
	Figures
}

// Figures are what is measured.
type Figures struct {
	// ResolutionRate is of questions, by experts; LaterRate of the second half.
	ResolutionRate float64 `json:"resolution_rate"`
	LaterRate      float64 `json:"resolution_rate_later"`
	// The first response is an expert's, or the brand's.
	FirstResponseP50 float64 `json:"first_response_p50_s"`
	FirstResponseP90 float64 `json:"first_response_p90_s"`
	// MaxWait is for an expert who works on it, at a stretch; WaitBound what it may be.
	MaxWait   float64 `json:"max_wait_s"`
	WaitBound float64 `json:"wait_bound_s"`
	// NewcomerShare is what newcomers are offered in their first 200 hours on duty,
	// of what veterans as good are in the same hours; null where there were none.
	NewcomerShare *float64 `json:"newcomer_share"`
	// Gini is of answers begun per hour on duty.
	Gini float64 `json:"gini"`
	// ForecastCoverage is of first responses, within the ninth decile told; null
	// where none was told.
	ForecastCoverage *float64 `json:"forecast_coverage"`

	Unserved       float64 `json:"unserved_rate"` // of questions: no expert came within the bound
	Answers        float64 `json:"answers_per_question"`
	Offers         float64 `json:"offers_per_answer"`
	Questions      int     `json:"questions"`
	Days           float64 `json:"days"`
	NewcomerHours  float64 `json:"newcomer_hours"` // that NewcomerShare is of
	NewcomerOffers float64 `json:"newcomer_offers"`
	TwinOffers     float64 `json:"twin_offers"`
}

// Run lives a market under a policy. It asks going now and then, unless that is
// nil, and ends with its error. Error: ErrPolicy.
func Run(m Market, policy string, going func() error) (Report, error) {
	r, err := newRun(m, policy)
	if err != nil {
		return Report{}, err
	}
	if err := r.live(going); err != nil {
		return Report{}, err
	}
	return Report{Policy: policy, Seed: m.Seed, Load: m.load(), Figures: r.figures()}, nil
}

func (r *run) figures() Figures {
	n := float64(r.asked)
	slices.Sort(r.first)
	f := Figures{
		ResolutionRate: float64(r.resolved) / n, LaterRate: float64(r.resolvedLate) / (n - math.Floor(n/2)),
		FirstResponseP50: quantile(r.first, .5), FirstResponseP90: quantile(r.first, .9),
		MaxWait: r.longest.Seconds(), WaitBound: Bound.Seconds(), Gini: r.gini(),
		Unserved: float64(r.escalated) / n, Answers: float64(r.answers) / n, Offers: float64(r.offers) / float64(max(r.answers, 1)),
		Questions: r.asked, Days: r.days, NewcomerHours: r.newHours, NewcomerOffers: r.newOffers, TwinOffers: r.twinOffers,
	}
	f.NewcomerShare = share(r.newOffers, r.twinOffers)
	f.ForecastCoverage = share(float64(r.kept), float64(r.told))
	return f
}

// share is nil where there is nothing to have a share of.
func share(part, of float64) *float64 {
	if of == 0 {
		return nil
	}
	part /= of
	return &part
}

// quantile is in seconds.
func quantile(sorted []time.Duration, share float64) float64 {
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)].Seconds()
}

// veterans is when there are any: those of the first day.
const veterans = probation * shifts * time.Hour

// compared tells whether somebody is new, and has a twin there to be compared
// with. Who joined before there were veterans is compared with nobody.
func (p *person) compared() bool {
	return p.joined >= veterans && p.duty < probation && !p.gone && !p.twin.gone
}

// onDuty counts an hour that a newcomer was there; their twin, on the same shift,
// was there too.
func (r *run) onDuty(p *person) {
	if p.compared() {
		r.newHours++
		r.newOffers += float64(p.offers - p.counted)
		r.twinOffers += float64(p.twin.offers - p.twinCounted)
	}
	p.counted = p.offers
	if p.twin != nil {
		p.twinCounted = p.twin.offers
	}
}

// gini is by how much experts differ in how much they have to do per hour on
// duty: 0 where all have as much, near 1 where few have all. Who was hardly there
// is left out.
func (r *run) gini() float64 {
	var rates []float64
	for _, p := range r.people {
		if p.duty >= probation/5 {
			rates = append(rates, float64(p.taken)/float64(p.duty))
		}
	}
	slices.Sort(rates)
	sum, weighted := 0.0, 0.0
	for i, rate := range rates {
		sum += rate
		weighted += rate * float64(2*(i+1)-len(rates)-1)
	}
	if sum == 0 {
		return 0
	}
	return weighted / (sum * float64(len(rates)))
}
