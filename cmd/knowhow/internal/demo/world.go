package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/agenda"
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

// world is the market in which the past is lived.
type world struct {
	*cast
	*assembly.House
	clock      movable
	start, end time.Time

	brand   marketplace.BrandID
	program program.Program
	staff   map[string]access.Caller // by role
	people  map[string]access.PersonID
	handles map[access.PersonID]string

	list    []*item // in order of time
	items   map[string]*item
	asked   map[string]question.ID
	askers  map[string]access.Caller // by handle
	offers  map[question.OfferID]bool
	reviews map[string]bool
	votes   map[quality.VoteID]bool
	// answering are the references of questions that the brand's agent will answer.
	answering map[string]bool
	agenda    agenda.Agenda

	week    int    // which time the twelve are open, counted from 1
	shown   bool   // visitors are about: they and workers of the process act too
	haste   int    // people are so many times as quick; 0: as they are
	rests   string // who is left to the visitors: the handle of an expert who takes nothing
	only    func(reference string) bool
	log     *slog.Logger
	noticed int64 // the last event that was heard of
}

// movable is a clock that the story moves.
type movable interface {
	marketplace.Clock
	Set(t time.Time)
}

var system = access.SystemCaller("demo")

// newWorld builds the services under a clock that stands where an interrupted
// story was left, else at its start.
func newWorld(ctx context.Context, parts assembly.Parts, c *cast, log *slog.Logger, start time.Time) (*world, error) {
	clock := marketplace.NewManualClock(start)
	parts.Clock, parts.Log, parts.Mailer, parts.Provider = clock, log, unread{}, nil
	parts.DrawKey = []byte("demo") // the same story under any keys
	w, err := peopled(c, assembly.New(parts), clock, clock.Now(), clock.Now().Add(past))
	if err != nil {
		return nil, err
	}
	left, err := leftOff(ctx, parts.Store)
	if err == nil && left.After(start) {
		clock.Set(left)
	}
	return w, err
}

// peopled is a world in the house, whose story begins at start and is lived up
// to end, with nobody in it yet.
func peopled(c *cast, h *assembly.House, clock movable, start, end time.Time) (*world, error) {
	w := &world{
		cast: c, House: h, clock: clock, start: start, end: end, week: 1,
		staff: map[string]access.Caller{}, people: map[string]access.PersonID{}, handles: map[access.PersonID]string{},
		items: map[string]*item{}, asked: map[string]question.ID{}, askers: map[string]access.Caller{},
		offers: map[question.OfferID]bool{}, reviews: map[string]bool{}, votes: map[quality.VoteID]bool{}, answering: map[string]bool{},
	}
	w.list = c.items(w.start)
	for _, it := range w.list {
		if w.items[it.Reference] != nil {
			return nil, fmt.Errorf("the demo's content has two questions %s", it.Reference)
		}
		w.items[it.Reference] = it
	}
	return w, nil
}

// leftOff is the time of the last thing that happened.
func leftOff(ctx context.Context, store *marketplace.Store) (at time.Time, err error) {
	var times []time.Time
	err = store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Table("events").Select("at").Order("at DESC").Limit(1).Scan(&times).Error
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("read when the story was left: %w", err)
	}
	if len(times) == 1 {
		at = times[0]
	}
	return at, nil
}

// live lives the story from where it stands to its end, unless it is over.
func (w *world) live(ctx context.Context, tell func(done, of int)) error {
	if err := w.find(ctx); err != nil {
		return err
	}
	over, err := w.over(ctx)
	if err != nil || over {
		return errors.Join(err, w.promise(ctx, false))
	}
	if err := w.Queue.ReleaseLeases(ctx); err != nil { // the database is ours alone
		return err
	}
	if err := w.open(ctx); err != nil {
		return err
	}
	if err := w.pickUp(ctx); err != nil {
		return err
	}
	if err := w.play(ctx, tell); err != nil {
		return err
	}
	if err := w.promise(ctx, false); err != nil {
		return err
	}
	_, err = w.Queue.RunDue(ctx) // what the policies set going
	return err
}

// find knows brand, program and questions again, as far as they are there.
func (w *world) find(ctx context.Context) error {
	var brands []program.Brand
	var programs []program.Program
	var rows []struct {
		ID        question.ID
		Reference string
	}
	err := w.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := tx.Where("name = ?", brandName).Order("created_at").Limit(1).Find(&brands).Error; err != nil || len(brands) == 0 {
			return err
		}
		w.brand = brands[0].ID
		if err := tx.Where("brand_id = ?", w.brand).Order("created_at").Limit(1).Find(&programs).Error; err != nil || len(programs) == 0 {
			return err
		}
		w.program = programs[0]
		return tx.Table("questions").Select("id, reference").Where("program_id = ? AND reference IS NOT NULL", w.program.ID).Scan(&rows).Error
	})
	if err != nil {
		return fmt.Errorf("look for the demo: %w", err)
	}
	for _, r := range rows {
		if w.item(r.Reference) != nil {
			w.asked[r.Reference] = r.ID
		}
	}
	return nil
}

// over reports that the story has come to its end: its last question was asked
// and routed. From then on everything is the visitors' doing.
func (w *world) over(ctx context.Context) (bool, error) {
	last, asked := w.asked[w.list[len(w.list)-1].Reference]
	if !asked {
		return false, nil
	}
	var q question.Question
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) (err error) {
		q, err = question.QuestionTx(ctx, tx, last)
		return err
	})
	return q.State != question.Asked || q.Attempt > 1, err
}
