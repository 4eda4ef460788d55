package earnings

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// maxWords bounds what is written with an appeal and its decision.
const maxWords = 4096

// AppealTakeBack is the expert's call for another human to look at a decision to
// take their pay back, in the window that the program gives for refusals. To
// anybody else there is no such decision. Errors: *marketplace.NotFoundError,
// ErrNoAppeal, *marketplace.InvalidError.
func (s *Service) AppealTakeBack(ctx context.Context, caller access.Caller, id ActID, statement string) error {
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		b, err := takeBackTx(ctx, marketplace.ForUpdate(tx), id)
		if err != nil {
			return err
		}
		if !caller.IsPerson(b.PersonID) {
			return marketplace.NotFound("take back", id)
		}
		if err := marketplace.CheckText("statement", statement, 1, maxWords); err != nil {
			return err
		}
		now := s.clock.Now()
		if b.State == TakeBackOpen && b.late(now) {
			return fmt.Errorf("the time to appeal take back %s is over: %w", id, ErrNoAppeal)
		}
		_, reward, err := takenTx(ctx, tx, b)
		if err != nil {
			return err
		}
		p, err := s.programOfTx(ctx, tx, reward)
		if err != nil {
			return err
		}
		by := now.Add(p.Policies.Review.DecideAppealWithin)
		b.Statement, b.AppealedAt, b.DecideBy = s.redacted(statement), &now, &by
		if err := b.saveTx(ctx, tx, TakeBackAppealed, now, &by); err != nil {
			return err
		}
		return s.contestedTx(ctx, tx, TakeBackWasAppealed, b, caller)
	})
}

// DecideTakeBack ends an appeal (permission DecideAppeal, of an operator in
// person): upheld, the pay stays the expert's; else it is taken back, and the
// expert reads the reason. The caller neither asked for it nor agreed to it, nor is
// the expert (ErrSameHuman). Errors beside: *access.ForbiddenError,
// *marketplace.NotFoundError, ErrNoAppeal, *marketplace.InvalidError.
func (s *Service) DecideTakeBack(ctx context.Context, caller access.Caller, id ActID, upheld bool, reason string) error {
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.DecideAppeal); err != nil {
			return err
		}
		if !caller.IsPerson(caller.Person) {
			return &access.ForbiddenError{Permission: access.DecideAppeal}
		}
		if err := marketplace.CheckText("reason", reason, 1, maxWords); err != nil {
			return err
		}
		b, err := takeBackTx(ctx, marketplace.ForUpdate(tx), id)
		if err != nil {
			return err
		}
		a, reward, err := takenTx(ctx, tx, b)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		switch {
		case caller.IsPerson(a.AskedBy), caller.IsPerson(*a.DecidedBy), caller.IsPerson(b.PersonID):
			return ErrSameHuman
		case b.State != TakeBackAppealed || b.late(now):
			return fmt.Errorf("decide the appeal against take back %s: %w", id, ErrNoAppeal)
		}
		b.DecidedBy, b.Decision = &caller.Person, s.redacted(reason)
		if upheld {
			return s.leaveTx(ctx, tx, b, reward, a, TakeBackOverturned, caller)
		}
		return s.takeTx(ctx, tx, b, reward, a, caller)
	})
}

// takeBackDueTx ends a decision whose time is over: without an appeal it stands,
// and an appeal that nobody decided is the expert's.
func (s *Service) takeBackDueTx(ctx context.Context, tx *gorm.DB, row job.RowID, now time.Time) error {
	b, err := takeBackTx(ctx, marketplace.ForUpdate(tx), ActID(row))
	if err != nil || !b.late(now) {
		return err // another process was faster
	}
	a, reward, err := takenTx(ctx, tx, b)
	if err != nil {
		return err
	}
	clock := access.SystemCaller("take backs")
	if b.State == TakeBackOpen {
		return s.takeTx(ctx, tx, b, reward, a, clock)
	}
	return s.leaveTx(ctx, tx, b, reward, a, TakeBackLapsed, clock)
}

// takeTx takes the pay back, as it was decided.
func (s *Service) takeTx(ctx context.Context, tx *gorm.DB, b TakeBack, reward payouts.Reward, a Act, by access.Caller) error {
	now := s.clock.Now()
	if err := b.saveTx(ctx, tx, TakeBackFinal, now, nil); err != nil {
		return err
	}
	if err := s.doActTx(ctx, tx, &a, by.Person); err != nil {
		return err
	}
	if err := tx.WithContext(ctx).Model(&Act{}).Where("id = ?", a.ID).Updates(map[string]any{"posting": a.Posting}).Error; err != nil {
		return fmt.Errorf("note the posting of act %s: %w", a.ID, err)
	}
	return s.endedTx(ctx, tx, b, reward, a, by)
}

// leaveTx ends the decision in the expert's favour.
func (s *Service) leaveTx(ctx context.Context, tx *gorm.DB, b TakeBack, reward payouts.Reward, a Act, end TakeBackState, by access.Caller) error {
	now := s.clock.Now()
	if err := b.saveTx(ctx, tx, end, now, nil); err != nil {
		return err
	}
	if err := payouts.LeaveTx(ctx, tx, now, reward.ID, uuid.UUID(a.ID)); err != nil {
		return err
	}
	return s.endedTx(ctx, tx, b, reward, a, by)
}

// endedTx tells the expert, and the operators by event, how it ended.
func (s *Service) endedTx(ctx context.Context, tx *gorm.DB, b TakeBack, reward payouts.Reward, a Act, by access.Caller) error {
	if err := s.tellTakeBackTx(ctx, tx, b, reward, a, string(b.State)); err != nil {
		return err
	}
	return s.contestedTx(ctx, tx, TakeBackEnded, b, by)
}

func (s *Service) contestedTx(ctx context.Context, tx *gorm.DB, kind event.Kind, b TakeBack, by access.Caller) error {
	e := event.Event{Brand: marketplace.AllBrands, Kind: kind, Subject: event.Subject(b.ID), At: s.clock.Now()}
	return s.events.AppendTx(ctx, tx, e, TakeBackData{By: by.String(), State: b.State})
}

func (s *Service) programOfTx(ctx context.Context, tx *gorm.DB, r payouts.Reward) (program.Program, error) {
	return s.programs.LoadTx(ctx, tx, program.ID(r.ProgramID))
}

func (s *Service) redacted(text string) string { return s.redactor.Redact(text, nil).Text }
