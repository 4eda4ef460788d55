package question

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
)

// After gives the state a verb leads to.
func After(s State, v Verb) (State, error) { return s.after(v) }

// Next gives next if an assignment may move there.
func Next(s, next AssignmentState) (AssignmentState, error) { return s.to(next) }

// MappedVerbs counts the verbs and states that the map knows.
func MappedVerbs() int { return len(moves) }

// Learned tells whether the reading of topics has learned a question.
func (s *Service) Learned(q Question) bool {
	return s.memory.of(q.ProgramID).reader.knows(expert.PastQuestionID(q.ID))
}

// Remembers tells whether the words of a program's past questions are in memory.
func (s *Service) Remembers(id program.ID) bool {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	r := s.memory.programs[id]
	return r != nil && r.used.Load() != nil
}

// Forget makes the service a fresh process's: who asks next is routed by a job.
func (s *Service) Forget() { s.memory.forget() }

// RouteOn reacts to an event as the job would.
func (s *Service) RouteOn(ctx context.Context, tx *gorm.DB, id ID) error {
	return s.routeOn(ctx, tx, event.Event{Subject: event.Subject(id)})
}

// AdvanceTx works off a question's deadline as the sweep would.
func (s *Service) AdvanceTx(ctx context.Context, tx *gorm.DB, id ID) error {
	return s.advanceTx(ctx, tx, job.RowID(id), s.clock.Now())
}

// ReleaseDueTx works off an assignment's deadline as the sweep would.
func (s *Service) ReleaseDueTx(ctx context.Context, tx *gorm.DB, id AssignmentID) error {
	return s.releaseDueTx(ctx, tx, job.RowID(id), s.clock.Now())
}

// FiguresSQL is what OpenFigures asks.
const FiguresSQL = figuresSQL

// RefitNow does what the job does that RefitWeights has done.
func (s *Service) RefitNow(ctx context.Context, brand marketplace.BrandID, id program.ID) error {
	return s.refit(ctx, job.Job{BrandID: brand, Args: `{"program":"` + id.String() + `"}`})
}
