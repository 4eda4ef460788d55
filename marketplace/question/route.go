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
)

// Why a question went to the brand's own team.
const (
	ReasonBrandOnly = "brand_only" // the topic is answered by the brand alone
	ReasonMatter    = "matter"     // by its words only the brand can settle it
	ReasonRollout   = "rollout"    // outside the share of questions that go to experts
	ReasonUnfunded  = "unfunded"   // no money could be set aside, so nobody was asked
	ReasonSilence   = "silence"    // everybody who could be asked was asked
	ReasonCustomer  = "customer"   // the customer asked for the brand's team
	ReasonBrand     = "brand"      // the brand took it over
)

// expectedEffort is the handling time assumed of a question until there is a
// measured one.
const expectedEffort = program.AssumedEffort

// runnersUp is how many of those ranked next, but not asked, a decision record
// keeps.
const runnersUp = 5

// DecisionRecord is what a decision's Record holds: the ranking with features,
// weights and seed, and who was left out for which rule. It holds no text.
type DecisionRecord struct {
	Offers   int                        `json:"offers"` // how many of the ranking were offered the question
	Pool     int                        `json:"pool"`   // how many were ranked
	Topic    *DecidedTopic              `json:"topic,omitempty"`
	Wave     *DecidedWave               `json:"wave,omitempty"`     // nil: the policies' own numbers
	Weights  int64                      `json:"weights,omitempty"`  // the number of the program's own, by which it was ranked; 0: the platform's
	Prior    string                     `json:"prior,omitempty"`    // what was expected of experts before their outcomes, by its version, beside those weights; empty: as the platform expects
	Quote    *program.Basis             `json:"quote,omitempty"`    // what its offers were quoted from
	Together *DecidedTogether           `json:"together,omitempty"` // with which others it was decided on; nil: alone, and the top was asked
	Matter   *DecidedMatter             `json:"matter,omitempty"`   // why nobody was ranked
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
	if err := s.doTx(ctx, tx, q, &p, now); err != nil {
		return err
	}
	return holdTx(ctx, tx, now, p)
}

// doTx writes what is planned for a question, but for the hold.
func (s *Service) doTx(ctx context.Context, tx *gorm.DB, q *Question, p *plan, now time.Time) error {
	if p.reason != "" {
		if err := p.noteTx(ctx, tx, q, now); err != nil {
			return err
		}
		return s.escalateTx(ctx, tx, q, p.reason, now)
	}
	w, err := p.follow(q, now)
	if err != nil {
		return err
	}
	return s.writeTx(ctx, tx, q, w)
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
	experts   []access.PersonID
	countries []string // the experts'
	before    int      // how many were asked before in this attempt
	open      time.Duration
	record    DecisionRecord
}

// ranked is who may be asked about a question, the best first, and what else its
// next wave follows from.
type ranked struct {
	record    DecisionRecord // but for the ranking
	choice    matching.Choice
	countries []string // of those whose reasons are known
	hands     []int    // that they have free, the same
	size      int      // how many are to be asked; 0: nobody is left
	before    int      // how many were asked before in this attempt
	open      time.Duration
}

// company is whether a question is decided on by itself or with others.
type company bool

const (
	alone    company = false
	together company = true
)

// rankTx ranks who may be asked, and finds how many are to be.
func (s *Service) rankTx(ctx context.Context, tx *gorm.DB, q *Question, g grounds, topic *program.Topic, wait patience, with company, now time.Time) (ranked, error) {
	d := DecisionRecord{Excluded: map[string]int{}, Topic: q.decided(topic)}
	asked, inAttempt, err := alreadyAskedTx(ctx, tx, q)
	most := min(g.Policies.Routing.WaveSize(q.Wave), g.Policies.Routing.MaxExperts-inAttempt)
	if err != nil || most <= 0 {
		return ranked{}, err
	}
	index, err := s.indexTx(ctx, tx, q.ProgramID, wait)
	if err != nil {
		return ranked{}, err
	}
	weights, err := s.weightsTx(ctx, tx, q.ProgramID, g.fitted)
	if err != nil {
		return ranked{}, err
	}
	d.Weights, d.Prior = weights.number, weights.prior.Version
	query := matching.Query{
		Title: q.Title, Body: q.Body, Tags: q.Tags, Self: matching.ID(q.ID), Asker: matching.ID(q.CustomerID), At: now,
		Seed: q.seed() + uint64(q.Attempt)<<16 + uint64(q.Wave),
	}
	believe := expected
	if with == together {
		most, believe = max(most, lookedAt), tried(query.Seed)
	}
	r := ranked{before: inAttempt}
	err = s.experts.UseRollTx(ctx, tx, expert.Requirement{
		Brand: q.BrandID, Program: q.ProgramID, Topic: topic, Language: q.Language, Now: now, Prior: weights.prior,
	}, func(roll expert.Roll) {
		pool := s.memory.pool(q.ProgramID, index, roll)
		may := rules(roll, q.AskerPerson, asked, d.Excluded, believe)
		r.choice = index.ChooseFrom(query, pool, may, weights.Weights, most, runnersUp)
		for i := range r.choice.Reasons {
			person := access.PersonID(r.choice.Candidates[i].Expert)
			r.countries, r.hands = append(r.countries, roll.Country(person)), append(r.hands, roll.Hands(person))
		}
	})
	if err != nil || r.choice.Pool == 0 {
		return ranked{}, err
	}
	basis, err := s.basisTx(ctx, tx, q, g.Program, topic, r.choice.Pool, now)
	if err != nil {
		return ranked{}, err
	}
	d.Quote = &basis
	r.size, r.open, d.Wave = s.extent(q, g.Program, ordinary(basis), inAttempt, r.choice.Pool, now)
	r.size, r.record = min(r.size, len(r.choice.Reasons)), d
	return r, nil
}

// top is the wave of those at the head of the ranking.
func (r ranked) top() wave {
	places := make([]int, r.size)
	for i := range places {
		places[i] = i
	}
	return r.wave(places)
}

// wave is those at some places of the ranking, in its order, as it goes on record.
func (r ranked) wave(places []int) wave {
	w := wave{before: r.before, open: r.open, record: r.record}
	w.record.Ranking = r.choice.Top(places[len(places)-1] + 1 + runnersUp)
	w.record.Pool, w.record.Offers = r.choice.Pool, len(places)
	w.record.Reasons = make(map[string]matching.Reason, len(places))
	for _, place := range places {
		person := access.PersonID(r.choice.Candidates[place].Expert)
		w.experts, w.countries = append(w.experts, person), append(w.countries, r.countries[place])
		w.record.Reasons[person.String()] = r.choice.Reasons[place]
	}
	return w
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
// asked twice. They count whom they exclude; of the others it is told what is
// believed of them.
func rules(roll expert.Roll, asker access.PersonID, asked map[access.PersonID]bool, excluded map[string]int, believe func(expert.Candidate) float64) matching.Allowed {
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
			return believe(c), true
		}
		return 0, false
	}
}
