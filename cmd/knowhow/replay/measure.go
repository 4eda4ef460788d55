package replay

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/matching"
)

// topK is how many experts a hit may be among.
const topK = 5

// hits are the questions whose resolver was enrolled, and how soon the market
// asked the resolver.
type hits struct {
	covered, first, among, activity, asked, askedResolved int
}

// enrolment is who could be asked from when on.
type enrolment struct {
	PersonID   access.PersonID
	EnrolledAt time.Time
	Lot        uint64
}

// measureHits compares, for every covered question, the order in which experts
// were asked with the order of plain activity over the same experts.
func (w *world) measureHits(ctx context.Context, tx *gorm.DB) (hits, error) {
	order, err := w.orderOfOffers(tx)
	if err != nil {
		return hits{}, err
	}
	pool, index, err := w.pool(ctx, tx)
	if err != nil {
		return hits{}, err
	}
	resolved, err := resolvedReferences(tx)
	if err != nil {
		return hits{}, err
	}
	var h hits
	for _, p := range w.window {
		best, known := w.people[p.Best]
		if !p.labelled() || !known {
			continue
		}
		if slices.Contains(order[p.ID], best) {
			h.asked++
			if resolved[p.ID] {
				h.askedResolved++
			}
		}
		eligible := w.eligible(pool, p)
		if !slices.ContainsFunc(eligible, func(c matching.Candidate) bool { return c.Expert == matching.ID(best) }) {
			continue
		}
		h.covered++
		h.count(slices.Index(order[p.ID], best), place(index, eligible, p, best))
	}
	return h, nil
}

func (h *hits) count(offered, byActivity int) {
	if offered == 0 {
		h.first++
	}
	if offered >= 0 && offered < topK {
		h.among++
	}
	if byActivity >= 0 && byActivity < topK {
		h.activity++
	}
}

// orderOfOffers lists the distinct experts asked, in order, by question.
func (w *world) orderOfOffers(tx *gorm.DB) (map[string][]access.PersonID, error) {
	var rows []struct {
		Reference string
		PersonID  access.PersonID
	}
	err := tx.Raw(`SELECT q.reference, o.person_id FROM offers o JOIN questions q ON q.id = o.question_id
		ORDER BY o.attempt, o.position`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the offers: %w", err)
	}
	order := map[string][]access.PersonID{}
	for _, r := range rows {
		if !slices.Contains(order[r.Reference], r.PersonID) {
			order[r.Reference] = append(order[r.Reference], r.PersonID)
		}
	}
	return order, nil
}

// pool reads who was enrolled when, and all evidence; the index leaves out what
// came after a question by itself.
func (w *world) pool(ctx context.Context, tx *gorm.DB) ([]enrolment, *matching.Index, error) {
	var pool []enrolment
	err := tx.Raw("SELECT person_id, enrolled_at, lot FROM enrolments WHERE program_id = ? AND enrolled_at IS NOT NULL", w.program.ID).Scan(&pool).Error
	if err != nil {
		return nil, nil, fmt.Errorf("read the enrolments: %w", err)
	}
	changes, _, err := w.Experts.ChangesAfterTx(ctx, tx, w.program.ID, expert.Cursor{})
	if err != nil {
		return nil, nil, err
	}
	index := matching.NewIndex()
	for _, c := range changes {
		if c.Question != nil {
			index.AddDocument(matching.Document{ID: matching.ID(c.Question.ID), Asked: c.Question.AskedAt})
		}
		if c.Answer != nil {
			index.AddEvidence(matching.Evidence{
				Document: matching.ID(c.Answer.Question), Expert: matching.ID(c.Answer.Person), Answered: c.Answer.AnsweredAt,
			})
		}
	}
	return pool, index, nil
}

// eligible are those enrolled when the question was asked, less its asker.
func (w *world) eligible(pool []enrolment, p post) []matching.Candidate {
	var list []matching.Candidate
	for _, e := range pool {
		if e.EnrolledAt.After(p.Created.Time) || w.users[e.PersonID] == p.Asker {
			continue
		}
		list = append(list, matching.Candidate{Expert: matching.ID(e.PersonID), Since: e.EnrolledAt, Lot: e.Lot})
	}
	return list
}

// place is where plain activity puts the best answerer, from 0; -1: nowhere.
func place(index *matching.Index, eligible []matching.Candidate, p post, best access.PersonID) int {
	ranked := index.RankByActivity(matching.Query{At: p.Created.Time}, eligible)
	return slices.Index(ranked, matching.ID(best))
}

func resolvedReferences(tx *gorm.DB) (map[string]bool, error) {
	var references []string
	if err := tx.Raw("SELECT reference FROM questions WHERE state = 'resolved'").Scan(&references).Error; err != nil {
		return nil, fmt.Errorf("read the resolved questions: %w", err)
	}
	set := make(map[string]bool, len(references))
	for _, r := range references {
		set[r] = true
	}
	return set, nil
}
