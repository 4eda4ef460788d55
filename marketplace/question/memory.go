package question

import (
	"context"
	"sync"

	"gorm.io/gorm"

	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/matching"
)

// memory keeps one matching index per program in this process, each caught up
// with the program's evidence before it is used. It is only a copy: a new
// process reads it again from the beginning, and repeats change nothing.
type memory struct {
	mu       sync.Mutex
	programs map[program.ID]*remembered
}

type remembered struct {
	mu     sync.Mutex
	index  *matching.Index
	cursor expert.Cursor
}

func newMemory() *memory { return &memory{programs: map[program.ID]*remembered{}} }

func (m *memory) of(id program.ID) *remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.programs[id]
	if !ok {
		r = &remembered{index: matching.NewIndex()}
		m.programs[id] = r
	}
	return r
}

// forget begins anew: what was read may not have been committed.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.programs)
}

// indexTx returns the program's index with everything committed before tx. It
// must not be called in a transaction that wrote evidence itself: that might
// yet be rolled back.
func (s *Service) indexTx(ctx context.Context, tx *gorm.DB, id program.ID) (*matching.Index, error) {
	r := s.memory.of(id)
	r.mu.Lock()
	defer r.mu.Unlock()
	changes, next, err := s.experts.ChangesAfterTx(ctx, tx, id, r.cursor)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		apply(r.index, c)
	}
	r.cursor = next
	return r.index, nil
}

func apply(index *matching.Index, c expert.EvidenceChange) {
	switch {
	case c.Question != nil:
		q := c.Question
		index.AddDocument(matching.Document{
			ID: matching.ID(q.ID), Title: q.Title, Body: q.Body, Tags: q.Tags, Asker: matching.ID(q.Asker), Asked: q.AskedAt,
		})
	case c.Answer != nil:
		a := c.Answer
		index.AddEvidence(matching.Evidence{
			Document: matching.ID(a.Question), Expert: matching.ID(a.Person), Answered: a.AnsweredAt, Resolved: a.ResolvedAt,
		})
	default:
		index.RemoveDocument(matching.ID(c.Forgotten))
	}
}
