package quality

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
)

// SettledSignal is the data of EventSignalSettled.
type SettledSignal struct {
	By      access.PersonID   `json:"by"`
	Signal  SignalKey         `json:"signal"`
	Kind    SignalKind        `json:"kind"`
	Outcome SettlementOutcome `json:"outcome"`
	Experts []access.PersonID `json:"experts"`
}

// Finding is what a human says who looked into a signal: what it came to, why, and
// the signal's AsOf, since nobody can speak of what they were not shown.
type Finding struct {
	Outcome SettlementOutcome
	Note    string
	AsOf    time.Time
}

func (f Finding) check(now time.Time) error {
	if err := f.Outcome.check(); err != nil {
		return err
	}
	if f.AsOf.IsZero() || f.AsOf.After(now) {
		return &marketplace.InvalidError{Field: "as_of", Reason: "must be when the signal was read"}
	}
	return marketplace.CheckText("note", f.Note, 1, maxText)
}

// Settle is the caller's word, as a named human, on what they found who looked
// into a signal, and why (permission SuspendExperts). No more of the work of whom
// it is about is reviewed for it, until as much has come since they read it as
// makes a signal, or somebody opens it again. Nothing else follows: what is to be
// done is done by its own name. Errors: ErrOwnSignal, *question.TransitionError for
// what is settled, or opened, already, and where as much came since as makes
// another, *access.ForbiddenError, *marketplace.NotFoundError,
// *marketplace.InvalidError.
func (s *Service) Settle(ctx context.Context, caller access.Caller, id program.ID, key SignalKey, f Finding) error {
	now := s.clock.Now()
	if err := f.check(now); err != nil {
		return err
	}
	list, err := s.Signals(ctx, caller, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(one Signal) bool { return one.Key == key })
	if i < 0 {
		return marketplace.NotFound("signal", key)
	}
	of := list[i]
	if slices.ContainsFunc(of.People, func(p Suspect) bool { return p.Person == caller.Person }) {
		return ErrOwnSignal
	}
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, access.SuspendExperts, marketplace.NotFound("program", id)); err != nil {
			return err
		}
		return s.settleTx(ctx, tx, of, Settlement{
			BrandID: brand, ProgramID: id, Signal: key, Kind: of.Kind, Outcome: f.Outcome,
			Note: s.redactor.Redact(f.Note, nil).Text, AsOf: f.AsOf.UTC(), SettledBy: caller.Person, SettledAt: now,
		})
	})
}

// settleTx puts what was said of a signal on record, and has whose work is watched
// worked out anew.
func (s *Service) settleTx(ctx context.Context, tx *gorm.DB, of Signal, x Settlement) error {
	anew := []Signal{of} // somebody may have been faster
	if err := s.settledTx(ctx, tx, x.ProgramID, anew); err != nil {
		return err
	}
	opens := x.Outcome == SettledAgain
	if anew[0].Open == opens {
		return &question.TransitionError{Noun: "signal", From: map[bool]string{true: "open", false: "settled"}[opens], Verb: "become so"}
	}
	if !opens && of.opens(&x) {
		return &question.TransitionError{Noun: "signal", From: "no longer as it was read", Verb: "be settled"}
	}
	x.Round = anew[0].round + 1
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&x)
	if done.Error != nil {
		return fmt.Errorf("insert what was said of signal %s: %w", x.Signal, done.Error)
	}
	if done.RowsAffected == 0 {
		return &question.TransitionError{Noun: "signal", From: "no longer as it was", Verb: "be settled"}
	}
	if err := aboutTx(ctx, tx, of, x); err != nil {
		return err
	}
	if err := s.saidTx(ctx, tx, of, x); err != nil {
		return err
	}
	return s.queue.EnqueueTx(ctx, tx, job.New{
		Kind: watchJob, Args: watchArgs{x.ProgramID}, Brand: x.BrandID, UniqueKey: fmt.Sprintf("%s:%s:%s:%d", watchJob, x.ProgramID, x.Signal, x.Round),
	})
}

// aboutTx puts on record whom a signal is about of which something was said.
func aboutTx(ctx context.Context, tx *gorm.DB, of Signal, x Settlement) error {
	list := make([]settledPerson, len(of.People))
	for i, p := range of.People {
		list[i] = settledPerson{BrandID: x.BrandID, ProgramID: x.ProgramID, Signal: x.Signal, Round: x.Round, PersonID: p.Person}
	}
	if err := tx.WithContext(ctx).Create(&list).Error; err != nil {
		return fmt.Errorf("insert whom signal %s is about: %w", x.Signal, err)
	}
	return nil
}

// saidTx is the entry in the brand's history.
func (s *Service) saidTx(ctx context.Context, tx *gorm.DB, of Signal, x Settlement) error {
	data := SettledSignal{By: x.SettledBy, Signal: x.Signal, Kind: x.Kind, Outcome: x.Outcome}
	for _, p := range of.People {
		data.Experts = append(data.Experts, p.Person)
	}
	return s.events.AppendTx(ctx, tx, event.Event{Brand: x.BrandID, Kind: EventSignalSettled, Subject: event.Subject(x.ProgramID), At: x.SettledAt}, data)
}
