package demo

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/question"
)

// ErrBusy: days are passing just now, or the plug is being pulled.
var ErrBusy error = &refusal{"the demo is busy with what it was asked before"}

// refusal is a marketplace.ErrConflict with its own words.
type refusal struct{ text string }

func (r *refusal) Error() string { return r.text }

// Is makes errors.Is(err, marketplace.ErrConflict) true.
func (r *refusal) Is(target error) bool { return target == marketplace.ErrConflict }

// Stage is the demo while visitors are about: it lets days pass, has its plug
// pulled, and plays customers and experts beside them. Its house must be served
// by this process alone. Safe for concurrent use.
type Stage struct {
	house   *assembly.House
	clock   *Clock
	cast    *cast
	log     *slog.Logger
	outlet  *Outlet
	began   time.Time  // the story
	playing sync.Mutex // whoever moves the time or the demo's people

	mu      sync.Mutex // what is below
	scene   Scene
	kept    kept
	days    *Days
	plans   int // how often the people's plans became old
	ending  context.Context
	working sync.WaitGroup
}

// NewStage is the stage of the scene in the house, whose clock and provider
// are the clock and the outlet.
func NewStage(ctx context.Context, scene Scene, house *assembly.House, clock *Clock, outlet *Outlet, log *slog.Logger) (*Stage, error) {
	c, err := loadCast()
	if err != nil {
		return nil, err
	}
	began, _, err := begun(ctx, house.Store)
	if err != nil {
		return nil, err
	}
	k, err := readKept(ctx, house.Store)
	if err != nil {
		return nil, err
	}
	s := &Stage{house: house, clock: clock, cast: c, log: log, outlet: outlet, began: began, scene: scene, kept: k, days: k.Days, ending: context.Background()}
	outlet.stage = s
	w, err := s.world(ctx, clock.Now())
	if err != nil {
		return nil, err
	}
	s.open(w)
	return s, nil
}

// world is the demo's people as they stand now, who act up to end.
func (s *Stage) world(ctx context.Context, end time.Time) (*world, error) {
	w, err := peopled(s.cast, s.house, s.clock, s.began, end)
	if err != nil {
		return nil, err
	}
	w.shown, w.log = true, s.log
	for _, p := range s.scene.People {
		if p.Role == expertRole {
			w.people[p.Handle], w.handles[p.Person] = p.Person, p.Handle
		} else {
			w.staff[p.Role] = p.Caller()
		}
	}
	if err := w.find(ctx); err != nil {
		return nil, err
	}
	for reference := range w.asked {
		w.week = max(w.week, weekOf(reference))
	}
	w.close()
	return w, nil
}

// open has the scene name the twelve as they were asked the last time.
func (s *Stage) open(w *world) {
	list := make([]question.ID, len(s.cast.today))
	for i, e := range s.cast.today {
		list[i] = w.asked[e.ID]
		for week := 2; week <= w.week; week++ {
			if id, ok := w.asked[fmt.Sprintf("%s%s%d", e.ID, askedAgain, week)]; ok {
				list[i] = id
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scene.Questions = list
}

// Scene is who there is to be, and what is open now.
func (s *Stage) Scene() Scene {
	s.mu.Lock()
	defer s.mu.Unlock()
	scene := s.scene
	scene.Questions = slices.Clone(scene.Questions)
	return scene
}

// Now is the demo's time, and how far it is ahead.
func (s *Stage) Now() (now time.Time, ahead time.Duration) { return s.clock.Now(), s.clock.Ahead() }

// may refuses whoever is not one of the demo's people who run it.
func (s *Stage) may(caller access.Caller) error {
	for _, p := range s.Scene().People {
		if (p.Role == operator || p.Role == string(access.Manager)) && caller.IsPerson(p.Person) {
			return nil
		}
	}
	return &access.ForbiddenError{Permission: "demo"}
}

// keep changes what is kept, here and in the database.
func (s *Stage) keep(ctx context.Context, change func(k *kept)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.kept)
	return s.kept.write(ctx, s.house.Store)
}

// aside does something that outlasts the request which asked for it, until the
// stage closes. Whoever calls it holds playing, which is free again after it.
func (s *Stage) aside(do func(ctx context.Context)) {
	s.working.Go(func() {
		defer s.playing.Unlock()
		s.mu.Lock()
		ctx := s.ending
		s.mu.Unlock()
		do(ctx)
	})
}

// Run plays until ctx ends: what a pulled plug left is taken up, and, while
// traffic is on, customers and experts are about.
func (s *Stage) Run(ctx context.Context) {
	s.mu.Lock()
	s.ending = ctx
	s.mu.Unlock()
	s.takeUp(ctx)
	s.traffic(ctx)
	s.working.Wait()
}
