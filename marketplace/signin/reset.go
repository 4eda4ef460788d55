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

const resetLife = time.Hour

type resetNoun struct{}

// reset lets who has its link set a person's password.
type reset struct {
	ID        marketplace.ID[resetNoun] `gorm:"primaryKey"`
	PersonID  access.PersonID
	TokenHash []byte
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// RequestReset mails a link, good for an hour, by which the person with this
// address sets a new password, or their first. Where there is nobody, nothing is
// mailed; the answer is the same. Errors: *marketplace.InvalidError,
// *ThrottledError.
func (s *Service) RequestReset(ctx context.Context, client Client, email string) error {
	email, err := access.NormalEmail(email)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := s.mayMailTx(ctx, tx, client, email, now); err != nil {
			return err
		}
		p, err := s.people.PersonByEmailTx(ctx, tx, email)
		if errors.Is(err, marketplace.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		token, err := newResetTx(ctx, tx, p.ID, now)
		if err != nil {
			return err
		}
		return s.mailPersonTx(ctx, tx, p.ID, resetLetter(s.base, token))
	})
}

func newResetTx(ctx context.Context, tx *gorm.DB, person access.PersonID, now time.Time) (token string, err error) {
	token, hash := access.NewToken()
	r := reset{
		ID: marketplace.NewID[resetNoun](), PersonID: person, TokenHash: hash, CreatedAt: now, ExpiresAt: now.Add(resetLife),
	}
	if err := tx.WithContext(ctx).Create(&r).Error; err != nil {
		return "", fmt.Errorf("insert a reset of person %s: %w", person, err)
	}
	return token, nil
}

// Reset sets the password by a link's token and ends every session of the
// person, who then signs in. Errors: ErrLink, ErrLinkUsed, ErrLinkExpired,
// *marketplace.InvalidError for a bad password, which leaves the link good,
// *ThrottledError.
func (s *Service) Reset(ctx context.Context, client Client, token, password string) error {
	if err := s.take(ctx, linksFromSource, client.source()); err != nil {
		return err
	}
	now := s.clock.Now()
	var email string
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		r, err := followTx[reset](ctx, tx, token, now)
		if err != nil {
			return err
		}
		password, err = s.checkPasswordTx(ctx, tx, r.PersonID, password)
		if err != nil {
			return err
		}
		email, err = s.people.OpenEmailTx(ctx, tx, r.PersonID)
		return err
	})
	if err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		r, err := followTx[reset](ctx, marketplace.ForUpdate(tx), token, now)
		if err != nil {
			return err
		}
		if err := useResetsTx(ctx, tx, r.PersonID, now); err != nil {
			return err
		}
		if err := s.clearTx(ctx, tx, triesOfAccount, email); err != nil {
			return err
		}
		return s.replaceTx(ctx, tx, r.PersonID, hash, SessionID{}, now)
	})
}

// checkPasswordTx is normalPassword for a person.
func (s *Service) checkPasswordTx(ctx context.Context, tx *gorm.DB, person access.PersonID, password string) (string, error) {
	p, err := access.PersonTx(ctx, tx, person)
	if err != nil {
		return "", err
	}
	email, err := s.people.OpenEmailTx(ctx, tx, person)
	if err != nil && !errors.Is(err, access.ErrNoEmail) {
		return "", err
	}
	return normalPassword(password, email, p.Name)
}

// useResetsTx makes every link of person's good for nothing.
func useResetsTx(ctx context.Context, tx *gorm.DB, person access.PersonID, now time.Time) error {
	err := tx.WithContext(ctx).Model(&reset{}).Where("person_id = ? AND used_at IS NULL", person).
		Updates(map[string]any{"used_at": now}).Error
	if err != nil {
		return fmt.Errorf("use the resets of person %s: %w", person, err)
	}
	return nil
}

// replaceTx sets a password, ends the sessions but the one to keep, and tells
// the person, in case it was not them.
func (s *Service) replaceTx(ctx context.Context, tx *gorm.DB, person access.PersonID, hash string, keep SessionID, now time.Time) error {
	if err := s.setPasswordTx(ctx, tx, person, hash, now); err != nil {
		return err
	}
	if err := s.endOthersTx(ctx, tx, person, keep, endPassword, now); err != nil {
		return err
	}
	return s.mailPersonTx(ctx, tx, person, changedLetter(s.base))
}

// ChangePassword replaces the caller's password and ends their sessions but the
// one to keep. Errors: ErrCredentials for a wrong old one, *ThrottledError,
// *marketplace.InvalidError, *access.ForbiddenError for who is no person.
func (s *Service) ChangePassword(ctx context.Context, caller access.Caller, keep SessionID, old, password string) error {
	if err := onlyPerson(caller); err != nil {
		return err
	}
	var checked string
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		password, err = s.checkPasswordTx(ctx, tx, caller.Person, password)
		return err
	})
	if err != nil {
		return err
	}
	if checked, err = s.prove(ctx, caller, old); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := unchangedTx(ctx, tx, caller.Person, checked); err != nil {
			return err
		}
		if err := useResetsTx(ctx, tx, caller.Person, now); err != nil {
			return err
		}
		return s.replaceTx(ctx, tx, caller.Person, hash, keep, now)
	})
}

// prove checks the password of somebody who is signed in, and returns the hash
// it was checked against. A try counts, and no more once it was right.
func (s *Service) prove(ctx context.Context, caller access.Caller, password string) (string, error) {
	if len(password) > maxPassword {
		return "", ErrCredentials
	}
	who, now := "", s.clock.Now()
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		c, _, err := credentialTx(ctx, tx, caller.Person)
		who = c.PasswordHash
		if err != nil {
			return err
		}
		return s.takeTx(ctx, tx, triesOfAccount, caller.Person.String(), now)
	})
	if err != nil {
		return "", err
	}
	ok, _, err := s.hasher.check(ctx, password, who)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", ErrCredentials
	}
	return who, s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return s.giveBackTx(ctx, tx, triesOfAccount, caller.Person.String())
	})
}
