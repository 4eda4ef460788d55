package question

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/matching"
	"knowhow/payouts"
)

// Why a question went to the brand's own team.
const (
	ReasonBrandOnly = "brand_only" // the topic is answered by the brand alone
	ReasonRollout   = "rollout"    // outside the share of questions that go to experts
	ReasonUnfunded  = "unfunded"   // no money could be set aside, so nobody was asked
	ReasonSilence   = "silence"    // everybody who could be asked was asked
	ReasonCustomer  = "customer"   // the customer asked for the brand's team
	ReasonBrand     = "brand"      // the brand took it over
)

// expectedEffort is the handling time assumed of a question until there is a
// measured one.
const expectedEffort = 6 * time.Minute

// runnersUp is how many of those ranked next, but not asked, a decision record
// keeps.
const runnersUp = 5

// DecisionRecord is what a decision's Record holds: the ranking with features,
// weights and seed, and who was left out for which rule. It holds no text.
type DecisionRecord struct {
	Offers   int                        `json:"offers"` // how many of the ranking were offered the question
	Pool     int                        `json:"pool"`   // how many were ranked
	Topic    *DecidedTopic              `json:"topic,omitempty"`
	Wave     *DecidedWave               `json:"wave,omitempty"`    // nil: the policies' own numbers
	Weights  int64                      `json:"weights,omitempty"` // the number of the program's own, by which it was ranked; 0: the platform's
	Ranking  matching.Record            `json:"ranking"`
	Excluded map[string]int             `json:"excluded,omitempty"` // how many by rule
	Reasons  map[string]matching.Reason `json:"reasons,omitempty"`  // of those offered, by expert
}

// rules beside expert's own.
const (
	ruleOwn   = "own_question" // the expert asked it
	ruleAsked = "asked_before" // the expert was already asked this question
)

// routeTx puts the question to the next wave of experts, and sets the money for
// them aside; or, where nobody can be asked, to the brand's team.
func (s *Service) routeTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	g, err := s.groundsTx(ctx, tx, q)
	if err != nil {
		return err
	}
	p, err := s.planTx(ctx, tx, q, g, patient, now)
	if err != nil {
		return err
	}
	if p.reason != "" {
		return s.escalateTx(ctx, tx, q, p.reason, now)
	}
	w, err := p.follow(q, now)
	if err != nil {
		return err
	}
	if err := s.writeTx(ctx, tx, q, w); err != nil {
		return err
	}
	return p.holdTx(ctx, tx, now)
}

func (s *Service) topicTx(ctx context.Context, tx *gorm.DB, q *Question) (*program.Topic, error) {
	if q.TopicID.IsZero() {
		return nil, nil
	}
	topic, err := s.programs.TopicTx(ctx, tx, q.TopicID)
	return &topic, err
}

// seed draws the same for the same question, asked at the same microsecond, and
// follows from no id.
func (q *Question) seed() uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", q.AskedAt.UnixMicro(), q.Title)
	return h.Sum64()
}

// inRollout reports whether the question is among those that go to experts.
func (q *Question) inRollout(p program.Program) bool {
	return int(q.seed()%10_000) < p.RolloutShareBP
}

// wave is who is asked next, in their order, and why.
type wave struct {
	experts []access.PersonID
	before  int // how many were asked before in this attempt
	open    time.Duration
	record  DecisionRecord
}

// decideTx ranks who may be asked and picks the wave; nobody where nobody is left.
func (s *Service) decideTx(ctx context.Context, tx *gorm.DB, q *Question, g grounds, topic *program.Topic, wait patience, now time.Time) (wave, error) {
	d := DecisionRecord{Excluded: map[string]int{}, Topic: q.decided(topic)}
	asked, inAttempt, err := alreadyAskedTx(ctx, tx, q)
	most := min(g.Policies.Routing.WaveSize(q.Wave), g.Policies.Routing.MaxExperts-inAttempt)
	if err != nil || most <= 0 {
		return wave{}, err
	}
	index, err := s.indexTx(ctx, tx, q.ProgramID, wait)
	if err != nil {
		return wave{}, err
	}
	weights, err := s.weightsTx(ctx, tx, q.ProgramID, g.fitted)
	if err != nil {
		return wave{}, err
	}
	d.Weights = weights.number
	query := matching.Query{
		Title: q.Title, Body: q.Body, Tags: q.Tags, Self: matching.ID(q.ID), Asker: matching.ID(q.CustomerID), At: now,
		Seed: q.seed() + uint64(q.Attempt)<<16 + uint64(q.Wave),
	}
	var choice matching.Choice
	err = s.experts.UseRollTx(ctx, tx, expert.Requirement{
		Brand: q.BrandID, Program: q.ProgramID, Topic: topic, Language: q.Language, Now: now,
	}, func(roll expert.Roll) {
		pool := s.memory.pool(q.ProgramID, index, roll)
		choice = index.ChooseFrom(query, pool, rules(roll, q.AskerPerson, asked, d.Excluded), weights.Weights, most, runnersUp)
	})
	if err != nil || choice.Pool == 0 {
		return wave{}, err
	}
	var open time.Duration
	var size int
	size, open, d.Wave = s.extent(q, g.Program, topic, inAttempt, choice.Pool, now)
	if size <= 0 {
		return wave{}, nil
	}
	return d.wave(choice, size, inAttempt, open), nil
}

// wave is the top of a choice, as it goes on record.
func (d DecisionRecord) wave(choice matching.Choice, size, before int, open time.Duration) wave {
	choice.Reasons = choice.Reasons[:min(size, len(choice.Reasons))]
	d.Ranking, d.Pool, d.Offers = choice.Top(size+runnersUp), choice.Pool, len(choice.Reasons)
	d.Reasons = make(map[string]matching.Reason, d.Offers)
	chosen := make([]access.PersonID, d.Offers)
	for i, reason := range choice.Reasons {
		chosen[i] = access.PersonID(choice.Candidates[i].Expert)
		d.Reasons[chosen[i].String()] = reason
	}
	return wave{experts: chosen, before: before, open: open, record: d}
}

// alreadyAskedTx is who was asked the question and is not asked again: everybody, except
// one whose offer of an earlier attempt was withdrawn because somebody else was
// faster. It also counts the offers of this attempt.
func alreadyAskedTx(ctx context.Context, tx *gorm.DB, q *Question) (asked map[access.PersonID]bool, inAttempt int, err error) {
	if q.Attempt == 1 && q.Wave == 0 {
		return nil, 0, nil // nobody was asked yet
	}
	offers, err := offersTx(ctx, tx, q.ID)
	if err != nil {
		return nil, 0, err
	}
	asked = map[access.PersonID]bool{}
	for _, o := range offers {
		if o.Attempt == q.Attempt {
			inAttempt++
		}
		if o.Attempt == q.Attempt || o.State != OfferWithdrawn {
			asked[o.PersonID] = true
		}
	}
	return asked, inAttempt, nil
}

// rules are the hard rules: expert's own, nobody asks themselves, and nobody is
// asked twice. They count whom they exclude.
func rules(roll expert.Roll, asker access.PersonID, asked map[access.PersonID]bool, excluded map[string]int) matching.Allowed {
	return func(place int) (float64, bool) {
		c, reason := roll.May(place)
		switch {
		case reason != "":
			excluded[string(reason)]++
		case c.Person == asker:
			excluded[ruleOwn]++
		case asked[c.Person]:
			excluded[ruleAsked]++
		default:
			return c.Standing.Mean(), true
		}
		return 0, false
	}
}

// quoteTx prices the attempt: by the program's policies for its first wave, and
// as that wave was quoted for every later one, since that is what is held.
func (s *Service) quoteTx(ctx context.Context, tx *gorm.DB, q *Question, p program.Program, topic *program.Topic) (program.Quote, error) {
	if q.Wave == 0 {
		return p.Quote(topic, expectedEffort)
	}
	var first Offer
	err := tx.WithContext(ctx).Where("question_id = ? AND attempt = ? AND position = 1", q.ID, q.Attempt).Take(&first).Error
	if err != nil {
		return program.Quote{}, fmt.Errorf("load the first offer of question %s: %w", q.ID, err)
	}
	return program.Quote{
		Reward: payouts.Money{Minor: first.RewardMinor, Currency: first.Currency},
		Fee:    payouts.Money{Minor: first.FeeMinor, Currency: first.Currency},
		Effort: time.Duration(first.EffortS) * time.Second,
	}, nil
}
