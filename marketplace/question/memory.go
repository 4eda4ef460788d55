package question

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"

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
	loaded atomic.Bool               // as far as a read takes no time to speak of
	used   atomic.Pointer[time.Time] // when the index last was; nil: never
	mu     sync.Mutex
	index  *matching.Index
	cursor expert.Cursor

	pooling sync.Mutex // of the two below
	pool    *matching.Pool
	pooled  int64 // version of the roll that the pool was made of

	weights atomic.Pointer[latest]
	apart   atomic.Pointer[time.Time] // until then its questions are routed one by one

	lessons lessons // for the reader, who takes them in another time
	reader  reader
}

func newMemory() *memory {
	return &memory{
		programs: map[program.ID]*remembered{},
	}
}

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

// keepIdle is for how long words are kept that nobody asks for: so long they may
// be an erased question's.
const keepIdle = 10 * time.Minute

// ForgetIdle forgets the past questions of each program that nothing was routed,
// fitted or learned in for a while: the erased ones among them, which only use
// takes out. Who needs them next reads them again. Call it every minute.
func (s *Service) ForgetIdle(context.Context) error {
	s.memory.forgetIdle(s.clock.Now().Add(-keepIdle))
	return nil
}

func (m *memory) forgetIdle(since time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.programs, func(_ program.ID, r *remembered) bool {
		used := r.used.Load()
		return used != nil && used.Before(since)
	})
}

// patience is whether who routes can wait for the index to be loaded.
type patience bool

const (
	patient   patience = true
	impatient patience = false
)

// mostAtOnce is how many changes the impatient take in: a few milliseconds of
// them. More come with the first read, or after an import.
const mostAtOnce = 1_000

// warm tells whether routing q has nothing to load, as far as is known.
func (s *Service) warm(q *Question) bool {
	return s.memory.of(q.ProgramID).loaded.Load() && s.experts.HasRoster(q.BrandID, q.ProgramID)
}

// indexTx returns the program's index with everything committed before tx. It
// must not be called in a transaction that wrote evidence itself: that might
// yet be rolled back. To the impatient it may be errCold.
func (s *Service) indexTx(ctx context.Context, tx *gorm.DB, id program.ID, wait patience) (*matching.Index, error) {
	r, now := s.memory.of(id), s.clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if wait == impatient && !r.loaded.Load() {
		return nil, errCold
	}
	r.used.Store(&now)
	changes, next, err := s.experts.ChangesAfterTx(ctx, tx, id, r.cursor)
	if err != nil {
		return nil, err
	}
	if len(changes) > mostAtOnce {
		r.loaded.Store(false) // until they are taken in, nobody impatient waits here
		if wait == impatient {
			return nil, errCold
		}
	}
	for _, c := range changes {
		apply(r.index, c)
		r.lessons.take(c, r.reader.knows)
	}
	r.cursor = next
	r.loaded.Store(true)
	return r.index, nil
}

// pool is everybody on a program's roll, by their places, made ready for its
// index: it is kept as long as nobody comes or goes.
func (m *memory) pool(id program.ID, index *matching.Index, roll expert.Roll) *matching.Pool {
	r := m.of(id)
	r.pooling.Lock()
	defer r.pooling.Unlock()
	if r.index == index && r.pool != nil && r.pooled == roll.Version() {
		return r.pool
	}
	list := make([]matching.Candidate, roll.Len())
	for place := range list {
		c := roll.At(place)
		list[place] = matching.Candidate{Expert: matching.ID(c.Person), Since: c.Since, Lot: c.Lot}
	}
	pool := index.Pool(list)
	if r.index == index { // else all was forgotten meanwhile
		r.pool, r.pooled = pool, roll.Version()
	}
	return pool
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
