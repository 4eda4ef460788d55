package expert

import (
	"context"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/matching/standing"
)

// Roll is everybody who works or rests in a program, for one requirement. Each
// has a place, which is theirs as long as the roll's Version is the same,
// whatever else becomes of them. A Roll is only good while it is used.
type Roll struct {
	roster         *roster
	topic          *program.Topic
	slug, language name
	now            time.Time
	prior          standing.Prior
}

// UseRollTx brings the roll up to what has changed since this process last
// looked, in one statement, and has it used while it does not change. It locks
// nothing in the database: Take decides when an offer is accepted. Do not call it
// in a transaction that changed an expert, an enrolment or a standing itself:
// that might yet be rolled back.
func (s *Service) UseRollTx(ctx context.Context, tx *gorm.DB, r Requirement, use func(Roll)) error {
	known := s.rosters.of(rosterKey{r.Brand, r.Program})
	known.mu.Lock()
	defer known.mu.Unlock()
	if err := known.catchUpTx(ctx, tx); err != nil {
		return err
	}
	roll := Roll{roster: known, now: r.Now, prior: r.Prior}
	if r.Prior == (standing.Prior{}) {
		roll.prior = rollPrior
	}
	use(roll.For(r.Topic, r.Language))
	return nil
}

// Version is another one, in this process, whenever somebody comes or goes.
func (r Roll) Version() int64 { return r.roster.version }

// For is the same roll for questions of another topic and language; as in a
// Requirement nil and empty stand for any.
func (r Roll) For(topic *program.Topic, language string) Roll {
	r.topic, r.slug, r.language = topic, name{}, r.roster.names.name(program.BaseLanguage(language))
	if topic != nil {
		r.slug = r.roster.names.name(topic.Slug)
	}
	return r
}

// Rule is the hard rule that keeps somebody out, or ""; so it is for who has no
// place.
func (r Roll) Rule(person access.PersonID) Reason {
	if m := r.roster.members[person]; m != nil {
		return m.excluded(r.topic, r.slug, r.language)
	}
	return ""
}

// Len is the number of places.
func (r Roll) Len() int { return len(r.roster.order) }

// At is who has a place, the longest enrolled first; what is not for good is left
// out.
func (r Roll) At(place int) Candidate {
	m := r.roster.order[place]
	return Candidate{Person: m.person, Since: m.since, Lot: m.lot}
}

// Country is that of somebody who has a place; empty where they have not told it.
func (r Roll) Country(person access.PersonID) string {
	if m := r.roster.members[person]; m != nil {
		return m.country
	}
	return ""
}

// Hands is how many questions more somebody who has a place can take on.
func (r Roll) Hands(person access.PersonID) int {
	if m := r.roster.members[person]; m != nil {
		return max(0, m.capacity-m.active)
	}
	return 0
}

// May applies the hard rules to who has a place, and gives what is known of them
// just now; with a reason they may not be asked.
func (r Roll) May(place int) (Candidate, Reason) {
	m := r.roster.order[place]
	if reason := m.excluded(r.topic, r.slug, r.language); reason != "" {
		return Candidate{Person: m.person}, reason
	}
	return m.candidate(r.prior, r.slug.text, r.now), ""
}
