package expert

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
)

// Register makes the calling person an expert. Again with another profile
// changes nothing and returns what is on record. Errors: ErrHandleTaken,
// ErrNotAPerson, *marketplace.InvalidError, *marketplace.NotFoundError for an
// unknown person.
func (s *Service) Register(ctx context.Context, caller access.Caller, profile Profile) (Expert, error) {
	fresh, err := profile.expert(caller.Person, s.clock.Now())
	if err != nil {
		return Expert{}, err
	}
	if !caller.IsPerson(caller.Person) {
		return Expert{}, ErrNotAPerson
	}
	var x Expert
	err = s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if x, err = s.registerTx(ctx, tx, caller, marketplace.AllBrands, fresh); err != nil {
			return err
		}
		return suggestTx(ctx, tx, x.PersonID, x.Languages)
	})
	if err != nil {
		return Expert{}, err
	}
	return x, nil
}

// registerTx inserts x, or returns the expert the person already is. The event
// is the brand's that tx has entered.
func (s *Service) registerTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, x Expert) (Expert, error) {
	if _, err := access.PersonTx(ctx, tx, x.PersonID); err != nil {
		return Expert{}, err
	}
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&x)
	if done.Error != nil {
		return Expert{}, fmt.Errorf("insert expert %s: %w", x.PersonID, done.Error)
	}
	if done.RowsAffected == 1 {
		return x, s.PersonEventTx(ctx, tx, Registered, Change{By: caller.String()}, brand, x.PersonID)
	}
	known, found, err := findTx(ctx, tx, x.PersonID)
	if err == nil && !found {
		err = fmt.Errorf("register expert %s: %w", x.PersonID, ErrHandleTaken)
	}
	return known, err
}

// Expert loads one's own profile.
func (s *Service) Expert(ctx context.Context, caller access.Caller) (Expert, error) {
	var x Expert
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		x, err = s.LoadTx(ctx, tx, caller.Person)
		return err
	})
	return x, err
}

// LoadTx loads an expert, or *marketplace.NotFoundError.
func (s *Service) LoadTx(ctx context.Context, tx *gorm.DB, person access.PersonID) (Expert, error) {
	x, found, err := findTx(ctx, tx, person)
	if err == nil && !found {
		err = marketplace.NotFound("expert", person)
	}
	return x, err
}

func findTx(ctx context.Context, tx *gorm.DB, person access.PersonID) (Expert, bool, error) {
	var list []Expert
	if err := tx.WithContext(ctx).Where("person_id = ?", person).Limit(1).Find(&list).Error; err != nil {
		return Expert{}, false, fmt.Errorf("load expert %s: %w", person, err)
	}
	if len(list) == 0 {
		return Expert{}, false, nil
	}
	return list[0], true, nil
}

// SetAvailability says whether the calling expert wants offers now.
func (s *Service) SetAvailability(ctx context.Context, caller access.Caller, available bool) error {
	return s.edit(ctx, caller, map[string]any{"available": available})
}

// SetCapacity says how many assignments the calling expert takes on at a time,
// from 1 to MaxCapacity. Fewer than are in hand only stops new ones.
func (s *Service) SetCapacity(ctx context.Context, caller access.Caller, capacity int) error {
	if err := checkCapacity(capacity); err != nil {
		return err
	}
	return s.edit(ctx, caller, map[string]any{"capacity": capacity})
}

// SetExtraTime says how much more time the calling expert wants for each item of
// a timed quiz, in percent of it, from 0 to MaxExtraTime; for the item that is
// shown too.
func (s *Service) SetExtraTime(ctx context.Context, caller access.Caller, percent int) error {
	if err := marketplace.CheckRange("extra_time_pct", percent, 0, MaxExtraTime); err != nil {
		return err
	}
	return s.edit(ctx, caller, map[string]any{"extra_time_pct": percent})
}

// SetLanguages says which languages the calling expert answers in.
func (s *Service) SetLanguages(ctx context.Context, caller access.Caller, tags []string) error {
	languages, err := checkLanguages(tags)
	if err != nil {
		return err
	}
	list, err := jsonText(languages)
	if err != nil {
		return err
	}
	return s.edit(ctx, caller, map[string]any{"languages": list})
}

// edit writes columns of the caller's own profile.
func (s *Service) edit(ctx context.Context, caller access.Caller, columns map[string]any) error {
	if !caller.IsPerson(caller.Person) {
		return ErrNotAPerson
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return s.editTx(ctx, tx, caller, marketplace.AllBrands, columns)
	})
}

// editTx is edit in a transaction of a brand, whose event it is then.
func (s *Service) editTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, columns map[string]any) error {
	done := tx.WithContext(ctx).Model(&Expert{}).Where("person_id = ?", caller.Person).Updates(columns)
	if done.Error != nil {
		return fmt.Errorf("update expert %s: %w", caller.Person, done.Error)
	}
	if done.RowsAffected == 0 {
		return marketplace.NotFound("expert", caller.Person)
	}
	return s.PersonEventTx(ctx, tx, ProfileChanged, Change{By: caller.String()}, brand, caller.Person)
}

// PersonEventTx records an event about a person who works, for the rooms above too,
// in a brand or in all.
func (s *Service) PersonEventTx(ctx context.Context, tx *gorm.DB, kind event.Kind, c Change, brand marketplace.BrandID, person access.PersonID) error {
	e := event.Event{Brand: brand, Kind: kind, Subject: event.Subject(person), At: s.clock.Now()}
	return s.log.AppendTx(ctx, tx, e, c)
}
