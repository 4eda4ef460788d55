package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
	"knowhow/marketplace/redact"
)

// PersonID identifies a person.
type PersonID = marketplace.ID[Person]

// Person is one human with one sign-in, whatever roles they hold.
type Person struct {
	ID          PersonID `gorm:"primaryKey"`
	Name        string   // shown to the brands they work with
	EmailSealed []byte   // nil where no address is known
	EmailIndex  []byte   // nil exactly where EmailSealed is
	Operator    bool     // runs the platform
	Language    string   // BCP 47, in which they are written to; empty: not known
	CreatedAt   time.Time
}

// TableName implements gorm's Tabler.
func (Person) TableName() string { return "persons" }

// NewPerson describes a person to create. Email may be empty: such a person
// cannot be written to, nor found by address.
type NewPerson struct{ Name, Email string }

// MaxPersons is how many persons one CreatePersons takes.
const MaxPersons = 500

// blindKind is the kind of blind index persons are found by; being global,
// they are indexed under the zero brand.
const blindKind = "email"

var emailColumn = redact.SealedColumn{Table: "persons", Column: "email_sealed", Prefix: "persons/email_sealed/", Key: []string{"id"}}

// Sealed lists this room's sealed columns.
var Sealed = []redact.SealedColumn{emailColumn}

func sealContext(id PersonID) string { return emailColumn.Context(id.String()) }

// CreatePerson adds a person. Errors: ErrEmailTaken, *ForbiddenError,
// *marketplace.InvalidError.
func (s *Service) CreatePerson(ctx context.Context, caller Caller, n NewPerson) (Person, error) {
	list, err := s.CreatePersons(ctx, caller, []NewPerson{n})
	if err != nil {
		return Person{}, err
	}
	return list[0], nil
}

// CreatePersons adds up to MaxPersons persons, all or none, in their order.
// Errors as CreatePerson's.
func (s *Service) CreatePersons(ctx context.Context, caller Caller, news []NewPerson) ([]Person, error) {
	if len(news) == 0 || len(news) > MaxPersons {
		return nil, &marketplace.InvalidError{Field: "persons", Reason: fmt.Sprintf("must be 1 to %d", MaxPersons)}
	}
	return s.create(ctx, caller, CreatePerson, news, false)
}

// CreateOperator adds a person who runs the platform. Only the system may,
// that is, whoever can run commands beside the database.
func (s *Service) CreateOperator(ctx context.Context, caller Caller, n NewPerson) (Person, error) {
	list, err := s.create(ctx, caller, CreateOperator, []NewPerson{n}, true)
	if err != nil {
		return Person{}, err
	}
	return list[0], nil
}

// CreatePersonTx is CreatePerson in the caller's transaction.
func (s *Service) CreatePersonTx(ctx context.Context, tx *gorm.DB, caller Caller, n NewPerson) (Person, error) {
	p, err := s.newPerson(n, false, s.clock.Now())
	if err != nil {
		return Person{}, err
	}
	if err := allow(ctx, tx, caller, CreatePerson); err != nil {
		return Person{}, err
	}
	return p, s.insertTx(ctx, tx, caller, []Person{p})
}

// EnsureOperatorTx finds the person with this address, or creates them, and
// makes them an operator; one who is already stays as they are. Only the
// system may. Errors: *ForbiddenError, *marketplace.InvalidError.
func (s *Service) EnsureOperatorTx(ctx context.Context, tx *gorm.DB, caller Caller, n NewPerson) (Person, error) {
	if err := allow(ctx, tx, caller, CreateOperator); err != nil {
		return Person{}, err
	}
	p, err := s.PersonByEmailTx(ctx, marketplace.ForUpdate(tx), n.Email)
	switch {
	case errors.Is(err, marketplace.ErrNotFound):
		if p, err = s.newPerson(n, true, s.clock.Now()); err != nil {
			return Person{}, err
		}
		return p, s.insertTx(ctx, tx, caller, []Person{p})
	case err != nil || p.Operator:
		return p, err
	}
	p.Operator = true
	err = tx.WithContext(ctx).Model(&Person{}).Where("id = ?", p.ID).Updates(map[string]any{"operator": true}).Error
	if err != nil {
		return Person{}, fmt.Errorf("make person %s an operator: %w", p.ID, err)
	}
	return p, s.appendTx(ctx, tx, OperatorCreated, p.ID, s.clock.Now(), caller)
}

func (s *Service) create(ctx context.Context, caller Caller, permission Permission, news []NewPerson, operator bool) ([]Person, error) {
	now := s.clock.Now()
	people := make([]Person, 0, len(news))
	for _, n := range news {
		p, err := s.newPerson(n, operator, now)
		if err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := allow(ctx, tx, caller, permission); err != nil {
			return err
		}
		return s.insertTx(ctx, tx, caller, people)
	})
	if err != nil {
		return nil, err
	}
	return people, nil
}

// newPerson checks n and seals its address.
func (s *Service) newPerson(n NewPerson, operator bool, now time.Time) (Person, error) {
	name, err := NormalName(n.Name)
	if err != nil {
		return Person{}, err
	}
	p := Person{ID: marketplace.NewID[Person](), Name: name, Operator: operator, CreatedAt: now}
	if n.Email == "" {
		return p, nil
	}
	email, err := NormalEmail(n.Email)
	if err != nil {
		return Person{}, err
	}
	p.EmailIndex = s.keys.BlindIndex([16]byte{}, blindKind, email)
	if p.EmailSealed, err = s.keys.Seal([]byte(email), sealContext(p.ID)); err != nil {
		return Person{}, fmt.Errorf("seal the address of person %s: %w", p.ID, err)
	}
	return p, nil
}

// insertTx adds people in one statement; a taken address keeps a row out.
func (s *Service) insertTx(ctx context.Context, tx *gorm.DB, caller Caller, people []Person) error {
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(people)
	if done.Error != nil {
		return fmt.Errorf("insert %d persons: %w", len(people), done.Error)
	}
	if done.RowsAffected != int64(len(people)) {
		return ErrEmailTaken
	}
	for _, p := range people {
		kind := PersonCreated
		if p.Operator {
			kind = OperatorCreated
		}
		if err := s.appendTx(ctx, tx, kind, p.ID, p.CreatedAt, caller); err != nil {
			return err
		}
	}
	return nil
}

// appendTx records what happened to a person on the platform.
func (s *Service) appendTx(ctx context.Context, tx *gorm.DB, kind event.Kind, person PersonID, now time.Time, caller Caller) error {
	e := event.Event{Brand: marketplace.AllBrands, Kind: kind, Subject: event.Subject(person), At: now}
	return s.log.AppendTx(ctx, tx, e, byCaller{By: caller.String()})
}

// Rename changes a person's display name; persons rename only themselves.
// The same name again changes nothing.
func (s *Service) Rename(ctx context.Context, caller Caller, person PersonID, name string) error {
	name, err := NormalName(name)
	if err != nil {
		return err
	}
	if !caller.IsPerson(person) {
		return &ForbiddenError{Permission: renameSelf}
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		p, err := PersonTx(ctx, marketplace.ForUpdate(tx), person)
		if err != nil || p.Name == name {
			return err
		}
		done := tx.WithContext(ctx).Model(&Person{}).Where("id = ?", person).Updates(map[string]any{"name": name})
		if done.Error != nil {
			return fmt.Errorf("rename person %s: %w", person, done.Error)
		}
		return s.appendTx(ctx, tx, PersonRenamed, person, now, caller)
	})
}

// renameSelf is granted to nobody: it only names what a refused Rename was.
const renameSelf Permission = "rename_self"
