package customer

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// EraseFunc empties what one room keeps of a customer. It runs in the erasing
// transaction, which sees brand's rows, and must do all or return an error.
type EraseFunc func(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, customer ID) error

// Eraser is one room's part in forgetting a customer.
type Eraser struct {
	Name    string
	Columns []string // what it empties, as table.column; personal columns end in _sealed
	erase   EraseFunc
}

// RegisterEraser adds a room's eraser, before the first Erase. Erasers run in
// the order they were registered. Two of one name, or two for one column, are
// a mistake in the wiring and panic.
func (s *Service) RegisterEraser(name string, columns []string, erase EraseFunc) {
	for _, e := range s.erasers {
		both := slices.ContainsFunc(columns, func(c string) bool { return slices.Contains(e.Columns, c) })
		if e.Name == name || both {
			panic(fmt.Sprintf("customer: the erasers %s and %s overlap", e.Name, name))
		}
	}
	s.erasers = append(s.erasers, Eraser{Name: name, Columns: slices.Clone(columns), erase: erase})
}

// RegisterFirstEraser is RegisterEraser for what is found by the customer's
// handles: it runs before the others, which forget these.
func (s *Service) RegisterFirstEraser(name string, columns []string, erase EraseFunc) {
	s.RegisterEraser(name, columns, erase)
	last := len(s.erasers) - 1
	s.erasers = slices.Insert(s.erasers[:last], 0, s.erasers[last])
}

// Erasers lists what was registered, for the test that compares it with the
// schema.
func (s *Service) Erasers() []Eraser { return slices.Clone(s.erasers) }

// Erase forgets brand's customer: their name, their handles, their sessions and
// what every registered room keeps of them, all in one transaction. Their
// pseudonym and their consents stay. The same handle later is somebody new. Erasing again
// changes nothing. Only the customer, and who may EraseCustomers. Errors:
// *access.ForbiddenError, *marketplace.InvalidError,
// *marketplace.NotFoundError.
func (s *Service) Erase(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID) error {
	if err := access.CheckBrand(brand); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := allowOwnTx(ctx, tx, caller, brand, id, access.EraseCustomers); err != nil {
			return err
		}
		c, err := CustomerTx(ctx, marketplace.ForUpdate(tx), brand, id)
		if err != nil || c.ErasedAt != nil {
			return err
		}
		for _, e := range s.erasers {
			if err := e.erase(ctx, tx, brand, id); err != nil {
				return fmt.Errorf("erase customer %s in %s: %w", id, e.Name, err)
			}
		}
		err = tx.WithContext(ctx).Model(&Customer{}).Where("id = ?", id).Updates(map[string]any{"erased_at": now}).Error
		if err != nil {
			return wrap(err, "mark as erased customer", id)
		}
		return s.appendTx(ctx, tx, Erased, brand, id, now, map[string]string{"by": caller.String()})
	})
}

// EmailIndexesTx are the blind indexes of the e-mail addresses by which brand knows
// a customer.
func EmailIndexesTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID) (indexes [][]byte, err error) {
	err = tx.WithContext(ctx).Model(&Identity{}).Where("brand_id = ? AND customer_id = ? AND channel = ?", brand, id, Email).
		Pluck("handle_index", &indexes).Error
	if err != nil {
		return nil, fmt.Errorf("find the addresses of customer %s: %w", id, err)
	}
	return indexes, nil
}

// eraseTx is this room's own eraser.
func (s *Service) eraseTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID) error {
	err := tx.WithContext(ctx).Where("brand_id = ? AND customer_id = ?", brand, id).Delete(&Identity{}).Error
	if err != nil {
		return fmt.Errorf("remove identities: %w", err)
	}
	if err := s.endTx(ctx, tx, brand, id, s.clock.Now(), "1 = 1"); err != nil {
		return err
	}
	err = tx.WithContext(ctx).Where("brand_id = ? AND customer_id = ?", brand, id).Delete(&resumeLink{}).Error
	if err != nil {
		return fmt.Errorf("remove links: %w", err)
	}
	err = tx.WithContext(ctx).Model(&Customer{}).Where("brand_id = ? AND id = ?", brand, id).
		Updates(map[string]any{"name_sealed": nil, "locale": ""}).Error
	if err != nil {
		return fmt.Errorf("empty the name: %w", err)
	}
	return nil
}
