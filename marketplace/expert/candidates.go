package expert

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
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
	ReasonBrandOnly    Reason = "brand_only"    // the topic is the brand's own
	ReasonSuspended    Reason = "suspended"     // stopped by a named human
	ReasonPaused       Reason = "paused"        // resting in this program
	ReasonUnavailable  Reason = "unavailable"   // wants no offers now
	ReasonAtCapacity   Reason = "at_capacity"   // hands full
	ReasonLanguage     Reason = "language"      // does not answer in it
	ReasonNotCertified Reason = "not_certified" // the topic needs a certificate
	ReasonTopic        Reason = "topic"         // chose other topics
)

// candidateRow is what the one statement reads of a working or resting expert.
type candidateRow struct {
	person                       access.PersonID
	state                        State
	lot                          uint64
	certified, topics, languages string // JSON lists
	handle                       string
	since                        time.Time
	capacity, active             int
	available                    bool
	alpha, beta                  sql.NullFloat64
	evidence                     sql.NullInt64
	believed                     sql.NullTime
}

const selectCandidates = `SELECT e.person_id, e.state, e.lot, e.certified, e.topics, x.languages, x.handle,
  e.enrolled_at, x.capacity, x.active_count, x.available, s.alpha, s.beta, s.evidence, s.updated_at
FROM enrolments e
JOIN experts x ON x.person_id = e.person_id
LEFT JOIN standings s ON s.program_id = e.program_id AND s.person_id = e.person_id AND s.topic = ?
WHERE e.program_id = ? AND e.brand_id = ? AND e.state IN ('probation', 'active', 'paused', 'suspended')`

// CandidatesTx applies the hard rules to everybody enrolled in the program, in
// one statement. It locks nothing: TakeTx decides when an offer is accepted.
func (s *Service) CandidatesTx(ctx context.Context, tx *gorm.DB, r Requirement) (Candidates, error) {
	slug := ""
	if r.Topic != nil {
		slug = r.Topic.Slug
	}
	rows, err := tx.WithContext(ctx).Raw(selectCandidates, slug, r.Program, r.Brand).Rows()
	if err != nil {
		return Candidates{}, fmt.Errorf("read the experts of program %s: %w", r.Program, err)
	}
	defer rows.Close()
	var eligible []candidateRow
	var out Candidates
	rules := rules{Requirement: r, speaks: map[string]bool{}}
	for rows.Next() {
		var c candidateRow
		if err := c.scan(rows); err != nil {
			return Candidates{}, fmt.Errorf("read an expert of program %s: %w", r.Program, err)
		}
		reason, err := rules.exclude(c)
		switch {
		case err != nil:
			return Candidates{}, fmt.Errorf("read expert %s: %w", c.person, err)
		case reason != "":
			out.Excluded = append(out.Excluded, Exclusion{Person: c.person, Reason: reason})
		default:
			eligible = append(eligible, c)
		}
	}
	if err := rows.Err(); err != nil {
		return Candidates{}, fmt.Errorf("read the experts of program %s: %w", r.Program, err)
	}
	slices.SortFunc(eligible, candidateRow.compare)
	out.Eligible = make([]Candidate, len(eligible))
	for i, c := range eligible {
		out.Eligible[i] = c.candidate(r.Now)
	}
	return out, nil
}

func (c *candidateRow) scan(rows *sql.Rows) error {
	return rows.Scan(&c.person, &c.state, &c.lot, &c.certified, &c.topics, &c.languages, &c.handle,
		&c.since, &c.capacity, &c.active, &c.available, &c.alpha, &c.beta, &c.evidence, &c.believed)
}

// compare puts the longest enrolled first; handles, which people choose, decide
// between those enrolled at once.
func (c candidateRow) compare(o candidateRow) int {
	if n := c.since.Compare(o.since); n != 0 {
		return n
	}
	return strings.Compare(c.handle, o.handle)
}

func (c candidateRow) candidate(now time.Time) Candidate {
	belief := Prior()
	if c.alpha.Valid {
		belief = Belief{
			Alpha: c.alpha.Float64, Beta: c.beta.Float64, Evidence: int(c.evidence.Int64), At: c.believed.Time.UTC(),
		}.asOf(now)
	}
	return Candidate{
		Person: c.person, Since: c.since.UTC(), Probation: c.state == Probation, Lot: c.lot, Standing: belief,
	}
}

// rules is a requirement, and what it found about lists of languages: many
// experts have the same.
type rules struct {
	Requirement
	speaks map[string]bool
}

// exclude returns the first rule that keeps the expert out, or "".
func (r rules) exclude(c candidateRow) (Reason, error) {
	switch {
	case r.Topic != nil && r.Topic.Mode == program.BrandOnly:
		return ReasonBrandOnly, nil
	case c.state == Suspended:
		return ReasonSuspended, nil
	case c.state == Paused:
		return ReasonPaused, nil
	case !c.available:
		return ReasonUnavailable, nil
	case c.active >= c.capacity:
		return ReasonAtCapacity, nil
	}
	if ok, err := r.understands(c.languages); err != nil || !ok {
		return ReasonLanguage, err
	}
	if r.Topic == nil {
		return "", nil
	}
	if r.Topic.Mode == program.Certified {
		if ok, err := lists(c.certified, r.Topic.Slug); err != nil || !ok {
			return ReasonNotCertified, err
		}
	}
	if c.topics == "[]" {
		return "", nil
	}
	if ok, err := lists(c.topics, r.Topic.Slug); err != nil || !ok {
		return ReasonTopic, err
	}
	return "", nil
}

func (r rules) understands(languages string) (bool, error) {
	if r.Language == "" {
		return true, nil
	}
	if known, ok := r.speaks[languages]; ok {
		return known, nil
	}
	var list []string
	if err := json.Unmarshal([]byte(languages), &list); err != nil {
		return false, err
	}
	want := baseLanguage(r.Language)
	speaks := slices.ContainsFunc(list, func(tag string) bool { return baseLanguage(tag) == want })
	r.speaks[languages] = speaks
	return speaks, nil
}

// baseLanguage is the tag up to its script or region: "pt" of "pt-BR".
func baseLanguage(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	return strings.ToLower(base)
}

func lists(jsonList, slug string) (bool, error) {
	var list []string
	err := json.Unmarshal([]byte(jsonList), &list)
	return slices.Contains(list, slug), err
}
