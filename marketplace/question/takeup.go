package question

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/matching/wait"
	waves "knowhow/matching/wave"
)

const (
	takeupLeast = 50   // offers, of which it is told how offers fare
	takeupMost  = 5000 // the latest of a program's that are looked at
	// keepPromise is the chance with which somebody is to accept in time.
	keepPromise = 0.9
	// shortest is the part of the policies' time for an offer that every offer has.
	shortest = 3
)

// takeup is how offers fare in a program: nothing of any one expert.
type takeup struct {
	waves.Takeup
	offers int // that it was counted from
}

// DecidedWave is how many were asked, for how long, and why not more or longer.
type DecidedWave struct {
	Experts int     `json:"experts"`
	OpenS   int     `json:"open_s"`
	Chance  float64 `json:"chance"` // that somebody accepts in time for the promise, in this wave or in those after it
	Offers  int     `json:"offers"` // of the last weeks, from which that is known
}

// takeupTx looks up how the offers of the last weeks fared; nil where they are
// too few.
func takeupTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id program.ID, now time.Time) (*takeup, error) {
	var list []offered
	err := marketplace.EachTx(tx.WithContext(ctx), `SELECT o.state, o.reward_minor, o.offered_at, o.expires_at, o.settled_at
		FROM questions q JOIN offers o ON o.question_id = q.id
		WHERE q.brand_id = ? AND q.program_id = ? AND q.asked_at >= ? AND q.asked_at <= ? AND o.offered_at <= ?
		ORDER BY q.asked_at DESC, o.offered_at DESC, o.position DESC LIMIT ?`,
		[]any{brand, id, now.Add(-forecastFrom), now, now, takeupMost}, func(scan marketplace.Scan) error {
			var o offered
			err := scan(&o.state, &o.reward, &o.at, &o.expires, &o.settled)
			list = append(list, o)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("look up the offers of program %s: %w", id, err)
	}
	if len(list) < takeupLeast {
		return nil, nil
	}
	t := &takeup{waves.NewTakeup(), len(list)}
	for _, o := range slices.Backward(list) {
		t.Add(o.fared(now))
	}
	return t, nil
}

// offered is what is read of an offer of how it fared.
type offered struct {
	state       OfferState
	reward      int64
	at, expires time.Time
	settled     *time.Time
}

// fared is how long the offer could be accepted, and whether it was. One that was
// declined counts as silent until it would have expired: to decline is no worse.
func (o offered) fared(now time.Time) waves.Offer {
	until := o.expires
	if o.settled != nil && (o.state == OfferAccepted || o.state == OfferWithdrawn) {
		until = *o.settled
	}
	if o.state == OfferOpen && now.Before(until) {
		until = now
	}
	return waves.Offer{Hour: wait.Hour(o.at), Reward: o.reward, Open: until.Sub(o.at), Accepted: o.state == OfferAccepted}
}

// extent is how many of the candidates are asked next, and for how long: as few
// as keep the promise by how offers fared lately, within what the policies say,
// and where too little is known of that as many and as long as they say. It goes
// by what this process knows by heart, and looks nothing up.
func (s *Service) extent(q *Question, p program.Program, reward int64, asked, candidates int, now time.Time) (size int, open time.Duration, by *DecidedWave) {
	policy := p.Policies.Routing
	most := min(policy.WaveSize(q.Wave), policy.MaxExperts-asked)
	fared := s.forecasts.want(q.BrandID, q.ProgramID, now).by(now).takeup
	if fared == nil || most <= 0 || candidates == 0 {
		return most, policy.OfferTTL, nil
	}
	next := fared.Next(
		waves.Promise{Left: q.promised().Sub(now) - expectedEffort, Chance: keepPromise, Asked: asked},
		waves.Limits{
			Together: policy.WaveSize(0) > 1, Experts: min(candidates, policy.MaxExperts-asked), AtOnce: most,
			Least: policy.OfferTTL / shortest, Most: policy.OfferTTL,
		}, wait.Hour(now), reward)
	open = next.Open.Truncate(time.Second)
	return next.Experts, open, &DecidedWave{Experts: next.Experts, OpenS: int(open / time.Second), Chance: next.Chance, Offers: fared.offers}
}

// promised is the time that is promised to the customer next.
func (q *Question) promised() time.Time {
	if q.FirstRespondedAt == nil {
		return q.FirstResponseDueAt
	}
	return q.ResolutionDueAt
}
