package signin

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// Credentials are what somebody signs in with.
type Credentials struct {
	Email    string
	Password string
	Code     string // of the authenticator, or a recovery code; empty where there is none
}

// account is who an address belongs to; the zero value is nobody.
type account struct {
	person access.PersonID
	hash   string // of the password; empty where there is none
}

// SignIn begins a session. A try counts before it is made, by account and by
// source, and no more once it succeeded. Errors: ErrCredentials, ErrCodeNeeded,
// *ThrottledError, *marketplace.InvalidError for what is no address.
func (s *Service) SignIn(ctx context.Context, client Client, c Credentials) (Started, error) {
	email, err := access.NormalEmail(c.Email)
	if err != nil {
		return Started{}, err
	}
	if len(c.Password) > maxPassword {
		return Started{}, ErrCredentials
	}
	who, err := s.try(ctx, client, email)
	if err != nil {
		return Started{}, err
	}
	ok, stale, err := s.hasher.check(ctx, c.Password, who.hash)
	if err != nil {
		return Started{}, err
	}
	if !ok {
		return Started{}, ErrCredentials
	}
	fresh := ""
	if stale {
		if fresh, err = s.hasher.hash(ctx, c.Password); err != nil {
			return Started{}, err
		}
	}
	return s.enter(ctx, client, email, who, c.Code, fresh)
}

// try counts an attempt and looks up whom it is about.
func (s *Service) try(ctx context.Context, client Client, email string) (who account, err error) {
	now := s.clock.Now()
	err = s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		who = account{}
		if err := s.takeTx(ctx, tx, triesOfAccount, email, now); err != nil {
			return err
		}
		if err := s.takeTx(ctx, tx, triesFromSource, client.source(), now); err != nil {
			return err
		}
		p, err := s.people.PersonByEmailTx(ctx, tx, email)
		if err != nil && !errors.Is(err, marketplace.ErrNotFound) {
			return err
		}
		c, _, err := credentialTx(ctx, tx, p.ID) // nobody has none
		who = account{person: p.ID, hash: c.PasswordHash}
		return err
	})
	return who, err
}

// enter lets in whoever knew the password, if the code is right too where one is
// needed. fresh, if not empty, replaces the password's hash.
func (s *Service) enter(ctx context.Context, client Client, email string, who account, code, fresh string) (Started, error) {
	now := s.clock.Now()
	var started Started
	var refused error
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		if err := unchangedTx(ctx, tx, who.person, who.hash); err != nil {
			return err
		}
		if refused, err = s.codeTx(ctx, tx, who.person, code, now); err != nil || errors.Is(refused, ErrCredentials) {
			return err
		}
		if err := s.triedTx(ctx, tx, client, email, refused == nil); err != nil || refused != nil {
			return err
		}
		if fresh != "" {
			if err := writeHashTx(ctx, tx, who.person, map[string]any{"password_hash": fresh}); err != nil {
				return err
			}
		}
		started, err = s.startTx(ctx, tx, who.person, client, now)
		return err
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return Started{}, err
	}
	return started, nil
}

// triedTx takes back the count of a try that was no failure. All earlier ones
// are forgiven only where it let somebody in: who knows the password and guesses
// codes must not begin anew each time.
func (s *Service) triedTx(ctx context.Context, tx *gorm.DB, client Client, email string, entered bool) error {
	account := s.giveBackTx
	if entered {
		account = s.clearTx
	}
	if err := account(ctx, tx, triesOfAccount, email); err != nil {
		return err
	}
	return s.giveBackTx(ctx, tx, triesFromSource, client.source())
}

// codeTx checks the second factor of a person who has one: refused is
// ErrCodeNeeded or ErrCredentials.
func (s *Service) codeTx(ctx context.Context, tx *gorm.DB, person access.PersonID, code string, now time.Time) (refused, err error) {
	a, err := authenticatorTx(ctx, marketplace.ForUpdate(tx), person)
	if err != nil || !a.confirmed() {
		return nil, err
	}
	if code == "" {
		return ErrCodeNeeded, nil
	}
	ok, err := s.useCodeTx(ctx, tx, a, code, now)
	if err != nil {
		return nil, err
	}
	return right(ok, nil), nil
}
