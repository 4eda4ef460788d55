package expert

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// Requirement is what a question asks of whoever answers it.
type Requirement struct {
	Brand    marketplace.BrandID
	Program  program.ID
	Topic    *program.Topic // nil: not known, so only the other rules apply
	Language string         // BCP 47; empty: any. Only the base language counts.
	Now      time.Time
}

// Candidates is who may be asked, longest enrolled first, and who may not.
type Candidates struct {
	Eligible []Candidate
	Excluded []Exclusion
}

// Candidate is one who may be asked.
type Candidate struct {
	Person    access.PersonID
	Since     time.Time // enrolled
	Probation bool
	Lot       uint64 // decides ties together with the question's seed
	// Standing is the belief about their work on the topic as of Requirement.Now.
	Standing Belief
}

// Exclusion is one who may not be asked, and the first rule that says so.
type Exclusion struct {
	Person access.PersonID
	Reason Reason
}

// Reason is a hard rule that keeps an expert from being asked.
type Reason string

const (
	ReasonBrandOnly    Reason = "brand_only"           // the topic is the brand's own
	ReasonSuspended    Reason = "suspended"            // stopped by a named human
	ReasonPaused       Reason = "paused"               // resting in this program
	ReasonConflict     Reason = "conflict_of_interest" // decides about the brand's money
	ReasonUnavailable  Reason = "unavailable"          // wants no offers now
	ReasonAtCapacity   Reason = "at_capacity"          // hands full
	ReasonLanguage     Reason = "language"             // does not answer in it
	ReasonNotCertified Reason = "not_certified"        // the topic needs a certificate
	ReasonTopic        Reason = "topic"                // chose other topics
)

// CandidatesTx applies the hard rules to everybody enrolled in the program, as
// EachCandidateTx does, and lists who may be asked and who may not.
func (s *Service) CandidatesTx(ctx context.Context, tx *gorm.DB, r Requirement) (Candidates, error) {
	var out Candidates
	err := s.EachCandidateTx(ctx, tx, r,
		func(c Candidate) { out.Eligible = append(out.Eligible, c) }, func(x Exclusion) { out.Excluded = append(out.Excluded, x) })
	return out, err
}

// EachCandidateTx applies the hard rules to everybody enrolled in the program,
// in one statement that reads what has changed since this process last looked. It
// locks nothing: Take decides when an offer is accepted. Do not call it in a
// transaction that changed an expert, an enrolment or a standing itself: that
// might yet be rolled back.
func (s *Service) EachCandidateTx(ctx context.Context, tx *gorm.DB, r Requirement, eligible func(Candidate), excluded func(Exclusion)) error {
	known := s.rosters.of(rosterKey{r.Brand, r.Program})
	known.mu.Lock()
	defer known.mu.Unlock()
	if err := known.catchUpTx(ctx, tx); err != nil {
		return err
	}
	topic, language := "", program.BaseLanguage(r.Language)
	if r.Topic != nil {
		topic = r.Topic.Slug
	}
	for _, m := range known.order {
		if reason := m.excluded(r.Topic, language); reason != "" {
			excluded(Exclusion{Person: m.person, Reason: reason})
			continue
		}
		eligible(m.candidate(topic, r.Now))
	}
	return nil
}

// HasRoster tells whether CandidatesTx has read who is enrolled in the program,
// so that only changes are left to be read.
func (s *Service) HasRoster(brand marketplace.BrandID, id program.ID) bool {
	return s.rosters.of(rosterKey{brand, id}).loaded.Load()
}

func (m *member) candidate(topic string, now time.Time) Candidate {
	belief, ok := m.beliefs[topic]
	if ok {
		belief = belief.asOf(now)
	} else {
		belief = Prior()
	}
	return Candidate{
		Person: m.person, Since: m.since, Probation: m.state == Probation, Lot: m.lot, Standing: belief,
	}
}

// excluded returns the first rule that keeps the expert out, or "". topic is nil
// where it is not known, language empty where any will do.
func (m *member) excluded(topic *program.Topic, language string) Reason {
	switch {
	case topic != nil && topic.Mode == program.BrandOnly:
		return ReasonBrandOnly
	case m.state == Suspended:
		return ReasonSuspended
	case m.state == Paused:
		return ReasonPaused
	case m.interested:
		return ReasonConflict
	case !m.available:
		return ReasonUnavailable
	case m.active >= m.capacity:
		return ReasonAtCapacity
	case language != "" && !slices.Contains(m.languages, language):
		return ReasonLanguage
	case topic == nil:
		return ""
	case topic.Mode == program.Certified && !slices.Contains(m.certified, topic.Slug):
		return ReasonNotCertified
	case len(m.topics) > 0 && !slices.Contains(m.topics, topic.Slug):
		return ReasonTopic
	}
	return ""
}
