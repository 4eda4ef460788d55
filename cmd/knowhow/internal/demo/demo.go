// Package demo lives the past of Brindlewave, a streaming service that does not
// exist: ten weeks of questions, answers, reviews and payouts, every one of them
// through the real services under a clock of the past, up to twelve questions
// that are open now. So what a visitor sees of standing, figures, ledger and
// receipts was earned, in the sandbox.
//
// What people write is in content, one JSON object a line; what they do and when
// is drawn from it by name, so the same start ends the same, and a past that was
// interrupted goes on where it was.
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
)

// past is how long ago the story begins.
const past = 10 * week

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// Refusals of Seed.
var (
	// ErrNotEmpty: the database holds something else than the demo.
	ErrNotEmpty = errors.New("the database holds brands that are not the demo's; give the demo one of its own")
	// ErrNotSandbox: the payment provider would move real money.
	ErrNotSandbox = errors.New("the demo pays through the sandbox only")
)

// Scene is what a visitor needs: who there is to be, and what is open.
type Scene struct {
	Brand     marketplace.BrandID
	Program   program.ID
	Preview   program.ID    // a small one that is full; zero where the story was lived before there was one
	People    []Persona     // the brand's people, then the experts
	Questions []question.ID // the twelve open ones, in their order
	Walk      Walk
}

// Persona is somebody a visitor can be.
type Persona struct {
	Person    access.PersonID
	Name      string
	Email     string
	Role      string // "operator", an access.Role, or "expert"
	Handle    string // of experts: their pseudonym
	Languages []string
	About     string // one sentence
}

// Walk is the question that the visitor's own walk begins with, filled in
// beforehand. It names its customer, so that redaction has something to do.
type Walk struct {
	Name, Title, Body, Context, Topic, Language string
	Tags                                        []string
}

// Seed fills an empty database with Brindlewave by living its past through the
// real services, up to now by the parts' clock, and returns its Scene. A
// database that has it already is left alone. It can be stopped at any point,
// and goes on where it was when called again; meanwhile nobody else may use the
// database. tell hears how many questions of how many were asked. Errors beside
// those of the services: ErrNotEmpty, ErrNotSandbox.
func Seed(ctx context.Context, parts assembly.Parts, log *slog.Logger, tell func(done, of int)) (Scene, error) {
	if parts.Provider != nil && !parts.Provider.Sandbox() {
		return Scene{}, ErrNotSandbox
	}
	cast, err := loadCast()
	if err != nil {
		return Scene{}, err
	}
	start, found, err := begun(ctx, parts.Store)
	if err != nil {
		return Scene{}, err
	}
	if !found {
		start = parts.Clock.Now().Add(-past)
	}
	w, err := newWorld(ctx, parts, cast, log, start)
	if err != nil {
		return Scene{}, err
	}
	if err := w.live(ctx, tell); err != nil {
		return Scene{}, fmt.Errorf("live the demo's past, at %s: %w", w.clock.Now().Format(time.RFC3339), err)
	}
	return w.scene(ctx)
}

// Exists reports whether the database has the demo, or a part of it.
func Exists(ctx context.Context, store *marketplace.Store) (bool, error) {
	_, found, err := begun(ctx, store)
	if errors.Is(err, ErrNotEmpty) {
		return false, nil
	}
	return found, err
}

// begun finds when the demo's brand was made, the beginning of its story.
func begun(ctx context.Context, store *marketplace.Store) (start time.Time, found bool, err error) {
	var brands []program.Brand
	err = store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return tx.Order("created_at").Find(&brands).Error })
	switch {
	case err != nil:
		return time.Time{}, false, fmt.Errorf("look for the demo's brand: %w", err)
	case len(brands) == 0:
		return time.Time{}, false, nil
	case brands[0].Name != brandName:
		return time.Time{}, false, ErrNotEmpty
	}
	return brands[0].CreatedAt.UTC(), true, nil
}

// unread is where the past's mail goes: nobody reads it any more.
type unread struct{}

func (unread) Send(context.Context, notify.Message) error { return nil }
