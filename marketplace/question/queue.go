package question

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// Sort is the order of a brand's list of questions.
type Sort string

// The orders.
const (
	NewestFirst Sort = ""
	// SoonestDue is by the promise that comes next, the first response or else the
	// resolution, longest past first; only of questions whose customer waits.
	SoonestDue Sort = "due"
)

func (s Sort) check() error {
	if s != NewestFirst && s != SoonestDue {
		return &marketplace.InvalidError{Field: "sort", Reason: "must be due, or empty for the newest first"}
	}
	return nil
}

// dueSQL is Summary.due.
const dueSQL = "CASE WHEN questions.first_responded_at IS NULL THEN questions.first_response_due_at ELSE questions.resolution_due_at END"

func (s Sort) order() (marketplace.Order, func(Summary) marketplace.Place) {
	if s == SoonestDue {
		return marketplace.Order{At: dueSQL, ID: "questions.id"}, func(s Summary) marketplace.Place {
			return marketplace.Place{At: s.due(), ID: s.ID}
		}
	}
	return marketplace.Order{At: "questions.asked_at", ID: "questions.id", Newest: true}, Summary.place
}

// due is the promise that comes next.
func (s Summary) due() time.Time {
	if s.FirstRespondedAt == nil {
		return s.FirstResponseDueAt
	}
	return s.ResolutionDueAt
}

// Extras are what a list tells of a question beside its own row.
type Extras struct {
	Expert       string // the pseudonym of who has it; empty: nobody, or not told
	OffersOpen   int
	Reopened     int    // how often
	EscalatedWhy string // why it last went to the brand's team; empty: it never did
}

// extrasSQL finds the extras of some questions, a line each: what, a text, a
// number. Of escalations the last one comes last.
const extrasSQL = `SELECT a.question_id, 'expert', x.handle, a.attempt FROM assignments a JOIN experts x ON x.person_id = a.person_id
	WHERE a.question_id IN ? AND a.state IN ('working', 'delivered')
UNION ALL SELECT question_id, 'offers', '', COUNT(*) FROM offers WHERE question_id IN ? AND state = 'open' GROUP BY question_id
UNION ALL SELECT subject, 'reopened', '', COUNT(*) FROM events WHERE subject IN ? AND kind = 'question.reopened' GROUP BY subject
UNION ALL SELECT subject, 'escalated', data, seq FROM events WHERE subject IN ? AND kind = 'question.escalated'
ORDER BY 4`

// addExtrasTx fills in the extras of a page, in one statement, and one that
// looks whether the caller may know who has a question.
func addExtrasTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, page []Summary) error {
	if len(page) == 0 {
		return nil
	}
	err := access.AuthorizeTx(ctx, tx, caller, brand, access.SeeMoney)
	if err != nil && !errors.Is(err, marketplace.ErrForbidden) {
		return err
	}
	blind, ids, place := err != nil, make([]ID, len(page)), make(map[ID]int, len(page))
	for i, s := range page {
		ids[i], place[s.ID] = s.ID, i
	}
	rows, err := tx.WithContext(ctx).Raw(extrasSQL, ids, ids, ids, ids).Rows()
	if err != nil {
		return fmt.Errorf("look up more of %d questions: %w", len(ids), err)
	}
	defer rows.Close()
	for rows.Next() {
		var id ID
		var what, text string
		var n int
		if err := rows.Scan(&id, &what, &text, &n); err != nil {
			return fmt.Errorf("look up more of %d questions: %w", len(ids), err)
		}
		if what == "expert" && blind {
			continue
		}
		if err := page[place[id]].Extras.take(what, text, n); err != nil {
			return fmt.Errorf("look up more of question %s: %w", id, err)
		}
	}
	return rows.Err()
}

func (x *Extras) take(what, text string, n int) error {
	switch what {
	case "expert":
		x.Expert = text
	case "offers":
		x.OffersOpen = n
	case "reopened":
		x.Reopened = n
	case "escalated":
		var d Detail
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			return err
		}
		x.EscalatedWhy = d.Reason
	}
	return nil
}

// Queue is how many questions of a brand wait, or their customers do.
type Queue struct {
	States  []QueueState // asked, offered, assigned, answered, escalated; each of them
	Overdue int          // past a promise, and not at an end for the customer
	Oldest  *time.Time   // when the one that has waited longest was asked; nil: none waits
}

// QueueState is how many questions are in a state.
type QueueState struct {
	State  State
	Count  int
	Oldest *time.Time // when the first of them was asked
}

// queueSQL counts the waiting questions by state, and finds the first of each:
// program by program, so that an index answers it. A minimum would lose its
// type on SQLite.
const queueSQL = `SELECT state, n, late, asked_at FROM (
	SELECT q.state, q.asked_at, COUNT(*) OVER same AS n,
		SUM(CASE WHEN q.first_responded_at IS NULL AND q.first_response_due_at <= ? OR q.resolution_due_at <= ? THEN 1 ELSE 0 END) OVER same AS late,
		ROW_NUMBER() OVER (PARTITION BY q.state ORDER BY q.asked_at) AS place
	FROM programs p CROSS JOIN questions q
	WHERE p.brand_id = ? %s AND q.program_id = p.id AND q.state IN ? WINDOW same AS (PARTITION BY q.state)) AS open
WHERE place = 1`

// Queue counts a brand's questions that wait, of one program or, with the zero
// id, of all (permission SeeQuestions). Error: *access.ForbiddenError.
func (s *Service) Queue(ctx context.Context, caller access.Caller, brand marketplace.BrandID, of program.ID) (q Queue, err error) {
	now := s.clock.Now()
	q.States = make([]QueueState, len(waiting))
	for i, state := range waiting {
		q.States[i].State = state
	}
	query, args := fmt.Sprintf(queueSQL, ""), []any{now, now, brand, waiting}
	if !of.IsZero() {
		query, args = fmt.Sprintf(queueSQL, "AND p.id = ?"), []any{now, now, brand, of, waiting}
	}
	err = s.readBrand(ctx, caller, brand, []access.Permission{access.SeeQuestions}, func(tx *gorm.DB) error {
		rows, err := tx.WithContext(ctx).Raw(query, args...).Rows()
		if err != nil {
			return wrap(err, "count the waiting questions of brand", brand)
		}
		defer rows.Close()
		for rows.Next() {
			var state State
			var n, late int
			var first time.Time
			if err := rows.Scan(&state, &n, &late, &first); err != nil {
				return wrap(err, "count the waiting questions of brand", brand)
			}
			q.add(state, n, late, first.UTC())
		}
		return wrap(rows.Err(), "count the waiting questions of brand", brand)
	})
	return q, err
}

func (q *Queue) add(state State, n, late int, first time.Time) {
	q.Overdue += late
	if q.Oldest == nil || first.Before(*q.Oldest) {
		q.Oldest = &first
	}
	for i := range q.States {
		if q.States[i].State == state {
			q.States[i].Count, q.States[i].Oldest = n, &first
		}
	}
}
