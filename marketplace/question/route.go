package question

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
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
	Ranking  matching.Record            `json:"ranking"`
	Excluded map[string]int             `json:"excluded,omitempty"` // how many by rule
	Reasons  map[string]matching.Reason `json:"reasons,omitempty"`  // of those offered, by expert
}

// rules beside expert's own.
const (
	ruleConflict = "conflict_of_interest" // the expert asked it
	ruleAsked    = "asked_before"         // the expert was already asked this question
)

// routeTx puts the question to the next wave of experts, and sets the money for
// them aside; or, where nobody can be asked, to the brand's team.
func (s *Service) routeTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	p, err := s.programs.LoadTx(ctx, tx, q.ProgramID)
	if err != nil {
		return err
	}
	topic, err := s.topicTx(ctx, tx, q)
	if err != nil {
		return err
	}
	free, frozen, err := payouts.SpendableTx(ctx, tx, uuid.UUID(p.BrandID), uuid.UUID(p.ID), p.Currency)
	if err != nil {
		return err
	}
	seed := q.seed()
	switch {
	case frozen:
		return s.escalateTx(ctx, tx, q, ReasonUnfunded, now)
	case topic != nil && topic.Mode == program.BrandOnly:
		return s.escalateTx(ctx, tx, q, ReasonBrandOnly, now)
	case !q.inRollout(p):
		return s.escalateTx(ctx, tx, q, ReasonRollout, now)
	}
	w, err := s.decideTx(ctx, tx, q, p, topic, seed, now)
	if err != nil {
		return err
	}
	if len(w.experts) == 0 {
		return s.escalateTx(ctx, tx, q, ReasonSilence, now)
	}
	return s.offerWaveTx(ctx, tx, q, p, topic, w, free, now)
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
	record  DecisionRecord
}

// decideTx ranks who may be asked and picks the wave; nobody where nobody is left.
func (s *Service) decideTx(ctx context.Context, tx *gorm.DB, q *Question, p program.Program, topic *program.Topic, seed uint64, now time.Time) (wave, error) {
	d := DecisionRecord{Excluded: map[string]int{}}
	candidates, inAttempt, err := s.candidatesTx(ctx, tx, q, topic, now, d.Excluded)
	if err != nil {
		return wave{}, err
	}
	size := min(p.Policies.Routing.WaveSize(q.Wave), p.Policies.Routing.MaxExperts-inAttempt)
	if size <= 0 || len(candidates) == 0 {
		return wave{}, nil
	}
	index, err := s.indexTx(ctx, tx, q.ProgramID)
	if err != nil {
		return wave{}, err
	}
	query := matching.Query{
		Title: q.Title, Body: q.Body, Tags: q.Tags, Self: matching.ID(q.ID), Asker: matching.ID(q.CustomerID), At: now,
		Seed: seed + uint64(q.Attempt)<<16 + uint64(q.Wave),
	}
	choice := index.Choose(query, candidates, matching.DefaultWeights(), size, runnersUp)
	d.Ranking, d.Pool, d.Offers = choice.Record, choice.Pool, len(choice.Reasons)
	d.Reasons = make(map[string]matching.Reason, d.Offers)
	chosen := make([]access.PersonID, d.Offers)
	for i, reason := range choice.Reasons {
		chosen[i] = access.PersonID(choice.Candidates[i].Expert)
		d.Reasons[chosen[i].String()] = reason
	}
	return wave{experts: chosen, before: inAttempt, record: d}, nil
}

// candidatesTx applies the hard rules: expert's own, nobody asks themselves,
// and nobody is asked twice, except one whose offer was withdrawn because
// somebody else was faster. It also counts the offers of this attempt.
func (s *Service) candidatesTx(ctx context.Context, tx *gorm.DB, q *Question, topic *program.Topic, now time.Time, excluded map[string]int) ([]matching.Candidate, int, error) {
	var offers []Offer
	if q.Attempt > 1 || q.Wave > 0 { // else nobody was asked yet
		var err error
		if offers, err = offersTx(ctx, tx, q.ID); err != nil {
			return nil, 0, err
		}
	}
	asked, inAttempt := map[access.PersonID]bool{}, 0
	for _, o := range offers {
		if o.Attempt == q.Attempt {
			inAttempt++
		}
		if o.Attempt == q.Attempt || o.State != OfferWithdrawn {
			asked[o.PersonID] = true
		}
	}
	found, err := s.experts.CandidatesTx(ctx, tx, expert.Requirement{
		Brand: q.BrandID, Program: q.ProgramID, Topic: topic, Language: q.Language, Now: now,
	})
	if err != nil {
		return nil, 0, err
	}
	for _, x := range found.Excluded {
		excluded[string(x.Reason)]++
	}
	candidates := make([]matching.Candidate, 0, len(found.Eligible))
	for _, c := range found.Eligible {
		switch {
		case c.Person == q.AskerPerson:
			excluded[ruleConflict]++
		case asked[c.Person]:
			excluded[ruleAsked]++
		default:
			candidates = append(candidates, matching.Candidate{
				Expert: matching.ID(c.Person), Since: c.Since, Prior: c.Standing.Mean(), Lot: c.Lot,
			})
		}
	}
	return candidates, inAttempt, nil
}

// offerWaveTx writes the decision and the offers, waits for the wave to expire,
// and sets the money aside on the attempt's first wave; the budget is free. The
// money is moved last: everybody who routes in this program waits for who does.
func (s *Service) offerWaveTx(ctx context.Context, tx *gorm.DB, q *Question, p program.Program, topic *program.Topic, w wave, free payouts.Money, now time.Time) error {
	quote, err := s.quoteTx(ctx, tx, q, p, topic)
	if errors.Is(err, marketplace.ErrInvalid) {
		return s.escalateTx(ctx, tx, q, ReasonUnfunded, now) // the policies now pay nothing
	}
	if err != nil {
		return err
	}
	first := q.Wave == 0
	if first {
		covered, err := coveredTx(ctx, tx, q, quote, free)
		if err != nil {
			return err
		}
		if !covered {
			return s.escalateTx(ctx, tx, q, ReasonUnfunded, now)
		}
	}
	q.Wave++
	expires := now.Add(p.Policies.Routing.OfferTTL)
	if err := q.enter(VerbRoute, now, &expires); err != nil {
		return err
	}
	if err := s.writeWaveTx(ctx, tx, q, quote, w, now, expires); err != nil {
		return err
	}
	if !first {
		return nil
	}
	return s.holdTx(ctx, tx, q, quote, now)
}

// writeWaveTx writes the decision, its offers, the question and what happened.
func (s *Service) writeWaveTx(ctx context.Context, tx *gorm.DB, q *Question, quote program.Quote, w wave, now, expires time.Time) error {
	record, err := json.Marshal(w.record)
	if err != nil {
		return fmt.Errorf("write the decision record: %w", err)
	}
	decision := Decision{
		ID: marketplace.NewID[Decision](), BrandID: q.BrandID, QuestionID: q.ID,
		Attempt: q.Attempt, Wave: q.Wave, At: now, Record: string(record),
	}
	offers, err := insertOffers(q, quote, w, expires)
	if err != nil {
		return err
	}
	save, err := q.save()
	if err != nil {
		return err
	}
	offered := q.news(EventOffered, now, Detail{Attempt: q.Attempt, Wave: q.Wave, Offers: len(w.experts)})
	return s.events.WriteTx(ctx, tx, []event.News{offered}, decision.insert(), offers, save)
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
