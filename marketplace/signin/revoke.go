package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// Session tells whether a session lasts, for what outlives an access token.
// Errors: ErrSession.
func (s *Service) Session(ctx context.Context, id SessionID) (Session, error) {
	var n Session
	now := s.clock.Now()
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		if n, err = liveTx(ctx, tx, id, now); err != nil {
			return err
		}
		n.NeedsTOTP, err = s.needsTOTPTx(ctx, tx, n.PersonID)
		return err
	})
	return n, err
}

// mostSessions is how many sessions are listed.
const mostSessions = 100

// Sessions lists the caller's sessions that last, last used first, the first
// hundred of them. Errors: *access.ForbiddenError for who is no person.
func (s *Service) Sessions(ctx context.Context, caller access.Caller) ([]Session, error) {
	if err := onlyPerson(caller); err != nil {
		return nil, err
	}
	var list []Session
	now := s.clock.Now()
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		err := tx.WithContext(ctx).Where("person_id = ? AND ended_at IS NULL AND expires_at > ?", caller.Person, now).
			Order("last_used_at DESC, id DESC").Limit(mostSessions).Find(&list).Error
		if err != nil {
			return fmt.Errorf("list the sessions of person %s: %w", caller.Person, err)
		}
		return nil
	})
	return list, err
}

// Revoke ends one of the caller's sessions; again changes nothing. Another's is
// a *marketplace.NotFoundError.
func (s *Service) Revoke(ctx context.Context, caller access.Caller, id SessionID) error {
	if err := onlyPerson(caller); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		var n Session
		err := tx.WithContext(ctx).Where("id = ? AND person_id = ?", id, caller.Person).Take(&n).Error
		if err := marketplace.OnlyOne(err, "session", id); err != nil {
			return err
		}
		return s.endTx(ctx, tx, caller.Person, endRevoked, now, "id = ?", id)
	})
}

// RevokeAll ends the caller's sessions but the one to keep; zero: all of them.
func (s *Service) RevokeAll(ctx context.Context, caller access.Caller, keep SessionID) error {
	if err := onlyPerson(caller); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return s.endOthersTx(ctx, tx, caller.Person, keep, endRevoked, now)
	})
}

// SignOut ends the session a token belongs to, also by an old token. What is no
// token of ours, or of a session that is over, changes nothing.
func (s *Service) SignOut(ctx context.Context, token string) error {
	t, ok := s.tokens.read(token)
	if !ok {
		return nil
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		n, err := liveTx(ctx, tx, t.session, now)
		if errors.Is(err, ErrSession) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.endTx(ctx, tx, n.PersonID, endSignedOut, now, "id = ?", n.ID)
	})
}

// endOthersTx ends person's sessions but the one to keep; zero: all of them.
func (s *Service) endOthersTx(ctx context.Context, tx *gorm.DB, person access.PersonID, keep SessionID, reason string, now time.Time) error {
	if keep.IsZero() {
		return s.endTx(ctx, tx, person, reason, now, "1 = 1")
	}
	return s.endTx(ctx, tx, person, reason, now, "id <> ?", keep)
}
