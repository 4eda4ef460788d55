package signin

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// CreateFirst makes an operator who can sign in, for whoever runs commands
// beside the database. Again, or where the address is a person's, it makes them
// an operator and leaves what password they have; an empty password gives none,
// see ResetLink. Errors: *access.ForbiddenError (permission CreateOperator),
// *marketplace.InvalidError.
func (s *Service) CreateFirst(ctx context.Context, caller access.Caller, a Account) (access.Person, error) {
	var err error
	hash := ""
	if a.Password != "" {
		if a, err = a.normal(); err != nil {
			return access.Person{}, err
		}
		if hash, err = s.hasher.hash(ctx, a.Password); err != nil {
			return access.Person{}, err
		}
	}
	now := s.clock.Now()
	var p access.Person
	err = s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		p, err = s.people.EnsureOperatorTx(ctx, tx, caller, access.NewPerson{Name: a.Name, Email: a.Email})
		if err == nil && hash != "" {
			_, err = firstPasswordTx(ctx, tx, p.ID, hash, now)
		}
		return err
	})
	if err != nil {
		return access.Person{}, err
	}
	return p, nil
}

// SetPasswordFor sets a person's password and ends their sessions. Errors:
// *access.ForbiddenError (permission SetPasswords), *marketplace.InvalidError,
// *marketplace.NotFoundError.
func (s *Service) SetPasswordFor(ctx context.Context, caller access.Caller, person access.PersonID, password string) error {
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		if err := maySetTx(ctx, tx, caller); err != nil {
			return err
		}
		password, err = s.checkPasswordTx(ctx, tx, person, password)
		return err
	})
	if err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := maySetTx(ctx, tx, caller); err != nil {
			return err
		}
		if err := s.setPasswordTx(ctx, tx, person, hash, now); err != nil {
			return err
		}
		return s.endOthersTx(ctx, tx, person, SessionID{}, endPassword, now)
	})
}

// ResetLink gives a link, good for an hour, by which a person sets their
// password: to hand over where there is no mail. Errors:
// *access.ForbiddenError (permission SetPasswords),
// *marketplace.NotFoundError.
func (s *Service) ResetLink(ctx context.Context, caller access.Caller, person access.PersonID) (string, error) {
	now := s.clock.Now()
	var token string
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		if err := maySetTx(ctx, tx, caller); err != nil {
			return err
		}
		if _, err := access.PersonTx(ctx, tx, person); err != nil {
			return err
		}
		token, err = newResetTx(ctx, tx, person, now)
		return err
	})
	if err != nil {
		return "", err
	}
	return link(s.base, "reset", token), nil
}

func maySetTx(ctx context.Context, tx *gorm.DB, caller access.Caller) error {
	return access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.SetPasswords)
}
