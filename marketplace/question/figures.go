package question

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// Figure is how many questions are in a state, and when the first of them was
// asked.
type Figure struct {
	State State
	Count int64
	First time.Time
}

// figuresSQL goes program by program, in SQLite because of the CROSS JOIN, so
// that an index answers it; a minimum would lose its type there.
const figuresSQL = `SELECT state, n, asked_at FROM (
	SELECT q.state, q.asked_at, COUNT(*) OVER same AS n, ROW_NUMBER() OVER (PARTITION BY q.state ORDER BY q.asked_at) AS place
	FROM programs p CROSS JOIN questions q
	WHERE q.program_id = p.id AND q.state IN (?, ?, ?, ?) WINDOW same AS (PARTITION BY q.state)) AS open
WHERE place = 1 ORDER BY state`

// OpenFigures counts every brand's questions that are not at their end, by
// state. Only the system may.
func (s *Service) OpenFigures(ctx context.Context, caller access.Caller) ([]Figure, error) {
	if caller.Kind != access.KindSystem || !caller.Valid() {
		return nil, &access.ForbiddenError{Permission: "figures"}
	}
	list := []Figure{}
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		rows, err := tx.Raw(figuresSQL, Asked, Offered, Assigned, Answered).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var f Figure
			if err := rows.Scan(&f.State, &f.Count, &f.First); err != nil {
				return err
			}
			list = append(list, f)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("count open questions: %w", err)
	}
	return list, nil
}
