package earnings

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/payouts"
)

// errOnlyLooked undoes what was only done to be looked at.
var errOnlyLooked = errors.New("only looked at")

// PreviewAct shows the posting that an act would make now, and makes none
// (permission RunPayouts, of a person); a credit limit and an unfreezing post
// nothing, a reversal nothing yet. Errors as AskForAct's and AgreeToAct's.
func (s *Service) PreviewAct(ctx context.Context, caller access.Caller, n NewAct) (lines []payouts.PostedLine, err error) {
	ctx = marketplace.WithoutClaim(ctx)
	err = s.operate(ctx, caller, func(tx *gorm.DB) error {
		a, err := s.newActTx(ctx, tx, caller, n)
		if err != nil {
			return err
		}
		if lines, err = s.tryActTx(ctx, tx, a, caller.Person); err != nil {
			return err
		}
		return errOnlyLooked
	})
	if errors.Is(err, errOnlyLooked) {
		return lines, nil
	}
	return nil, err
}

// PreviewAsked is PreviewAct of an act that waits for a second operator.
func (s *Service) PreviewAsked(ctx context.Context, caller access.Caller, id ActID) (lines []payouts.PostedLine, err error) {
	ctx = marketplace.WithoutClaim(ctx)
	err = s.operate(ctx, caller, func(tx *gorm.DB) error {
		a, err := waitingTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if lines, err = s.tryActTx(ctx, tx, a, caller.Person); err != nil {
			return err
		}
		return errOnlyLooked
	})
	if errors.Is(err, errOnlyLooked) {
		return lines, nil
	}
	return nil, err
}

func (s *Service) tryActTx(ctx context.Context, tx *gorm.DB, a Act, by access.PersonID) ([]payouts.PostedLine, error) {
	if err := refused(s.doActTx(ctx, tx, &a, by)); err != nil {
		return nil, err
	}
	return payouts.PostedLinesTx(ctx, tx, a.Posting)
}

// AskForAct asks for an act, with the reason (permission RunPayouts, of a person).
// What one operator may do is done at once, the rest when a second one agrees. The
// reason of an ActClawBack is redacted. Errors: *access.ForbiddenError,
// *marketplace.InvalidError, *marketplace.NotFoundError, and those of the verbs of
// payouts; of an ActClawBack ErrSameHuman about the caller's own pay,
// *payouts.NotFoundError, *payouts.StateError where it was not released or is taken
// back, and payouts.ErrDecided where it was decided about before.
func (s *Service) AskForAct(ctx context.Context, caller access.Caller, n NewAct) (id ActID, err error) {
	err = s.operate(ctx, caller, func(tx *gorm.DB) error {
		a, err := s.newActTx(ctx, tx, caller, n)
		if err != nil {
			return err
		}
		id = a.ID
		marketplace.Made(ctx, a.ID)
		kind := ActWasAsked
		if slices.Contains(alone, a.Kind) {
			if err := s.finishTx(ctx, tx, &a, caller.Person); err != nil {
				return err
			}
			kind = ActWasDone
		}
		if err := tx.WithContext(ctx).Create(&a).Error; err != nil {
			return fmt.Errorf("insert act %s: %w", a.ID, err)
		}
		return s.actedTx(ctx, tx, kind, caller, a)
	})
	return id, err
}

// AgreeToAct does what another operator has asked for (permission RunPayouts, of a
// person). Pay to be taken back is set aside, until its expert can no longer appeal.
// Errors beside AskForAct's: ErrOwnAct, ErrActEnded; ErrSameHuman about the caller's
// own pay, and *marketplace.InvalidError of an ActClawBack without a ground, which
// may have been asked for before grounds were.
func (s *Service) AgreeToAct(ctx context.Context, caller access.Caller, id ActID) error {
	return s.operate(ctx, caller, func(tx *gorm.DB) error {
		a, err := waitingTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if a.AskedBy == caller.Person {
			return ErrOwnAct
		}
		if err := s.finishTx(ctx, tx, &a, caller.Person); err != nil {
			return err
		}
		if err := a.decideTx(ctx, tx); err != nil {
			return err
		}
		return s.actedTx(ctx, tx, ActWasDone, caller, a)
	})
}

// WithdrawAct ends an act that waits, undone (permission RunPayouts, of a person).
// Error beside AskForAct's: ErrActEnded.
func (s *Service) WithdrawAct(ctx context.Context, caller access.Caller, id ActID) error {
	return s.operate(ctx, caller, func(tx *gorm.DB) error {
		a, err := waitingTx(ctx, tx, id)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		a.State, a.DecidedBy, a.DecidedAt = ActWithdrawn, &caller.Person, &now
		if err := a.decideTx(ctx, tx); err != nil {
			return err
		}
		return s.actedTx(ctx, tx, ActWasWithdrawn, caller, a)
	})
}

// Acts lists what operators asked for, newest first, with a state only those in it
// (permission RunPayouts). Errors: *access.ForbiddenError.
func (s *Service) Acts(ctx context.Context, caller access.Caller, state ActState, page marketplace.Page) (list marketplace.Listing[Act], err error) {
	err = s.readAll(ctx, caller, func(tx *gorm.DB) error {
		find := tx.WithContext(ctx)
		if state != "" {
			find = find.Where("state = ?", state)
		}
		list, err = marketplace.List(find, page, marketplace.Order{At: "asked_at", ID: "id", Newest: true}, func(a Act) marketplace.Place {
			return marketplace.Place{At: a.AskedAt, ID: a.ID}
		})
		if err != nil {
			return wrap(err, "list the acts for", caller)
		}
		return outcomesTx(ctx, tx, list.Items)
	})
	return list, err
}

// Act reads one (permission RunPayouts). Errors: *access.ForbiddenError,
// *marketplace.NotFoundError.
func (s *Service) Act(ctx context.Context, caller access.Caller, id ActID) (a Act, err error) {
	err = s.readAll(ctx, caller, func(tx *gorm.DB) error {
		err := tx.WithContext(ctx).Where("id = ?", id).Take(&a).Error
		if err := marketplace.OnlyOne(err, "act", id); err != nil {
			return err
		}
		one := []Act{a}
		err = outcomesTx(ctx, tx, one)
		a = one[0]
		return err
	})
	return a, err
}

// Unsettled is what waits for an operator's word: lines in suspense, debts, and
// brands that are frozen.
type Unsettled struct {
	Suspended []payouts.Suspended
	Debts     []payouts.Debt
	Frozen    []payouts.Frozen
}

// mostUnsettled bounds each list of Unsettled.
const mostUnsettled = 200

// Unsettled lists what waits for an operator's word, at most 200 of each
// (permission RunPayouts). Error: *access.ForbiddenError.
func (s *Service) Unsettled(ctx context.Context, caller access.Caller) (u Unsettled, err error) {
	err = s.readAll(ctx, caller, func(tx *gorm.DB) error {
		if u.Suspended, err = payouts.SuspendedTx(ctx, tx, mostUnsettled); err != nil {
			return err
		}
		if u.Debts, err = payouts.DebtsTx(ctx, tx, mostUnsettled); err != nil {
			return err
		}
		u.Frozen, err = payouts.FrozenBrandsTx(ctx, tx, mostUnsettled)
		return err
	})
	return u, err
}

// operate runs fn in a transaction for an operator who may RunPayouts, in person.
func (s *Service) operate(ctx context.Context, caller access.Caller, fn func(tx *gorm.DB) error) error {
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.RunPayouts); err != nil {
			return err
		}
		if !caller.IsPerson(caller.Person) {
			return &access.ForbiddenError{Permission: access.RunPayouts}
		}
		return fn(tx)
	})
}

func (s *Service) newActTx(ctx context.Context, tx *gorm.DB, caller access.Caller, n NewAct) (Act, error) {
	if err := n.check(); err != nil {
		return Act{}, err
	}
	a := n.act(caller.Person, s.clock.Now())
	if a.Kind == ActClawBack { // the expert reads it
		a.Reason = s.redacted(a.Reason)
	}
	return a, s.aboutTx(ctx, tx, a)
}

func waitingTx(ctx context.Context, tx *gorm.DB, id ActID) (a Act, err error) {
	err = marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ?", id).Take(&a).Error
	if err := marketplace.OnlyOne(err, "act", id); err != nil {
		return a, err
	}
	if a.State != ActAsked {
		return a, ErrActEnded
	}
	return a, nil
}

// finishTx does the act. Pay is taken back when its expert has not appealed, or in
// vain: until then it is set aside.
func (s *Service) finishTx(ctx context.Context, tx *gorm.DB, a *Act, by access.PersonID) error {
	now := s.clock.Now()
	a.State, a.DecidedBy, a.DecidedAt = ActDone, &by, &now
	if a.Kind == ActClawBack {
		return s.beginTx(ctx, tx, *a, by)
	}
	return refused(s.doActTx(ctx, tx, a, by))
}

func (a Act) decideTx(ctx context.Context, tx *gorm.DB) error {
	done := tx.WithContext(ctx).Model(&Act{}).Where("id = ? AND state = ?", a.ID, ActAsked).
		Updates(map[string]any{"state": a.State, "posting": a.Posting, "decided_by": a.DecidedBy, "decided_at": a.DecidedAt})
	if done.Error != nil {
		return fmt.Errorf("decide act %s: %w", a.ID, done.Error)
	}
	if done.RowsAffected != 1 {
		return ErrActEnded
	}
	return nil
}

func (s *Service) actedTx(ctx context.Context, tx *gorm.DB, kind event.Kind, caller access.Caller, a Act) error {
	e := event.Event{Brand: marketplace.AllBrands, Kind: kind, Subject: event.Subject(a.ID), At: s.clock.Now()}
	return s.events.AppendTx(ctx, tx, e, ActData{By: caller.String(), Act: a.Kind, Minor: a.AmountMinor, Currency: string(a.Currency)})
}
