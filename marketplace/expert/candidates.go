package expert

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/matching/standing"
)

// Requirement is what a question asks of whoever answers it.
type Requirement struct {
	Brand    marketplace.BrandID
	Program  program.ID
	Topic    *program.Topic // nil: not known, so only the other rules apply
	Language string         // BCP 47; empty: any. Only the base language counts.
	Now      time.Time
	Prior    standing.Prior // what is expected of anybody; zero: RoutingPrior
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
	// Standing is the belief about their work on the topic as of Requirement.Now,
	// by the full hour, given what they are certified in and did on other topics.
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
	ReasonUnread       Reason = "unread"               // has not read the topic's cards
	ReasonRestricted   Reason = "restricted"           // kept from the topic by a named human
)

// CandidatesTx applies the hard rules to everybody on the program's roll (see
// UseRollTx), and lists who may be asked and who may not.
func (s *Service) CandidatesTx(ctx context.Context, tx *gorm.DB, r Requirement) (Candidates, error) {
	var out Candidates
	err := s.UseRollTx(ctx, tx, r, func(roll Roll) {
		for place := range roll.Len() {
			if c, reason := roll.May(place); reason == "" {
				out.Eligible = append(out.Eligible, c)
			} else {
				out.Excluded = append(out.Excluded, Exclusion{Person: c.Person, Reason: reason})
			}
		}
	})
	return out, err
}

// HasRoster tells whether UseRollTx has read who is enrolled in the program,
// so that only changes are left to be read.
func (s *Service) HasRoster(brand marketplace.BrandID, id program.ID) bool {
	return s.rosters.of(rosterKey{brand, id}).loaded.Load()
}

func (m *member) candidate(p standing.Prior, topic string, now time.Time) Candidate {
	return Candidate{
		Person: m.person, Since: m.since, Probation: m.state == Probation, Lot: m.lot, Standing: m.believe(p, topic, now),
	}
}

// unfitFor is the first rule that keeps the expert from any question, or "".
func (m *member) unfitFor() Reason {
	switch {
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
	}
	return ""
}

// excluded returns the first rule that keeps the expert out, or "". topic is nil
// where it is not known, language empty where any will do; slug is the topic's.
func (m *member) excluded(topic *program.Topic, slug, language name) Reason {
	switch {
	case topic != nil && topic.Mode == program.BrandOnly:
		return ReasonBrandOnly
	case m.unfit != "":
		return m.unfit
	case language.text != "" && !m.languages.has(language):
		return ReasonLanguage
	case topic == nil:
		return ""
	case slices.Contains(m.restricted, topic.Slug):
		return ReasonRestricted
	case topic.Mode == program.Certified && !slices.Contains(m.certified, topic.Slug):
		return ReasonNotCertified
	case topic.NeedsReading && !slices.Contains(m.unlocked, topic.Slug):
		return ReasonUnread
	case !m.topics.empty() && !m.topics.has(slug):
		return ReasonTopic
	}
	return ""
}
