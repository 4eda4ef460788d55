package admission

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// Cover is who can work in a program, and what it asks of who applies.
type Cover struct {
	Active      [][]string // of each active expert, the languages they answer in
	Quiz, Terms bool       // there is one to pass; there are some to accept
	Cards       bool       // there are some to read
	Practice    bool       // there are answers to give that people judge
	Probation   bool       // who is approved is on probation first
}

// CoverTx reads a program's cover. Two statements.
func CoverTx(ctx context.Context, tx *gorm.DB, id program.ID) (c Cover, err error) {
	var rows []string
	err = tx.WithContext(ctx).Table("enrolments").Joins("JOIN experts ON experts.person_id = enrolments.person_id").
		Where("enrolments.program_id = ? AND enrolments.state = ?", id, expert.Active).Pluck("experts.languages", &rows).Error
	if err != nil {
		return c, fmt.Errorf("list the active experts of program %s: %w", id, err)
	}
	c.Probation = expert.VerbApprove.To() == expert.Probation
	c.Active = make([][]string, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal([]byte(row), &c.Active[i]); err != nil {
			return c, fmt.Errorf("read an expert's languages: %w", err)
		}
	}
	err = marketplace.ScanTx(tx.WithContext(ctx), `SELECT EXISTS (SELECT 1 FROM quizzes WHERE program_id = ? AND topic = ''),
		EXISTS (SELECT 1 FROM terms WHERE program_id = ?), EXISTS (SELECT 1 FROM cards WHERE program_id = ? AND retired_at IS NULL),
		EXISTS (SELECT 1 FROM practice_tasks WHERE program_id = ? AND retired_at IS NULL)`, []any{id, id, id, id}, &c.Quiz, &c.Terms, &c.Cards, &c.Practice)
	if err != nil {
		return c, fmt.Errorf("look what program %s asks: %w", id, err)
	}
	return c, nil
}

// In counts the active experts who answer in a language; as with offers, only
// the base language counts.
func (c Cover) In(language string) int {
	n := 0
	for _, tags := range c.Active {
		if slices.ContainsFunc(tags, func(tag string) bool { return program.BaseLanguage(tag) == program.BaseLanguage(language) }) {
			n++
		}
	}
	return n
}
