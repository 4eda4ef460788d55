package access

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/redact"
)

// PersonTx loads a person, or *marketplace.NotFoundError.
func PersonTx(ctx context.Context, tx *gorm.DB, id PersonID) (Person, error) {
	var p Person
	err := tx.WithContext(ctx).Where("id = ?", id).Take(&p).Error
	return p, marketplace.OnlyOne(err, "person", id)
}

// Person loads a person: themselves, or for those who may FindPerson.
func (s *Service) Person(ctx context.Context, caller Caller, id PersonID) (Person, error) {
	var p Person
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		if !caller.IsPerson(id) {
			if err := allow(ctx, tx, caller, FindPerson); err != nil {
				return err
			}
		}
		p, err = PersonTx(ctx, tx, id)
		return err
	})
	return p, err
}

// Self loads the calling person and opens their e-mail address, for them alone;
// it is empty where none is known. Errors: *ForbiddenError for who is no
// person.
func (s *Service) Self(ctx context.Context, caller Caller) (p Person, email string, err error) {
	if !caller.IsPerson(caller.Person) {
		return Person{}, "", &ForbiddenError{Permission: seeSelf}
	}
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		p, err = PersonTx(ctx, tx, caller.Person)
		return err
	})
	if err != nil || p.EmailSealed == nil {
		return p, "", err
	}
	address, err := s.keys.Open(p.EmailSealed, sealContext(p.ID))
	if err != nil {
		return Person{}, "", fmt.Errorf("open the address of person %s: %w", p.ID, err)
	}
	return p, string(address), nil
}

// seeSelf is granted to nobody: it only names what a refused Self was.
const seeSelf Permission = "see_self"

// PersonByEmail finds the person with this address, for sign-in and for
// operators. Where there is none it is a *marketplace.NotFoundError that does
// not quote the address.
func (s *Service) PersonByEmail(ctx context.Context, caller Caller, email string) (Person, error) {
	if _, err := NormalEmail(email); err != nil {
		return Person{}, err
	}
	var p Person
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		if err := allow(ctx, tx, caller, FindPerson); err != nil {
			return err
		}
		p, err = s.PersonByEmailTx(ctx, tx, email)
		return err
	})
	return p, err
}

// PersonByEmailTx is PersonByEmail for the rooms above, which answer for what
// they tell of it.
func (s *Service) PersonByEmailTx(ctx context.Context, tx *gorm.DB, email string) (Person, error) {
	email, err := NormalEmail(email)
	if err != nil {
		return Person{}, err
	}
	var p Person
	index := s.keys.BlindIndex([16]byte{}, blindKind, email)
	err = tx.WithContext(ctx).Where("email_index = ?", index).Take(&p).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return Person{}, &marketplace.NotFoundError{Noun: "person", ID: "with this e-mail address"}
	case err != nil:
		return Person{}, fmt.Errorf("find a person by e-mail address: %w", err)
	}
	return p, nil
}

// OpenEmailTx opens a person's address, for sending to it and nothing else;
// it must not be stored or logged in clear. Errors: ErrNoEmail, not found.
func (s *Service) OpenEmailTx(ctx context.Context, tx *gorm.DB, person PersonID) (string, error) {
	p, err := PersonTx(ctx, tx, person)
	if err != nil {
		return "", err
	}
	if p.EmailSealed == nil {
		return "", ErrNoEmail
	}
	email, err := s.keys.Open(p.EmailSealed, sealContext(p.ID))
	if err != nil {
		return "", fmt.Errorf("open the address of person %s: %w", person, err)
	}
	return string(email), nil
}

// OperatorsTx lists who operates the platform; tx must see every brand. There
// are few.
func OperatorsTx(ctx context.Context, tx *gorm.DB) (list []PersonID, err error) {
	if err := tx.WithContext(ctx).Model(&Person{}).Where("operator").Order("created_at, id").Pluck("id", &list).Error; err != nil {
		return nil, fmt.Errorf("list the operators: %w", err)
	}
	return list, nil
}

// OpenEmailsTx opens the addresses of persons, to be compared and for nothing else;
// they must not be stored, shown or logged. Who has none is left out.
func OpenEmailsTx(ctx context.Context, tx *gorm.DB, keys *redact.Keyring, ids []PersonID) (map[PersonID]string, error) {
	var people []Person
	if err := tx.WithContext(ctx).Select("id", "email_sealed").Where("id IN ? AND email_sealed IS NOT NULL", ids).Find(&people).Error; err != nil {
		return nil, fmt.Errorf("list the addresses of persons: %w", err)
	}
	addresses := map[PersonID]string{}
	for _, p := range people {
		address, err := keys.Open(p.EmailSealed, sealContext(p.ID))
		if err != nil {
			return nil, fmt.Errorf("open the address of person %s: %w", p.ID, err)
		}
		addresses[p.ID] = string(address)
	}
	return addresses, nil
}
